// Package sandbox is the Events API on this machine, for tests and rehearsals.
//
// It answers as the real one is documented to: Basic auth, limits of size, count
// and rate, strict validation, de-duplication by source_request_id, and the
// rules of historical data. It checks what it receives by the documentation on
// its own, so that a wrong model of ours is not confirmed by a wrong server. On
// request it misbehaves: see Faults.
package sandbox
