package mparticle

import "encoding/json"

// DeviceInformation describes the device and carries its identities.
type DeviceInformation struct {
	IOSAdvertisingID               *string    `json:"ios_advertising_id,omitempty" doc:"Apple's advertising id (IDFA)" rule:"uuid,identity"`
	IOSIDFV                        *string    `json:"ios_idfv,omitempty" doc:"Apple's vendor id" rule:"uuid,identity"`
	AndroidAdvertisingID           *string    `json:"android_advertising_id,omitempty" doc:"Google's advertising id" rule:"uuid,identity"`
	AndroidUUID                    *string    `json:"android_uuid,omitempty" doc:"Android id" rule:"identity"`
	RokuAdvertisingID              *string    `json:"roku_advertising_id,omitempty" doc:"Roku's advertising id" rule:"uuid,identity"`
	RokuPublisherID                *string    `json:"roku_publisher_id,omitempty" doc:"Roku's publisher id" rule:"uuid,identity"`
	FireAdvertisingID              *string    `json:"fire_advertising_id,omitempty" doc:"Amazon Fire's advertising id" rule:"uuid,identity"`
	MicrosoftAdvertisingID         *string    `json:"microsoft_advertising_id,omitempty" doc:"Microsoft's advertising id" rule:"identity"`
	MicrosoftPublisherID           *string    `json:"microsoft_publisher_id,omitempty" doc:"Microsoft's publisher id" rule:"identity"`
	AMPID                          *string    `json:"amp_id,omitempty" doc:"AMP id" rule:"identity"`
	PushToken                      *string    `json:"push_token,omitempty" doc:"token for push messages" rule:"identity"`
	ATTAuthorizationStatus         *ATTStatus `json:"att_authorization_status,omitempty" doc:"answer to Apple's tracking question"`
	ATTTimestampUnixtimeMS         *int64     `json:"att_timestamp_unixtime_ms,omitempty" doc:"when that answer was given" rule:"timestamp"`
	Brand                          *string    `json:"brand,omitempty" doc:"brand of the device"`
	Product                        *string    `json:"product,omitempty" doc:"product name of the device"`
	Device                         *string    `json:"device,omitempty" doc:"device name"`
	DeviceManufacturer             *string    `json:"device_manufacturer,omitempty" doc:"manufacturer"`
	Platform                       *Platform  `json:"platform,omitempty" doc:"platform of the device"`
	OSVersion                      *string    `json:"os_version,omitempty" doc:"version of the operating system"`
	DeviceModel                    *string    `json:"device_model,omitempty" doc:"model"`
	ScreenHeight                   *int64     `json:"screen_height,omitempty" doc:"height of the screen in pixels"`
	ScreenWidth                    *int64     `json:"screen_width,omitempty" doc:"width of the screen in pixels"`
	ScreenDPI                      *int64     `json:"screen_dpi,omitempty" doc:"dots per inch of the screen"`
	DeviceCountry                  *string    `json:"device_country,omitempty" doc:"country of the device"`
	LocaleLanguage                 *string    `json:"locale_language,omitempty" doc:"language of the locale"`
	LocaleCountry                  *string    `json:"locale_country,omitempty" doc:"country of the locale"`
	NetworkCountry                 *string    `json:"network_country,omitempty" doc:"country of the network"`
	NetworkCarrier                 *string    `json:"network_carrier,omitempty" doc:"carrier of the network"`
	NetworkCode                    *string    `json:"network_code,omitempty" doc:"code of the network"`
	NetworkMobileCountryCode       *string    `json:"network_mobile_country_code,omitempty" doc:"mobile country code of the network"`
	TimezoneOffset                 *int64     `json:"timezone_offset,omitempty" doc:"hours from UTC"`
	BuildIdentifier                *string    `json:"build_identifier,omitempty" doc:"build of the operating system"`
	HTTPHeaderUserAgent            *string    `json:"http_header_user_agent,omitempty" doc:"the browser's User-Agent"`
	CPUArchitecture                *string    `json:"cpu_architecture,omitempty" doc:"architecture of the processor"`
	IsTablet                       *bool      `json:"is_tablet,omitempty" doc:"whether it is a tablet"`
	PushNotificationSoundEnabled   *bool      `json:"push_notification_sound_enabled,omitempty" doc:"whether push messages may sound"`
	PushNotificationVibrateEnabled *bool      `json:"push_notification_vibrate_enabled,omitempty" doc:"whether push messages may vibrate"`
	RadioAccessTechnology          *string    `json:"radio_access_technology,omitempty" doc:"radio technology, such as LTE"`
	SupportsTelephony              *bool      `json:"supports_telephony,omitempty" doc:"whether it can make calls"`
	HasNFC                         *bool      `json:"has_nfc,omitempty" doc:"whether it has NFC"`
	BluetoothEnabled               *bool      `json:"bluetooth_enabled,omitempty" doc:"whether Bluetooth is on"`
	BluetoothVersion               *string    `json:"bluetooth_version,omitempty" doc:"version of Bluetooth"`
	BuildVersionRelease            *string    `json:"build_version_release,omitempty" doc:"release of the Android build"`
	LimitAdTracking                *bool      `json:"limit_ad_tracking,omitempty" doc:"whether the user limits ad tracking"`
	IsDST                          *bool      `json:"is_dst,omitempty" doc:"whether daylight saving time holds"`
}

