// Package sandbox is the Events API on this machine, for tests and rehearsals.
//
// It answers as the real one is documented to: Basic auth, limits of size, count,
// rate and acceleration, strict validation of all event types, de-duplication by
// source_request_id for each API key, and the rules of historical data, of which
// it drops what the real one drops, without a word but in Stats. It checks what
// it receives by the documentation on its own, so that a wrong model of ours is
// not confirmed by a wrong server. On request it misbehaves: see Faults.
//
// It is stricter than the real one may be: a member that the documentation does
// not have, a key that is there twice, and attributes over the limits are 400.
package sandbox
