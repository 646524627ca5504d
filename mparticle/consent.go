package mparticle

// ConsentState is what the user consented to.
type ConsentState struct {
	GDPR map[string]Consent `json:"gdpr,omitzero" doc:"consent under the European GDPR, by purpose" rule:"key=PURPOSE"`
	CCPA *CCPAConsent       `json:"ccpa,omitempty" doc:"consent under California's CCPA"`
}

// CCPAConsent has the one purpose that CCPA knows.
type CCPAConsent struct {
	DataSaleOptOut *Consent `json:"data_sale_opt_out,omitempty" doc:"whether the user forbids the sale of data: consented is true if so"`
}

// Consent is a user's answer for one purpose. A missing answer is neither yes
// nor no, so Consented is a pointer although the API requires it.
type Consent struct {
	Consented           *bool   `json:"consented,omitempty" doc:"the answer" rule:"required"`
	TimestampUnixtimeMS *int64  `json:"timestamp_unixtime_ms,omitempty" doc:"when it was given" rule:"required,timestamp"`
	Regulation          *string `json:"regulation,omitempty" doc:"name of the regulation"`
	Document            *string `json:"document,omitempty" doc:"the text that was agreed to"`
	Location            *string `json:"location,omitempty" doc:"where it was given"`
	HardwareID          *string `json:"hardware_id,omitempty" doc:"device on which it was given"`
}
