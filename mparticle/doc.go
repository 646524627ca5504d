// Package mparticle is a Go SDK of mParticle's Events API: the models of what is
// sent, a catalog of their fields, validation, and a client. It stands alone.
//
// A Batch carries one user's identities, attributes, consent and events:
//
//	client, err := mparticle.NewClient(mparticle.Options{Key: key, Secret: secret})
//	…
//	_, err = client.UploadEvents(ctx, &mparticle.Batch{
//		Environment:    mparticle.Development,
//		UserIdentities: &mparticle.UserIdentities{CustomerID: new("0007")},
//		Events: mparticle.Events{&mparticle.CustomEvent{
//			EventName:       "Product Viewed",
//			CustomEventType: mparticle.Navigation,
//		}},
//	})
//
// # Models
//
// Members are pointers, so that absent and zero are different things;
// new("text"), new(true) and new(int64(5)) make them. Texts that the API
// requires are plain, as an empty one is a missing one to it. A list or map that
// is nil is not sent, an empty one is. Decimal numbers are json.Number and keep
// their digits: new(json.Number("9.90")). Types with a Values method take the
// values that it returns.
//
// Encoding is encoding/json's. DecodeBatch is its strict opposite: it refuses
// what the models do not have, by its path. Batch.Validate says all that the API
// would refuse, cut or drop.
//
// # Fields
//
// The models are the single truth about the API's fields: BatchFields and
// EventFields derive the field catalog from them, with types, allowed values,
// limits and meanings. A path such as events[0].data.event_name leads from one
// to the next.
//
// # Client
//
// A Client is safe for concurrent use and keeps its connections. A call is one
// attempt: retrying, pausing and splitting belong to the caller, for whom
// *APIError and *TransportError say what has happened. The sandbox below this
// package answers as the API does, for tests.
//
// Facts about the API are from mParticle's HTTP API, JSON reference and Default
// Service Limits pages (docs.mparticle.com), where they disagree with its
// published JSON Schema, from the pages.
package mparticle
