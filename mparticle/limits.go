package mparticle

import "time"

// Limits of the Events API by default (Default Service Limits page). An account
// may have others.
const (
	MaxBatchesPerSecond    = 270       // batches of one account in a second; more is answered 429
	MaxBatchesPerRequest   = 100       // batches of a bulk request (also HTTP API page)
	MaxBatchBytes          = 128 << 10 // encoded size of one batch
	MaxRequestBytes        = 256 << 10 // size of a request body, however many batches it has
	MaxEventNameChars      = 256       // characters of an event's name; the server cuts longer ones
	MaxEventNames          = 1000      // different event and screen names of a workspace; the server drops events of further ones
	MaxAttributesPerEvent  = 100       // custom attributes of one event
	MaxUserAttributes      = 100       // user attributes of one batch
	MaxAttributeNameChars  = 256       // characters of an attribute's name
	MaxAttributeValueChars = 4096      // characters of an attribute's value
	MaxListEntries         = 1000      // entries of a list-valued user attribute
	MaxListEntryChars      = 512       // characters of such an entry
)

// HistoricalMinAge is the age below which the historical endpoint silently drops
// a batch (HTTP API page, "historical data ingestion").
const HistoricalMinAge = 72 * time.Hour

// HistoricalRecommendedAge is the age above which events must not go to the
// ordinary endpoints (HTTP API page, "historical data ingestion").
const HistoricalRecommendedAge = 30 * 24 * time.Hour