// Platform is the platform of a device.
type Platform string

// Values returns the allowed values, those of the JSON Schema.
func (Platform) Values() []string {
	return []string{"iOS", "Android", "web", "tvOS", "roku", "out_of_band", "alexa", "smart_tv", "fire_tv", "xbox"}
}

// ATTStatus is the user's answer to Apple's App Tracking Transparency question.
type ATTStatus string

// Values returns the allowed values.
func (ATTStatus) Values() []string {
	return []string{"authorized", "denied", "not_determined", "restricted"}
}

// DeviceCurrentState is the state of a device at the moment of an event.
type DeviceCurrentState struct {
	TimeSinceStartMS                *int64       `json:"time_since_start_ms,omitempty" doc:"milliseconds since the app started"`
	BatteryLevel                    *json.Number `json:"battery_level,omitempty" doc:"charge of the battery"`
	DataConnectionType              *string      `json:"data_connection_type,omitempty" doc:"how the device was connected"`
	DataConnectionTypeDetail        *string      `json:"data_connection_type_detail,omitempty" doc:"more on the connection"`
	GPSState                        *bool        `json:"gps_state,omitempty" doc:"whether GPS was on"`
	TotalSystemMemoryUsageBytes     *int64       `json:"total_system_memory_usage_bytes,omitempty" doc:"memory used by the system"`
	DiskSpaceFreeBytes              *int64       `json:"disk_space_free_bytes,omitempty" doc:"free space on the disk"`
	ExternalDiskSpaceFreeBytes      *int64       `json:"external_disk_space_free_bytes,omitempty" doc:"free space on the external disk"`
	CPU                             *string      `json:"cpu,omitempty" doc:"load of the processor"`
	SystemMemoryAvailableBytes      *json.Number `json:"system_memory_available_bytes,omitempty" doc:"memory left to the system"`
	SystemMemoryLow                 *bool        `json:"system_memory_low,omitempty" doc:"whether the system's memory was low"`
	SystemMemoryThresholdBytes      *json.Number `json:"system_memory_threshold_bytes,omitempty" doc:"below this the memory is low"`
	ApplicationMemoryAvailableBytes *json.Number `json:"application_memory_available_bytes,omitempty" doc:"memory left to the app"`
	ApplicationMemoryMaxBytes       *json.Number `json:"application_memory_max_bytes,omitempty" doc:"most memory that the app may have"`
	ApplicationMemoryTotalBytes     *json.Number `json:"application_memory_total_bytes,omitempty" doc:"memory that the app has"`
	DeviceOrientation               *Orientation `json:"device_orientation,omitempty" doc:"how the device was held"`
	StatusBarOrientation            *Orientation `json:"status_bar_orientation,omitempty" doc:"where the status bar was"`
}

// Orientation is how a device is held.
type Orientation string

// Values returns the allowed values. The API mixes two ways of writing.
func (Orientation) Values() []string {
	return []string{"portrait", "portrait_upside_down", "landscape", "LandscapeLeft", "LandscapeRight", "FaceUp", "FaceDown", "Square"}
}
