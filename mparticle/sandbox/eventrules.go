package sandbox

var orientation = oneOf("portrait", "portrait_upside_down", "landscape", "LandscapeLeft", "LandscapeRight", "FaceUp", "FaceDown", "Square")

var stateRules = join(
	texts("data_connection_type", "data_connection_type_detail", "cpu"),
	ints("time_since_start_ms", "total_system_memory_usage_bytes", "disk_space_free_bytes", "external_disk_space_free_bytes"),
	numbers("battery_level", "system_memory_available_bytes", "system_memory_threshold_bytes", "application_memory_available_bytes",
		"application_memory_max_bytes", "application_memory_total_bytes"),
	bools("gps_state", "system_memory_low"),
	optional("device_orientation", orientation), optional("status_bar_orientation", orientation),
)

// serverEventRules are documented members that are the server's own.
var serverEventRules = join(ints("event_id"), optional("event_system_notification_info", objectOf(required("type", oneOf("gdpr_change")))))

var commonRules = join(
	ints("timestamp_unixtime_ms", "session_id", "session_start_unixtime_ms", "event_start_unixtime_ms", "event_num"),
	optional("source_message_id", onlyText),
	uuids("session_uuid"),
	optional("location", objectOf(locationRules)),
	optional("device_current_state", objectOf(stateRules)),
	texts("data_connection_type", "view_controller", "canonical_name", "lifetime_value_attribute_name"),
	bools("is_main_thread", "is_goal_defined"),
	numbers("lifetime_value_change"),
	optional("custom_attributes", attributes(false, text)),
	optional("custom_flags", attributes(true, text)),
	serverEventRules,
)

var productRules = join(
	optional("id", onlyText), optional("name", onlyText),
	texts("brand", "category", "variant", "coupon_code"),
	ints("position", "added_to_cart_time_ms"),
	numbers("price", "quantity", "total_product_amount"),
	optional("custom_attributes", attributes(false, onlyText)),
)

var productActionRules = join(
	required("action", oneOf("add_to_cart", "remove_from_cart", "checkout", "checkout_option", "click", "view_detail", "purchase",
		"refund", "add_to_wishlist", "remove_from_wish_list")),
	ints("checkout_step"),
	optional("transaction_id", onlyText),
	texts("checkout_options", "product_action_list", "product_list_source", "affiliation", "coupon_code"),
	numbers("total_amount", "tax_amount", "shipping_amount"),
	optional("products", listOf(objectOf(productRules))),
)

var promotionActionRules = join(
	required("action", oneOf("view", "click")),
	optional("promotions", listOf(objectOf(join(optional("id", onlyText), optional("name", onlyText), texts("creative", "position"))))),
)

var impressionRules = join(required("product_impression_list", onlyText), required("products", listOf(objectOf(productRules))))

var commerceRules = join(commonRules,
	optional("product_action", objectOf(productActionRules)),
	optional("promotion_action", objectOf(promotionActionRules)),
	optional("product_impressions", listOf(objectOf(impressionRules))),
	optional("shopping_cart", objectOf(required("products", listOf(objectOf(productRules))))),
	texts("currency_code"), optional("screen_name", onlyText), bools("is_non_interactive"),
	optional("event_name", onlyText), // the server's own, as is the next
	optional("custom_event_type", onlyText),
)

var mediaRules = join(
	optional("action", oneOf("unknown", "play", "stop", "update_playback_position", "skip", "rate")),
	optional("format", oneOf("unknown", "audio", "video")),
	optional("quality", oneOf("unknown", "low", "sd", "medium", "hd", "ultra_hd")),
	texts("channel", "metadata", "timed_metadata"),
	numbers("playback_position", "playback_rate"),
)

var breadcrumbRules = join(commonRules, required("label", onlyText), ints("session_number"))

var crashRules = join(commonRules,
	required("severity", text), required("message", text),
	texts("class_name", "stack_trace", "topmost_context", "pl_crash_report_file_base64"),
	bools("exception_handled"),
	ints("ios_image_base_address", "ios_image_size", "session_number"),
	optional("breadcrumbs", listOf(objectOf(join(required("event_type", oneOf("breadcrumb")), required("data", objectOf(breadcrumbRules)))))),
)

var identityRules = join(
	required("identity_type", func(v any) string {
		if name, _ := v.(string); userIdentityRules[name].is == nil {
			return ": is not the name of a user identity"
		}
		return ""
	}),
	required("identity", text), required("timestamp_unixtime_ms", integer), bools("created_this_batch"),
)

// eventRules are the rules of each event type's data.
var eventRules = map[string]rules{
	"custom_event": join(commonRules,
		required("event_name", onlyText),
		required("custom_event_type", oneOf("navigation", "location", "search", "transaction", "user_content", "user_preference",
			"social", "media", "attribution", "other", "unknown")),
		optional("media_info", objectOf(mediaRules))),
	"commerce_event": commerceRules,
	"session_start":  commonRules,
	"session_end":    join(commonRules, required("session_duration_ms", integer)),
	"application_state_transition": join(commonRules,
		required("application_transition_type", oneOf("application_initialized", "application_exit", "application_background",
			"application_foreground")),
		bools("is_first_run", "is_upgrade", "successfully_closed"), texts("push_notification_payload", "launch_referral")),
	"screen_view":       join(commonRules, required("screen_name", onlyText), texts("activity_type")),
	"first_run":         commonRules,
	"uninstall":         commonRules,
	"opt_out":           join(commonRules, required("is_opted_out", boolean)),
	"push_registration": join(commonRules, required("register", boolean), required("registration_token", onlyText)),
	"push_message": join(commonRules,
		required("push_message_token", text), required("push_notification_payload", text),
		required("push_message_type", oneOf("sent", "received", "action")),
		texts("message", "network", "action_identifier"),
		optional("application_state", oneOf("not_running", "background", "foreground")),
		optional("push_message_behavior", oneOf("Received", "DirectOpen", "Read", "InfluencedOpen", "Displayed"))),
	"crash_report": crashRules,
	"breadcrumb":   breadcrumbRules,
	"network_performance": join(commonRules, required("url", onlyText), required("response_code", integer),
		optional("http_verb", onlyText), ints("time_elapsed", "bytes_in", "bytes_out"), texts("data")),
	"profile": join(commonRules, required("previous_mpid", integer), required("current_mpid", integer),
		required("profile_event_type", oneOf("signup", "login", "logout", "update", "delete"))),
	"user_attribute_change": join(commonRules, required("user_attribute_name", onlyText),
		optional("new", attributeValue), optional("old", attributeValue), bools("deleted", "is_new_attribute")),
	"user_identity_change": join(commonRules, required("new", objectOf(identityRules)), required("old", objectOf(identityRules))),
}

func attributeValue(v any) string { return attribute(v, true, text) }
