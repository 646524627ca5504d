package mparticle

// CrashReport is an error of the app.
type CrashReport struct {
	EventData
	Severity                string            `json:"severity" doc:"how bad it is" rule:"required"`
	Message                 string            `json:"message" doc:"what the error says" rule:"required"`
	ClassName               *string           `json:"class_name,omitempty" doc:"class of the error"`
	Breadcrumbs             []CrashBreadcrumb `json:"breadcrumbs,omitzero" doc:"what happened before"`
	StackTrace              *string           `json:"stack_trace,omitempty" doc:"stack of the error"`
	ExceptionHandled        *bool             `json:"exception_handled,omitempty" doc:"whether the app went on"`
	TopmostContext          *string           `json:"topmost_context,omitempty" doc:"screen or activity in which it happened"`
	PLCrashReportFileBase64 *string           `json:"pl_crash_report_file_base64,omitempty" doc:"report of PLCrashReporter in base64"`
	IOSImageBaseAddress     *int64            `json:"ios_image_base_address,omitempty" doc:"base address of the iOS image"`
	IOSImageSize            *int64            `json:"ios_image_size,omitempty" doc:"size of the iOS image in bytes"`
	SessionNumber           *int64            `json:"session_number,omitempty" doc:"number of the session"`
}

// EventType returns TypeCrashReport.
func (*CrashReport) EventType() EventType { return TypeCrashReport }

// CrashBreadcrumb is a breadcrumb within a CrashReport, which the API wraps like
// an event of its own.
type CrashBreadcrumb struct {
	EventType BreadcrumbType `json:"event_type" doc:"always breadcrumb" rule:"required"`
	Data      Breadcrumb     `json:"data" doc:"the breadcrumb" rule:"required"`
}

// BreadcrumbType is the event type of a CrashBreadcrumb.
type BreadcrumbType string

// Values returns the one allowed value.
func (BreadcrumbType) Values() []string { return []string{"breadcrumb"} }

// Breadcrumb marks a step on the way of the user, to understand a crash by.
type Breadcrumb struct {
	EventData
	Label         string `json:"label" doc:"what the step is" rule:"required"`
	SessionNumber *int64 `json:"session_number,omitempty" doc:"number of the session"`
}

// EventType returns TypeBreadcrumb.
func (*Breadcrumb) EventType() EventType { return TypeBreadcrumb }

// NetworkPerformance is a request that the app made.
type NetworkPerformance struct {
	EventData
	HTTPVerb     *string `json:"http_verb,omitempty" doc:"method of the request"`
	URL          string  `json:"url" doc:"address of the request" rule:"required"`
	TimeElapsed  *int64  `json:"time_elapsed,omitempty" doc:"how long it took in milliseconds"`
	BytesIn      *int64  `json:"bytes_in,omitempty" doc:"bytes received"`
	BytesOut     *int64  `json:"bytes_out,omitempty" doc:"bytes sent"`
	ResponseCode *int64  `json:"response_code,omitempty" doc:"HTTP status of the answer" rule:"required"`
	Data         *string `json:"data,omitempty" doc:"your own data of the request"`
}

// EventType returns TypeNetworkPerformance.
func (*NetworkPerformance) EventType() EventType { return TypeNetworkPerformance }
