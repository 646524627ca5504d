package mparticle

// PushRegistration is a device that registers for push messages, or no longer
// takes them.
type PushRegistration struct {
	EventData
	Register          *bool  `json:"register,omitempty" doc:"true to register, false to end it" rule:"required"`
	RegistrationToken string `json:"registration_token" doc:"the device's token" rule:"required"`
}

// EventType returns TypePushRegistration.
func (*PushRegistration) EventType() EventType { return TypePushRegistration }

// PushMessage is a push message that was sent, received or acted on.
type PushMessage struct {
	EventData
	PushMessageToken        string               `json:"push_message_token" doc:"token that the message was sent to" rule:"required"`
	PushMessageType         PushMessageType      `json:"push_message_type" doc:"what happened to the message" rule:"required"`
	PushNotificationPayload string               `json:"push_notification_payload" doc:"the message as it was sent" rule:"required"`
	Message                 *string              `json:"message,omitempty" doc:"text of the message"`
	Network                 *string              `json:"network,omitempty" doc:"network that carried it"`
	ApplicationState        *ApplicationState    `json:"application_state,omitempty" doc:"state of the app at that moment"`
	ActionIdentifier        *string              `json:"action_identifier,omitempty" doc:"action that the user chose"`
	PushMessageBehavior     *PushMessageBehavior `json:"push_message_behavior,omitempty" doc:"what the user did with it"`
}

// EventType returns TypePushMessage.
func (*PushMessage) EventType() EventType { return TypePushMessage }

// PushMessageType is what happened to a push message.
type PushMessageType string

// The types of push messages.
const (
	PushSent     PushMessageType = "sent"
	PushReceived PushMessageType = "received"
	PushAction   PushMessageType = "action"
)

// Values returns the allowed values.
func (PushMessageType) Values() []string { return []string{"sent", "received", "action"} }

// ApplicationState is the state of an app when a push message came.
type ApplicationState string

// Values returns the allowed values.
func (ApplicationState) Values() []string { return []string{"not_running", "background", "foreground"} }

// PushMessageBehavior is what a user did with a push message.
type PushMessageBehavior string

// Values returns the allowed values. The API writes them with capitals.
func (PushMessageBehavior) Values() []string {
	return []string{"Received", "DirectOpen", "Read", "InfluencedOpen", "Displayed"}
}
