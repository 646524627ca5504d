package mparticle_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"mpimport/mparticle"
	"mpimport/mparticle/sandbox"
)

// countConnections starts a server that counts the connections opened to it.
func countConnections(t *testing.T, server *httptest.Server, start func()) *atomic.Int32 {
	t.Helper()
	var opened atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	start()
	t.Cleanup(server.Close)
	return &opened
}

// TestConnectionsAreUsedAgain sends many requests from several workers. Each
// answer has a body, which must be read for its connection to be used again.
func TestConnectionsAreUsedAgain(t *testing.T) {
	const workers, requests = 8, 50
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"errors":[{"code":"BAD_REQUEST","message":"`+strings.Repeat("x", 10_000)+`"}]}`)
	}))
	opened := countConnections(t, server, server.Start)
	c := newClient(t, mparticle.Options{BaseURL: server.URL})
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range requests {
				var refused *mparticle.APIError
				if _, err := c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch)); !errors.As(err, &refused) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
	group.Wait()
	// A request that waits for a new connection may be served by an old one that
	// comes free, so there may be a few more than workers.
	if n := opened.Load(); n > 2*workers {
		t.Errorf("%d requests of %d workers took %d connections", workers*requests, workers, n)
	}
}

func TestHTTP2(t *testing.T) {
	var protocol atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol.Store(int32(r.ProtoMajor))
		w.WriteHeader(http.StatusAccepted)
	}))
	server.EnableHTTP2 = true
	opened := countConnections(t, server, server.StartTLS)
	c := newClient(t, mparticle.Options{BaseURL: server.URL, HTTPClient: server.Client()})
	for range 10 {
		if _, err := c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch)); err != nil {
			t.Fatal(err)
		}
	}
	if protocol.Load() != 2 || opened.Load() != 1 {
		t.Errorf("HTTP/%d over %d connections", protocol.Load(), opened.Load())
	}
}

func TestLargeAnswerIsBounded(t *testing.T) {
	var written atomic.Int64
	_, err := post(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		block := make([]byte, 64<<10)
		for { // until the client goes away
			n, err := w.Write(block)
			if written.Add(int64(n)); err != nil || r.Context().Err() != nil {
				return
			}
		}
	})
	var refused *mparticle.APIError
	if !errors.As(err, &refused) || refused.Status != http.StatusBadGateway {
		t.Errorf("got %v after %d bytes", err, written.Load())
	}
}

func TestCancel(t *testing.T) {
	s := sandbox.New(sandbox.Options{Faults: sandbox.Faults{Hang: 1}})
	arrived := make(chan struct{})
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		s.ServeHTTP(w, r)
	}))
	c := newClient(t, mparticle.Options{BaseURL: server.URL})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := c.Post(ctx, mparticle.PathEvents, []byte(goodBatch))
	var lost *mparticle.TransportError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &lost) || !lost.Sent {
		t.Errorf("got %v", err)
	}
}

// TestConcurrentUse sends from many goroutines through one client; the race
// detector watches.
func TestConcurrentUse(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	c := newClient(t, mparticle.Options{BaseURL: serve(t, s).URL})
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(8)
	for range 100 {
		group.Go(func() error {
			_, err := c.UploadEvents(ctx, rightBatch())
			return err
		})
	}
	if err := group.Wait(); err != nil || s.Stats().Batches != 100 {
		t.Errorf("%v, %+v", err, s.Stats())
	}
}
