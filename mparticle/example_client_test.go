package mparticle_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"golang.org/x/sync/errgroup"

	"mpimport/mparticle"
	"mpimport/mparticle/sandbox"
)

// connect returns a client of a sandbox, so that the examples run without
// credentials and without the network. In a program of your own, leave BaseURL
// out.
func connect() (client *mparticle.Client, stop func()) {
	api := httptest.NewServer(sandbox.New(sandbox.Options{Key: "key", Secret: "secret"}))
	client, err := mparticle.NewClient(mparticle.Options{Key: "key", Secret: "secret", BaseURL: api.URL})
	if err != nil {
		panic(err)
	}
	return client, api.Close
}

func ExampleNewClient() {
	client, err := mparticle.NewClient(mparticle.Options{
		Key:        "key", // in a program: from the environment
		Secret:     "secret",
		Pod:        mparticle.EU1,
		Timeout:    30 * time.Second,
		UserAgent:  "shop-backend/1.2",
		HTTPClient: &http.Client{}, // nil is best, unless you need a proxy or certificates of your own
	})
	fmt.Println(client, err)
	// Output: client of s2s.eu1.mparticle.com <nil>
}

func ExampleClient_UploadEvents() {
	client, stop := connect()
	defer stop()
	response, err := client.UploadEvents(context.Background(), &mparticle.Batch{
		Environment:    mparticle.Development,
		UserIdentities: &mparticle.UserIdentities{CustomerID: new("0007")},
		Events:         mparticle.Events{&mparticle.ScreenView{ScreenName: "Home"}},
	})
	fmt.Println(response.Status, err)
	// Output: 202 <nil>
}

// An answer that is not success is an *APIError, which says whether to try
// again, and when.
func ExampleClient_UploadEvents_errors() {
	client, stop := connect()
	defer stop()
	_, err := client.UploadEvents(context.Background(), &mparticle.Batch{Environment: mparticle.Development})
	var refused *mparticle.APIError
	var lost *mparticle.TransportError
	switch {
	case errors.As(err, &refused) && refused.Temporary():
		fmt.Println("again after", refused.RetryAfter)
	case errors.As(err, &refused):
		fmt.Println("mend it:", refused.Status, refused.Errors)
	case errors.As(err, &lost):
		fmt.Println("no answer; taken already, perhaps:", lost.Sent)
	}
	// Output: mend it: 400 [{BAD_REQUEST batch 0: has no identity of a user or device}]
}

func ExampleClient_BulkUploadEvents() {
	client, stop := connect()
	defer stop()
	var batches []*mparticle.Batch // of different users, at most 100
	for _, id := range []string{"1", "2", "3"} {
		batches = append(batches, &mparticle.Batch{
			Environment:    mparticle.Development,
			UserIdentities: &mparticle.UserIdentities{CustomerID: &id},
		})
	}
	response, err := client.BulkUploadEvents(context.Background(), batches)
	fmt.Println(response.Status, err)
	// Output: 202 <nil>
}

func ExampleClient_BulkUploadHistorical() {
	client, stop := connect()
	defer stop()
	b := &mparticle.Batch{
		Environment:    mparticle.Development,
		UserIdentities: &mparticle.UserIdentities{CustomerID: new("0007")},
		Events: mparticle.Events{&mparticle.ScreenView{
			EventData:  mparticle.EventData{TimestampUnixtimeMS: new(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli())},
			ScreenName: "Home",
		}},
	}
	if problems := b.ValidateTimes(mparticle.PathBulkHistorical, time.Now()); problems != nil {
		fmt.Println(problems) // the API would say nothing, and drop the batch
		return
	}
	response, err := client.BulkUploadHistorical(context.Background(), []*mparticle.Batch{b})
	fmt.Println(response.Status, err)
	// Output: 202 <nil>
}

// Calls of a client are independent of each other: run as many at a time as you
// wish.
func Example_asynchronous() {
	client, stop := connect()
	defer stop()
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(4) // requests in flight
	for i := range 20 {
		group.Go(func() error {
			_, err := client.UploadEvents(ctx, &mparticle.Batch{
				Environment:    mparticle.Development,
				UserIdentities: &mparticle.UserIdentities{CustomerID: new(fmt.Sprint(i))},
			})
			return err
		})
	}
	fmt.Println(group.Wait())
	// Output: <nil>
}
