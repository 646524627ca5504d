package mparticle

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Environment says whether data is real.
type Environment string

// The environments. The server takes a missing one for production, so it is
// always sent.
const (
	Development Environment = "development"
	Production  Environment = "production"
)

// Values returns the allowed values.
func (Environment) Values() []string { return []string{"development", "production"} }

// Batch is what the API takes: the identities, attributes and events of one
// user. It needs at least one identity of the user or the device, or an MPID.
// Its encoded size is at most MaxBatchBytes.
type Batch struct {
	SourceRequestID       *string                 `json:"source_request_id,omitempty" doc:"id on which the API de-duplicates batches for 30 to 60 days"`
	Environment           Environment             `json:"environment" doc:"development or production" rule:"required"`
	MPID                  *int64                  `json:"mpid,omitempty" doc:"mParticle's own id of the user"`
	MPDeviceID            *string                 `json:"mp_deviceid,omitempty" doc:"mParticle's own id of the device" rule:"uuid"`
	IP                    *string                 `json:"ip,omitempty" doc:"the user's IP address, v4 or v6" rule:"ip"`
	UserIdentities        *UserIdentities         `json:"user_identities,omitempty" doc:"who the user is"`
	UserAttributes        UserAttributes          `json:"user_attributes,omitempty" doc:"what is known of the user; names that begin with $ are mParticle's own"`
	DeletedUserAttributes []string                `json:"deleted_user_attributes,omitempty" doc:"names of user attributes to remove"`
	DeviceInfo            *DeviceInformation      `json:"device_info,omitempty" doc:"the device and its identities"`
	ApplicationInfo       *ApplicationInformation `json:"application_info,omitempty" doc:"the app that the data comes from"`
	Context               *Context                `json:"context,omitempty" doc:"data plan of the batch"`
	Events                Events                  `json:"events,omitempty" doc:"what the user did"`
}

// UserIdentities are the identities of a user.
type UserIdentities struct {
	CustomerID               *string `json:"customer_id,omitempty" doc:"your own id of the user" rule:"alias=customerid"`
	Email                    *string `json:"email,omitempty" doc:"e-mail address"`
	Other                    *string `json:"other,omitempty" doc:"another id"`
	OtherID2                 *string `json:"other_id_2,omitempty" doc:"another id" rule:"alias=other2"`
	OtherID3                 *string `json:"other_id_3,omitempty" doc:"another id" rule:"alias=other3"`
	OtherID4                 *string `json:"other_id_4,omitempty" doc:"another id" rule:"alias=other4"`
	OtherID5                 *string `json:"other_id_5,omitempty" doc:"another id"`
	OtherID6                 *string `json:"other_id_6,omitempty" doc:"another id"`
	OtherID7                 *string `json:"other_id_7,omitempty" doc:"another id"`
	OtherID8                 *string `json:"other_id_8,omitempty" doc:"another id"`
	OtherID9                 *string `json:"other_id_9,omitempty" doc:"another id"`
	OtherID10                *string `json:"other_id_10,omitempty" doc:"another id"`
	MobileNumber             *string `json:"mobile_number,omitempty" doc:"mobile phone number"`
	PhoneNumber2             *string `json:"phone_number_2,omitempty" doc:"second phone number"`
	PhoneNumber3             *string `json:"phone_number_3,omitempty" doc:"third phone number"`
	Facebook                 *string `json:"facebook,omitempty" doc:"Facebook id"`
	Twitter                  *string `json:"twitter,omitempty" doc:"Twitter id"`
	Google                   *string `json:"google,omitempty" doc:"Google id"`
	Microsoft                *string `json:"microsoft,omitempty" doc:"Microsoft id"`
	Yahoo                    *string `json:"yahoo,omitempty" doc:"Yahoo id"`
	Alias                    *string `json:"alias,omitempty" doc:"alias"`
	FacebookCustomAudienceID *string `json:"facebook_custom_audience_id,omitempty" doc:"Facebook Custom Audience id"`
}

// Attributes are free-form names with values: string, bool, or a number as
// json.Number or a Go number. Decoding keeps numbers as json.Number, to the last
// digit. At most MaxAttributesPerEvent on an event.
type Attributes map[string]any

// UnmarshalJSON decodes an object, keeping the text of its numbers.
func (a *Attributes) UnmarshalJSON(data []byte) error {
	values, err := decodeObject(data)
	*a = values
	return err
}

// UserAttributes are free-form names with values: what Attributes take, or a
// list of strings. At most MaxUserAttributes in a batch.
type UserAttributes map[string]any

// UnmarshalJSON decodes an object, keeping the text of its numbers.
func (a *UserAttributes) UnmarshalJSON(data []byte) error {
	values, err := decodeObject(data)
	*a = values
	return err
}

func decodeObject(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var values map[string]any
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("decoding attributes: %w", err)
	}
	return values, nil
}

// Context is the context of a batch.
type Context struct {
	DataPlan *DataPlan `json:"data_plan,omitempty" doc:"the data plan that the batch follows"`
}

// DataPlan names a data plan of the workspace.
type DataPlan struct {
	PlanID      string `json:"plan_id" doc:"id of the data plan" rule:"required"`
	PlanVersion *int64 `json:"plan_version,omitempty" doc:"version of the data plan"`
}

// ApplicationInformation says which app the data comes from.
type ApplicationInformation struct {
	ApplicationName        *string `json:"application_name,omitempty" doc:"name of the app"`
	ApplicationVersion     *string `json:"application_version,omitempty" doc:"version of the app"`
	ApplicationBuildNumber *string `json:"application_build_number,omitempty" doc:"build number of the app"`
	InstallReferrer        *string `json:"install_referrer,omitempty" doc:"where the installation came from"`
	Package                *string `json:"package,omitempty" doc:"package name or bundle id of the app"`
	OS                     *AppOS  `json:"os,omitempty" doc:"operating system that the app is for"`
}

// AppOS is the operating system that an app is for.
type AppOS string

// Values returns the allowed values.
func (AppOS) Values() []string {
	return []string{"Unknown", "IOS", "Android", "WindowsPhone", "MobileWeb", "UnityIOS", "UnityAndroid", "Desktop",
		"TVOS", "Roku", "OutOfBand", "Alexa", "SmartTV", "FireTV", "Xbox"}
}
