package mparticle

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

// IdentityType names one of the UserIdentities.
type IdentityType string

// Values returns the allowed values: the members of UserIdentities.
func (IdentityType) Values() []string {
	return []string{"customer_id", "email", "other", "other_id_2", "other_id_3", "other_id_4", "other_id_5", "other_id_6", "other_id_7",
		"other_id_8", "other_id_9", "other_id_10", "mobile_number", "phone_number_2", "phone_number_3", "facebook", "twitter",
		"google", "microsoft", "yahoo", "alias", "facebook_custom_audience_id"}
}
