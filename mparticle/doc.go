// Package mparticle is a Go SDK of mParticle's Events API: the models of what is
// sent, a catalog of their fields, and a client.
//
// A Batch carries one user's identities, attributes and events. Optional fields
// are pointers, so that absent and zero are different things; new("text"),
// new(true) and new(int64(5)) make them. Fields that the API requires are plain
// values.
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
// The models are the single truth about the API's fields: BatchFields and
// EventFields derive the field catalog from them, with types, allowed values,
// limits and meanings.
//
// A call of the client is one attempt. Retrying, pausing and splitting belong to
// the caller, for whom *APIError says what the server wants.
//
// Facts about the API are from mParticle's HTTP API, JSON reference and Default
// Service Limits pages (docs.mparticle.com).
package mparticle
