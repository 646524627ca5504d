package mparticle

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
	SourceRequestID       *string                 `json:"source_request_id,omitempty" doc:"id on which the API de-duplicates batches for 30 to 60 days" rule:"shown"`
	Environment           Environment             `json:"environment" doc:"development or production" rule:"required"`
	MPID                  *int64                  `json:"mpid,omitempty" doc:"mParticle's own id of the user" rule:"identity"`
	OriginMPID            *int64                  `json:"origin_mpid,omitempty" doc:"mParticle's id of the user that the data came from"`
	MPDeviceID            *string                 `json:"mp_deviceid,omitempty" doc:"mParticle's own id of the device" rule:"uuid"`
	IP                    *string                 `json:"ip,omitempty" doc:"the user's IP address, v4 or v6" rule:"ip"`
	TimestampUnixtimeMS   *int64                  `json:"timestamp_unixtime_ms,omitempty" doc:"when the batch was made" rule:"timestamp"`
	UserIdentities        *UserIdentities         `json:"user_identities,omitempty" doc:"who the user is"`
	UserAttributes        UserAttributes          `json:"user_attributes,omitzero" doc:"what is known of the user; names that begin with $ are mParticle's own"`
	DeletedUserAttributes []string                `json:"deleted_user_attributes,omitzero" doc:"names of user attributes to remove"`
	DeviceInfo            *DeviceInformation      `json:"device_info,omitempty" doc:"the device and its identities"`
	ApplicationInfo       *ApplicationInformation `json:"application_info,omitempty" doc:"the app that the data comes from"`
	ConsentState          *ConsentState           `json:"consent_state,omitempty" doc:"what the user consented to"`
	IntegrationAttributes IntegrationAttributes   `json:"integration_attributes,omitzero" doc:"attributes for an integration, by its module id" rule:"key=MODULE"`
	PartnerIdentities     map[string]string       `json:"partner_identities,omitzero" doc:"ids of the user at partners" rule:"key=PARTNER"`
	PartnerIdentity       *string                 `json:"partner_identity,omitempty" doc:"id of the user at the partner that sends"`
	AttributionInfo       *AttributionInfo        `json:"attribution_info,omitempty" doc:"the campaign that brought the user"`
	SourceInfo            *SourceInformation      `json:"source_info,omitempty" doc:"how the data came to mParticle"`
	Context               *Context                `json:"context,omitempty" doc:"data plan and place of the batch"`
	SDKVersion            *string                 `json:"sdk_version,omitempty" doc:"version of the SDK that recorded the data"`
	JobID                 *string                 `json:"job_id,omitempty" doc:"id of the job that the data belongs to"`
	Events                Events                  `json:"events,omitzero" doc:"what the user did"`
}

// Context is the context of a batch.
type Context struct {
	DataPlan *DataPlan `json:"data_plan,omitempty" doc:"the data plan that the batch follows"`
	Location *Location `json:"location,omitempty" doc:"where the user was"`
}

// DataPlan names a data plan of the workspace.
type DataPlan struct {
	PlanID      string `json:"plan_id" doc:"id of the data plan" rule:"required,shown"`
	PlanVersion *int64 `json:"plan_version,omitempty" doc:"version of the data plan" rule:"shown"`
}

// SourceInformation says how the data came to mParticle. The API notes it by
// itself for what is sent to it.
type SourceInformation struct {
	Channel         Channel `json:"channel" doc:"the way that the data came" rule:"required"`
	Partner         *string `json:"partner,omitempty" doc:"partner that sent it"`
	ReplayRequestID *string `json:"replay_request_id,omitempty" doc:"request that is replayed"`
	ReplayJobID     *string `json:"replay_job_id,omitempty" doc:"job that replays"`
	IsHistorical    *bool   `json:"is_historical,omitempty" doc:"whether the data is historical"`
}

// Channel is a way for data to come to mParticle.
type Channel string

// The channels.
const (
	NativeChannel         Channel = "native"
	JavaScriptChannel     Channel = "javascript"
	PixelChannel          Channel = "pixel"
	DesktopChannel        Channel = "desktop"
	PartnerChannel        Channel = "partner"
	ServerToServerChannel Channel = "server_to_server"
)

// Values returns the allowed values.
func (Channel) Values() []string {
	return []string{"native", "javascript", "pixel", "desktop", "partner", "server_to_server"}
}

// AttributionInfo names the campaign that brought the user.
type AttributionInfo struct {
	ServiceProvider string `json:"service_provider" doc:"who attributed" rule:"required"`
	Publisher       string `json:"publisher" doc:"where the campaign was shown" rule:"required"`
	Campaign        string `json:"campaign" doc:"name of the campaign" rule:"required"`
}
