package mparticle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// EventType names what kind of event it is.
type EventType string

// The event types, in the order of the API's reference.
const (
	TypeCustomEvent                EventType = "custom_event"
	TypeCommerceEvent              EventType = "commerce_event"
	TypeSessionStart               EventType = "session_start"
	TypeSessionEnd                 EventType = "session_end"
	TypeApplicationStateTransition EventType = "application_state_transition"
	TypeScreenView                 EventType = "screen_view"
	TypeFirstRun                   EventType = "first_run"
	TypeUninstall                  EventType = "uninstall"
	TypeOptOut                     EventType = "opt_out"
	TypePushRegistration           EventType = "push_registration"
	TypePushMessage                EventType = "push_message"
	TypeCrashReport                EventType = "crash_report"
	TypeBreadcrumb                 EventType = "breadcrumb"
	TypeNetworkPerformance         EventType = "network_performance"
	TypeProfile                    EventType = "profile"
	TypeUserAttributeChange        EventType = "user_attribute_change"
	TypeUserIdentityChange         EventType = "user_identity_change"
)

// models is the one list of events: each type has its model here.
var models = []Event{
	(*CustomEvent)(nil),
	(*CommerceEvent)(nil),
	(*SessionStart)(nil),
	(*SessionEnd)(nil),
	(*ApplicationStateTransition)(nil),
	(*ScreenView)(nil),
	(*FirstRun)(nil),
	(*Uninstall)(nil),
	(*OptOut)(nil),
	(*PushRegistration)(nil),
	(*PushMessage)(nil),
	(*CrashReport)(nil),
	(*Breadcrumb)(nil),
	(*NetworkPerformance)(nil),
	(*Profile)(nil),
	(*UserAttributeChange)(nil),
	(*UserIdentityChange)(nil),
}

// newEvent returns an empty event of type t.
func newEvent(t EventType) (Event, bool) {
	for _, model := range models {
		if model.EventType() == t {
			return reflect.New(reflect.TypeOf(model).Elem()).Interface().(Event), true
		}
	}
	return nil, false
}

// EventTypes returns the event types, in the order of the API's reference.
func EventTypes() []EventType {
	types := make([]EventType, len(models))
	for i, model := range models {
		types[i] = model.EventType()
	}
	return types
}

// Event is the data of one event. Its models are in this package.
type Event interface {
	EventType() EventType
	common() *EventData
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
		if absent(e) {
			return nil, fmt.Errorf("encoding event %d: it is nil", i)
		}
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
	SourceMessageID            *string             `json:"source_message_id,omitempty" doc:"the event's own id, on which downstream tools de-duplicate" rule:"shown"`
	TimestampUnixtimeMS        *int64              `json:"timestamp_unixtime_ms,omitempty" doc:"when it happened; without it the server takes the time of arrival" rule:"timestamp"`
	EventStartUnixtimeMS       *int64              `json:"event_start_unixtime_ms,omitempty" doc:"when it began, of an event that lasted" rule:"timestamp"`
	SessionUUID                *string             `json:"session_uuid,omitempty" doc:"the session that the event belongs to" rule:"uuid"`
	SessionID                  *int64              `json:"session_id,omitempty" doc:"the session that the event belongs to, as a number"`
	SessionStartUnixtimeMS     *int64              `json:"session_start_unixtime_ms,omitempty" doc:"when the session began" rule:"timestamp"`
	EventNum                   *int64              `json:"event_num,omitempty" doc:"position of the event in its session"`
	Location                   *Location           `json:"location,omitempty" doc:"where it happened"`
	DeviceCurrentState         *DeviceCurrentState `json:"device_current_state,omitempty" doc:"state of the device at that moment"`
	DataConnectionType         *string             `json:"data_connection_type,omitempty" doc:"how the device was connected"`
	ViewController             *string             `json:"view_controller,omitempty" doc:"iOS view controller in which it happened"`
	IsMainThread               *bool               `json:"is_main_thread,omitempty" doc:"whether it happened on the app's main thread"`
	CanonicalName              *string             `json:"canonical_name,omitempty" doc:"canonical name of the event"`
	IsGoalDefined              *bool               `json:"is_goal_defined,omitempty" doc:"whether the event is a goal"`
	LifetimeValueChange        *json.Number        `json:"lifetime_value_change,omitempty" doc:"by how much the user's lifetime value grows"`
	LifetimeValueAttributeName *string             `json:"lifetime_value_attribute_name,omitempty" doc:"attribute that holds the lifetime value"`
	CustomAttributes           Attributes          `json:"custom_attributes,omitzero" doc:"your own attributes of the event"`
	CustomFlags                CustomFlags         `json:"custom_flags,omitzero" doc:"your own flags for integrations"`
}

func (d *EventData) common() *EventData { return d }
