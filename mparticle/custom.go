package mparticle

import "encoding/json"

// CustomEvent is an event of your own, the SDKs' AppEvent.
type CustomEvent struct {
	EventData
	EventName       string          `json:"event_name" doc:"name of the event; the server cuts it at 256 characters" rule:"required,max=256,shown"`
	CustomEventType CustomEventType `json:"custom_event_type" doc:"what sort of event it is" rule:"required"`
	MediaInfo       *MediaInfo      `json:"media_info,omitempty" doc:"what was played"`
}

// EventType returns TypeCustomEvent.
func (*CustomEvent) EventType() EventType { return TypeCustomEvent }

// CustomEventType sorts custom events.
type CustomEventType string

// The custom event types.
const (
	Navigation     CustomEventType = "navigation"
	LocationEvent  CustomEventType = "location"
	Search         CustomEventType = "search"
	Transaction    CustomEventType = "transaction"
	UserContent    CustomEventType = "user_content"
	UserPreference CustomEventType = "user_preference"
	Social         CustomEventType = "social"
	Other          CustomEventType = "other"
	Media          CustomEventType = "media"
	Attribution    CustomEventType = "attribution"
	Unknown        CustomEventType = "unknown"
)

// Values returns the allowed values: those of the JSON reference. The published
// JSON Schema is older and lacks attribution and unknown.
func (CustomEventType) Values() []string {
	return []string{"navigation", "location", "search", "transaction", "user_content", "user_preference", "social",
		"media", "attribution", "other", "unknown"}
}

// MediaInfo describes what was played, on a custom event. It is from the models
// of mParticle's server SDKs; the published JSON Schema does not have it.
type MediaInfo struct {
	Action           *MediaAction  `json:"action,omitempty" doc:"what the user did"`
	Channel          *string       `json:"channel,omitempty" doc:"channel or source of the medium"`
	Metadata         *string       `json:"metadata,omitempty" doc:"data about the medium"`
	TimedMetadata    *string       `json:"timed_metadata,omitempty" doc:"data about this moment of the medium"`
	PlaybackPosition *json.Number  `json:"playback_position,omitempty" doc:"position in the medium"`
	Format           *MediaFormat  `json:"format,omitempty" doc:"format of the medium"`
	Quality          *MediaQuality `json:"quality,omitempty" doc:"quality of the medium"`
	PlaybackRate     *json.Number  `json:"playback_rate,omitempty" doc:"speed, 1 is normal"`
}

// MediaAction is what a user did with a medium.
type MediaAction string

// Values returns the allowed values.
func (MediaAction) Values() []string {
	return []string{"unknown", "play", "stop", "update_playback_position", "skip", "rate"}
}

// MediaFormat is the format of a medium.
type MediaFormat string

// Values returns the allowed values.
func (MediaFormat) Values() []string { return []string{"unknown", "audio", "video"} }

// MediaQuality is the quality of a medium.
type MediaQuality string

// Values returns the allowed values.
func (MediaQuality) Values() []string {
	return []string{"unknown", "low", "sd", "medium", "hd", "ultra_hd"}
}
