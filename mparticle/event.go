package mparticle

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// EventType names what kind of event it is.
type EventType string

// The event types that have a model.
const (
	TypeCustomEvent   EventType = "custom_event"
	TypeCommerceEvent EventType = "commerce_event"
	TypeScreenView    EventType = "screen_view"
)

// newEvent is the one list of event types: each has its model here.
func newEvent(t EventType) (Event, bool) {
	switch t {
	case TypeCustomEvent:
		return &CustomEvent{}, true
	case TypeCommerceEvent:
		return &CommerceEvent{}, true
	case TypeScreenView:
		return &ScreenView{}, true
	}
	return nil, false
}

// EventTypes returns the event types that have a model, in the order of the
// API's reference.
func EventTypes() []EventType {
	return []EventType{TypeCustomEvent, TypeCommerceEvent, TypeScreenView}
}

// Event is the data of one event; its models are in this package.
type Event interface {
	EventType() EventType
}

// Events are encoded as the API wants them: {"event_type": …, "data": …}.
type Events []Event

type wireEvent struct {
	Type EventType       `json:"event_type"`
	Data json.RawMessage `json:"data"`
}

// MarshalJSON encodes the events in order.
func (events Events) MarshalJSON() ([]byte, error) {
	wire := make([]wireEvent, len(events))
	for i, e := range events {
		data, err := encode(e)
		if err != nil {
			return nil, fmt.Errorf("encoding event %d: %w", i, err)
		}
		wire[i] = wireEvent{Type: e.EventType(), Data: data}
	}
	return encode(wire)
}

// UnmarshalJSON decodes each event into the model of its type. A type without a
// model is an error.
func (events *Events) UnmarshalJSON(data []byte) error {
	var wire []wireEvent
	if err := json.Unmarshal(data, &wire); err != nil {
		return fmt.Errorf("decoding events: %w", err)
	}
	decoded := make(Events, len(wire))
	for i, w := range wire {
		e, ok := newEvent(w.Type)
		if !ok {
			return fmt.Errorf("events[%d].event_type: unknown type %q", i, w.Type)
		}
		if err := json.Unmarshal(w.Data, e); err != nil {
			return fmt.Errorf("events[%d].data: %w", i, err)
		}
		decoded[i] = e
	}
	*events = decoded
	return nil
}

// encode is json.Marshal without the escaping that is meant for HTML pages.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// EventData is what all events have in common.
type EventData struct {
	SourceMessageID        *string    `json:"source_message_id,omitempty" doc:"the event's own id, on which downstream tools de-duplicate"`
	TimestampUnixtimeMS    *int64     `json:"timestamp_unixtime_ms,omitempty" doc:"when it happened; without it the server takes the time of arrival" rule:"timestamp"`
	SessionUUID            *string    `json:"session_uuid,omitempty" doc:"the session that the event belongs to" rule:"uuid"`
	SessionID              *int64     `json:"session_id,omitempty" doc:"the session that the event belongs to, as a number"`
	SessionStartUnixtimeMS *int64     `json:"session_start_unixtime_ms,omitempty" doc:"when the session began" rule:"timestamp"`
	EventNum               *int64     `json:"event_num,omitempty" doc:"position of the event in its session"`
	Location               *Location  `json:"location,omitempty" doc:"where it happened"`
	CustomAttributes       Attributes `json:"custom_attributes,omitempty" doc:"your own attributes of the event"`
	CustomFlags            Attributes `json:"custom_flags,omitempty" doc:"your own flags for integrations"`
}

// Location is a place on earth.
type Location struct {
	Latitude  json.Number  `json:"latitude" doc:"degrees north" rule:"required"`
	Longitude json.Number  `json:"longitude" doc:"degrees east" rule:"required"`
	Accuracy  *json.Number `json:"accuracy,omitempty" doc:"accuracy in metres"`
}

// CustomEvent is an event of your own, the SDKs' AppEvent.
type CustomEvent struct {
	EventData
	EventName       string          `json:"event_name" doc:"name of the event; the server cuts it at 256 characters" rule:"required,max=256"`
	CustomEventType CustomEventType `json:"custom_event_type" doc:"what sort of event it is" rule:"required"`
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

// ScreenView is a look at a screen or page.
type ScreenView struct {
	EventData
	ScreenName   string  `json:"screen_name" doc:"name of the screen; counts among the workspace's 1000 event names" rule:"required,max=256"`
	ActivityType *string `json:"activity_type,omitempty" doc:"type of the Android activity"`
}

// EventType returns TypeScreenView.
func (*ScreenView) EventType() EventType { return TypeScreenView }
