package sandbox

import "maps"

// The rules of the documentation (JSON reference), as tables.

func texts(names ...string) rules   { return same(text, names) }
func ints(names ...string) rules    { return same(integer, names) }
func bools(names ...string) rules   { return same(boolean, names) }
func numbers(names ...string) rules { return same(number, names) }
func uuids(names ...string) rules   { return same(uuid, names) }

func same(is func(any) string, names []string) rules {
	all := rules{}
	for _, n := range names {
		all[n] = rule{is: is}
	}
	return all
}

// join puts tables together; later ones win.
func join(tables ...rules) rules {
	all := rules{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

func required(name string, is func(any) string) rules { return rules{name: {required: true, is: is}} }

func optional(name string, is func(any) string) rules { return rules{name: {is: is}} }

var userIdentityRules = texts("customer_id", "email", "other", "other_id_2", "other_id_3", "other_id_4", "other_id_5", "other_id_6",
	"other_id_7", "other_id_8", "other_id_9", "other_id_10", "mobile_number", "phone_number_2", "phone_number_3", "facebook",
	"twitter", "google", "microsoft", "yahoo", "alias", "facebook_custom_audience_id")

var deviceIdentities = []string{"ios_advertising_id", "ios_idfv", "android_advertising_id", "android_uuid", "roku_advertising_id",
	"roku_publisher_id", "fire_advertising_id", "microsoft_advertising_id", "microsoft_publisher_id", "amp_id", "push_token"}

var deviceRules = join(
	uuids("ios_advertising_id", "ios_idfv", "android_advertising_id", "roku_advertising_id", "roku_publisher_id", "fire_advertising_id"),
	texts("android_uuid", "microsoft_advertising_id", "microsoft_publisher_id", "amp_id", "push_token", "brand", "product", "device",
		"device_manufacturer", "os_version", "device_model", "device_country", "locale_language", "locale_country", "network_country",
		"network_carrier", "network_code", "network_mobile_country_code", "build_identifier", "http_header_user_agent",
		"cpu_architecture", "radio_access_technology", "bluetooth_version", "build_version_release"),
	ints("screen_height", "screen_width", "screen_dpi", "timezone_offset", "att_timestamp_unixtime_ms"),
	bools("is_tablet", "push_notification_sound_enabled", "push_notification_vibrate_enabled", "supports_telephony", "has_nfc",
		"bluetooth_enabled", "limit_ad_tracking", "is_dst"),
	optional("platform", oneOf("iOS", "Android", "web", "desktop", "tvOS", "roku", "out_of_band", "alexa", "smart_tv", "fire_tv", "xbox")),
	optional("att_authorization_status", oneOf("authorized", "denied", "not_determined", "restricted")),
)

var applicationRules = join(
	texts("application_name", "application_version", "application_build_number", "install_referrer", "package"),
	optional("os", oneOf("Unknown", "IOS", "Android", "WindowsPhone", "MobileWeb", "UnityIOS", "UnityAndroid", "Desktop", "TVOS", "Roku",
		"OutOfBand", "Alexa", "SmartTV", "FireTV", "Xbox")),
)

var batchRules = join(
	texts("source_request_id", "ip"),
	required("environment", oneOf("development", "production")),
	ints("mpid"),
	uuids("mp_deviceid"),
	optional("user_identities", objectOf(userIdentityRules)),
	optional("user_attributes", attributes(true, text)),
	optional("deleted_user_attributes", listOf(onlyText)),
	optional("device_info", objectOf(deviceRules)),
	optional("application_info", objectOf(applicationRules)),
	optional("context", objectOf(optional("data_plan", objectOf(join(required("plan_id", onlyText), ints("plan_version")))))),
	optional("events", listOf(func(any) string { return "" })), // each is checked on its own
)

var commonRules = join(
	ints("timestamp_unixtime_ms", "session_id", "session_start_unixtime_ms", "event_num"),
	optional("source_message_id", onlyText),
	uuids("session_uuid"),
	optional("location", objectOf(join(required("latitude", number), required("longitude", number), numbers("accuracy")))),
	optional("custom_attributes", attributes(false, text)),
	optional("custom_flags", attributes(true, text)),
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

var eventRules = map[string]rules{
	"custom_event": join(commonRules,
		required("event_name", onlyText),
		required("custom_event_type", oneOf("navigation", "location", "search", "transaction", "user_content", "user_preference",
			"social", "media", "attribution", "other", "unknown"))),
	"screen_view": join(commonRules, required("screen_name", onlyText), texts("activity_type")),
	"commerce_event": join(commonRules,
		optional("product_action", objectOf(productActionRules)),
		optional("promotion_action", objectOf(join(required("action", oneOf("view", "click")),
			optional("promotions", listOf(objectOf(texts("id", "name", "creative", "position"))))))),
		optional("product_impressions", listOf(objectOf(join(required("product_impression_list", onlyText),
			required("products", listOf(objectOf(productRules))))))),
		optional("shopping_cart", objectOf(required("products", listOf(objectOf(productRules))))),
		texts("currency_code"), optional("screen_name", onlyText), bools("is_non_interactive")),
}
