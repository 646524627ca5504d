package mparticle

// SessionStart begins a session.
type SessionStart struct {
	EventData
}

// EventType returns TypeSessionStart.
func (*SessionStart) EventType() EventType { return TypeSessionStart }

// SessionEnd ends a session. Its session ids are those of the start.
type SessionEnd struct {
	EventData
	SessionDurationMS *int64 `json:"session_duration_ms,omitempty" doc:"length of the session in milliseconds" rule:"required"`
}

// EventType returns TypeSessionEnd.
func (*SessionEnd) EventType() EventType { return TypeSessionEnd }

// ScreenView is a look at a screen or page.
type ScreenView struct {
	EventData
	ScreenName   string  `json:"screen_name" doc:"name of the screen; counts among the workspace's 1000 event names" rule:"required,max=256,shown"`
	ActivityType *string `json:"activity_type,omitempty" doc:"type of the Android activity"`
}

// EventType returns TypeScreenView.
func (*ScreenView) EventType() EventType { return TypeScreenView }

// FirstRun is the first start of an app.
type FirstRun struct {
	EventData
}

// EventType returns TypeFirstRun.
func (*FirstRun) EventType() EventType { return TypeFirstRun }

// Uninstall is the removal of an app.
type Uninstall struct {
	EventData
}

// EventType returns TypeUninstall.
func (*Uninstall) EventType() EventType { return TypeUninstall }

// OptOut is a user who forbids or allows tracking.
type OptOut struct {
	EventData
	IsOptedOut *bool `json:"is_opted_out,omitempty" doc:"whether tracking is forbidden" rule:"required"`
}

// EventType returns TypeOptOut.
func (*OptOut) EventType() EventType { return TypeOptOut }
