package mparticle

// ApplicationInformation says which app the data comes from.
type ApplicationInformation struct {
	ApplicationName        *string `json:"application_name,omitempty" doc:"name of the app"`
	ApplicationVersion     *string `json:"application_version,omitempty" doc:"version of the app"`
	ApplicationBuildNumber *string `json:"application_build_number,omitempty" doc:"build number of the app"`
	InstallReferrer        *string `json:"install_referrer,omitempty" doc:"where the installation came from"`
	Package                *string `json:"package,omitempty" doc:"package name or bundle id of the app"`
	OS                     *AppOS  `json:"os,omitempty" doc:"operating system that the app is for"`

	AppleSearchAdsAttributes map[string]map[string]string `json:"apple_search_ads_attributes,omitzero" doc:"Apple's search ads attribution, by version" rule:"key=VERSION"`
}

// AppOS is the operating system that an app is for.
type AppOS string

// Values returns the allowed values.
func (AppOS) Values() []string {
	return []string{"Unknown", "IOS", "Android", "WindowsPhone", "MobileWeb", "UnityIOS", "UnityAndroid", "Desktop",
		"TVOS", "Roku", "OutOfBand", "Alexa", "SmartTV", "FireTV", "Xbox"}
}

// ApplicationStateTransition is an app that starts, ends, or comes to the fore
// or the back. Install, Upgrade, Foreground and Background make the usual ones.
type ApplicationStateTransition struct {
	EventData
	ApplicationTransitionType ApplicationTransitionType `json:"application_transition_type" doc:"what happened to the app" rule:"required"`
	IsFirstRun                *bool                     `json:"is_first_run,omitempty" doc:"true for an installation"`
	IsUpgrade                 *bool                     `json:"is_upgrade,omitempty" doc:"true for the first start of a new version"`
	SuccessfullyClosed        *bool                     `json:"successfully_closed,omitempty" doc:"whether the app ended as it should"`
	PushNotificationPayload   *string                   `json:"push_notification_payload,omitempty" doc:"the push message that opened the app"`
	LaunchReferral            *string                   `json:"launch_referral,omitempty" doc:"link or app that opened the app"`
}

// EventType returns TypeApplicationStateTransition.
func (*ApplicationStateTransition) EventType() EventType { return TypeApplicationStateTransition }

// ApplicationTransitionType is what happened to an app.
type ApplicationTransitionType string

// The transitions.
const (
	ApplicationInitialized ApplicationTransitionType = "application_initialized"
	ApplicationExit        ApplicationTransitionType = "application_exit"
	ApplicationBackground  ApplicationTransitionType = "application_background"
	ApplicationForeground  ApplicationTransitionType = "application_foreground"
)

// Values returns the allowed values.
func (ApplicationTransitionType) Values() []string {
	return []string{"application_initialized", "application_exit", "application_background", "application_foreground"}
}

// Install returns the event of an app's first start.
func Install() *ApplicationStateTransition {
	return &ApplicationStateTransition{ApplicationTransitionType: ApplicationInitialized, IsFirstRun: new(true), IsUpgrade: new(false)}
}

// Upgrade returns the event of the first start of an app's new version.
func Upgrade() *ApplicationStateTransition {
	return &ApplicationStateTransition{ApplicationTransitionType: ApplicationInitialized, IsFirstRun: new(false), IsUpgrade: new(true)}
}

// Foreground returns the event of an app that comes to the fore.
func Foreground() *ApplicationStateTransition {
	return &ApplicationStateTransition{ApplicationTransitionType: ApplicationForeground}
}

// Background returns the event of an app that goes to the back.
func Background() *ApplicationStateTransition {
	return &ApplicationStateTransition{ApplicationTransitionType: ApplicationBackground}
}
