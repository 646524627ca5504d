package mparticle

import (
	"bytes"
	"encoding/json"
)

// Profile is a user who signs up, logs in or out, or whose profile is changed or
// deleted.
type Profile struct {
	EventData
	PreviousMPID     *int64           `json:"previous_mpid,omitempty" doc:"mParticle's id of the user before" rule:"required"`
	CurrentMPID      *int64           `json:"current_mpid,omitempty" doc:"mParticle's id of the user after" rule:"required"`
	ProfileEventType ProfileEventType `json:"profile_event_type" doc:"what happened" rule:"required"`
}

// EventType returns TypeProfile.
func (*Profile) EventType() EventType { return TypeProfile }

// ProfileEventType is what happened to a profile.
type ProfileEventType string

// The profile event types.
const (
	Signup        ProfileEventType = "signup"
	Login         ProfileEventType = "login"
	Logout        ProfileEventType = "logout"
	ProfileUpdate ProfileEventType = "update"
	ProfileDelete ProfileEventType = "delete"
)

// Values returns the allowed values.
func (ProfileEventType) Values() []string {
	return []string{"signup", "login", "logout", "update", "delete"}
}

// UserAttributeChange is a user attribute that changed. New and Old take what a
// value of UserAttributes takes; nil is none.
type UserAttributeChange struct {
	EventData
	UserAttributeName string `json:"user_attribute_name" doc:"name of the attribute" rule:"required"`
	New               any    `json:"new,omitempty" doc:"its value after"`
	Old               any    `json:"old,omitempty" doc:"its value before"`
	Deleted           *bool  `json:"deleted,omitempty" doc:"whether it was removed"`
	IsNewAttribute    *bool  `json:"is_new_attribute,omitempty" doc:"whether it was not there before"`
}

// EventType returns TypeUserAttributeChange.
func (*UserAttributeChange) EventType() EventType { return TypeUserAttributeChange }

// UnmarshalJSON decodes the event, keeping the text of numbers.
func (c *UserAttributeChange) UnmarshalJSON(data []byte) error {
	type plain UserAttributeChange // without this method
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode((*plain)(c))
}

// UserIdentityChange is an identity that took the place of another.
type UserIdentityChange struct {
	EventData
	New UserIdentity `json:"new" doc:"the identity after" rule:"required"`
	Old UserIdentity `json:"old" doc:"the identity before" rule:"required"`
}

// EventType returns TypeUserIdentityChange.
func (*UserIdentityChange) EventType() EventType { return TypeUserIdentityChange }

// UserIdentity is one identity of a user with its history.
type UserIdentity struct {
	IdentityType        IdentityType `json:"identity_type" doc:"which identity" rule:"required"`
	Identity            string       `json:"identity" doc:"its value" rule:"required"`
	TimestampUnixtimeMS *int64       `json:"timestamp_unixtime_ms,omitempty" doc:"since when the user has it" rule:"required,timestamp"`
	CreatedThisBatch    *bool        `json:"created_this_batch,omitempty" doc:"whether it came with this batch"`
}
