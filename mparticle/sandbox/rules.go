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
	optional("apple_search_ads_attributes", mapOf(mapOf(text))),
	optional("os", oneOf("Unknown", "IOS", "Android", "WindowsPhone", "MobileWeb", "UnityIOS", "UnityAndroid", "Desktop", "TVOS", "Roku",
		"OutOfBand", "Alexa", "SmartTV", "FireTV", "Xbox")),
)

var locationRules = join(required("latitude", number), required("longitude", number), numbers("accuracy"), ints("dma_code"),
	texts("country_code", "region_code", "postal_code", "city_name", "location_source"))

var contextRules = join(
	optional("data_plan", objectOf(join(required("plan_id", onlyText), ints("plan_version")))),
	optional("location", objectOf(locationRules)),
)

var answerRules = join(required("consented", boolean), required("timestamp_unixtime_ms", integer),
	texts("document", "location", "hardware_id", "regulation"))

var consentRules = join(
	optional("gdpr", mapOf(objectOf(answerRules))),
	optional("ccpa", objectOf(optional("data_sale_opt_out", objectOf(answerRules)))),
)

var sourceRules = join(
	required("channel", oneOf("native", "javascript", "pixel", "desktop", "partner", "server_to_server")),
	texts("partner", "replay_request_id", "replay_job_id"), bools("is_historical"),
)

var attributionRules = join(required("service_provider", text), required("publisher", text), required("campaign", text))

// serverBatchRules are documented members that are the server's own. It takes
// them and makes nothing of them.
var serverBatchRules = join(ints("batch_id"), texts("api_key"), optional("api_keys", listOf(onlyText)))

var batchRules = join(
	texts("source_request_id", "partner_identity", "sdk_version", "job_id"),
	required("environment", oneOf("development", "production")),
	ints("mpid", "origin_mpid", "timestamp_unixtime_ms"),
	uuids("mp_deviceid"),
	optional("ip", ip),
	optional("user_identities", objectOf(userIdentityRules)),
	optional("user_attributes", attributes(true, text)),
	optional("deleted_user_attributes", listOf(onlyText)),
	optional("device_info", objectOf(deviceRules)),
	optional("application_info", objectOf(applicationRules)),
	optional("consent_state", objectOf(consentRules)),
	optional("integration_attributes", mapOf(mapOf(text))),
	optional("partner_identities", mapOf(text)),
	optional("context", objectOf(contextRules)),
	optional("source_info", objectOf(sourceRules)),
	optional("attribution_info", objectOf(attributionRules)),
	optional("events", listOf(anything)), // each is checked on its own
	serverBatchRules,
)
