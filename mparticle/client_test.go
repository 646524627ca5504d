package mparticle_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mpimport/mparticle"
	"mpimport/mparticle/sandbox"
)

const (
	testKey    = "test-key"
	testSecret = "test-secret-value"
	goodBatch  = `{"environment":"development","user_identities":{"customer_id":"1"}}`
)

func serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func newClient(t *testing.T, o mparticle.Options) *mparticle.Client {
	t.Helper()
	if o.Key == "" {
		o.Key, o.Secret = testKey, testSecret
	}
	c, err := mparticle.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// post sends one batch to a handler.
func post(t *testing.T, h http.HandlerFunc) (mparticle.Response, error) {
	t.Helper()
	c := newClient(t, mparticle.Options{BaseURL: serve(t, h).URL})
	return c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch))
}

func TestNewClient(t *testing.T) {
	tests := []struct {
		name string
		o    mparticle.Options
		want string // part of the error, "" if there is none
	}{
		{"default pod", mparticle.Options{Key: "k", Secret: "s"}, ""},
		{"pod", mparticle.Options{Key: "k", Secret: "s", Pod: "eu1"}, ""},
		{"no key", mparticle.Options{Secret: "s"}, "missing"},
		{"no secret", mparticle.Options{Key: "k"}, "missing"},
		{"unknown pod", mparticle.Options{Key: "k", Secret: "s", Pod: "us9"}, "unknown pod"},
		{"no URL", mparticle.Options{Key: "k", Secret: "s", BaseURL: "nope"}, "not a URL"},
		{"other scheme", mparticle.Options{Key: "k", Secret: "s", BaseURL: "ftp://example.com"}, "not a URL"},
		{"credentials in the URL", mparticle.Options{Key: "k", Secret: "s", BaseURL: "https://u:pw@example.com"}, "credentials"},
		{"plain http", mparticle.Options{Key: "k", Secret: "s", BaseURL: "http://example.com"}, "plain http"},
		{"plain http allowed", mparticle.Options{Key: "k", Secret: "s", BaseURL: "http://example.com", AllowHTTP: true}, ""},
		{"plain http here", mparticle.Options{Key: "k", Secret: "s", BaseURL: "http://127.0.0.1:1/"}, ""},
		{"plain http here, v6", mparticle.Options{Key: "k", Secret: "s", BaseURL: "http://[::1]:1"}, ""},
		{"plain http localhost", mparticle.Options{Key: "k", Secret: "s", BaseURL: "http://localhost:1"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := mparticle.NewClient(test.o)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestPodBaseURL(t *testing.T) {
	for pod, want := range map[mparticle.Pod]string{
		mparticle.US1: "https://s2s.mparticle.com/v2",
		mparticle.US2: "https://s2s.us2.mparticle.com/v2",
		mparticle.EU1: "https://s2s.eu1.mparticle.com/v2",
		mparticle.AU1: "https://s2s.au1.mparticle.com/v2",
	} {
		if got := pod.BaseURL(); got != want {
			t.Errorf("%s: %s", pod, got)
		}
	}
}

func TestPostSendsWhatTheAPIWants(t *testing.T) {
	var got *http.Request
	var body []byte
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-mp-rate-limit-percentage-used", "92.5")
		w.WriteHeader(http.StatusAccepted)
	}))
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := newClient(t, mparticle.Options{BaseURL: server.URL + "/base/", UserAgent: "agent/1", Logger: logger})
	response, err := c.Post(t.Context(), mparticle.PathBulkEvents, []byte("["+goodBatch+"]"))
	if err != nil || response.Status != 202 || response.PercentageUsed != 92.5 {
		t.Fatalf("got %+v, %v", response, err)
	}
	key, secret, _ := got.BasicAuth()
	if got.Method != "POST" || got.URL.Path != "/base/bulkevents" || key != testKey || secret != testSecret {
		t.Errorf("%s %s as %s", got.Method, got.URL, key)
	}
	if got.Header.Get("Content-Type") != "application/json" || got.UserAgent() != "agent/1" || string(body) != "["+goodBatch+"]" {
		t.Errorf("headers %v, body %s", got.Header, body)
	}
	if log.Len() == 0 {
		t.Error("nothing was logged")
	}
	for _, word := range []string{testKey, testSecret, "customer_id", base64.StdEncoding.EncodeToString([]byte(testKey + ":" + testSecret))} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log shows %q: %s", word, &log)
		}
	}
}

func TestUploads(t *testing.T) {
	s := sandbox.New(sandbox.Options{Key: testKey, Secret: testSecret})
	c := newClient(t, mparticle.Options{BaseURL: serve(t, s).URL + "/v2"})
	old := time.Now().Add(-40 * 24 * time.Hour).UnixMilli()
	b := &mparticle.Batch{
		Environment:    mparticle.Development,
		UserIdentities: &mparticle.UserIdentities{CustomerID: new("1")},
		Events: mparticle.Events{&mparticle.CustomEvent{
			EventData:       mparticle.EventData{TimestampUnixtimeMS: &old},
			EventName:       "Viewed",
			CustomEventType: mparticle.Navigation,
		}},
	}
	for name, send := range map[string]func() (mparticle.Response, error){
		"events":     func() (mparticle.Response, error) { return c.UploadEvents(t.Context(), b) },
		"bulk":       func() (mparticle.Response, error) { return c.BulkUploadEvents(t.Context(), []*mparticle.Batch{b}) },
		"historical": func() (mparticle.Response, error) { return c.BulkUploadHistorical(t.Context(), []*mparticle.Batch{b}) },
	} {
		if response, err := send(); err != nil || response.Status != 202 || response.PercentageUsed != -1 {
			t.Errorf("%s: %+v, %v", name, response, err)
		}
	}
	if stats := s.Stats(); stats.Batches != 3 || stats.HistoricalDropped != 0 {
		t.Errorf("the sandbox took %+v", stats)
	}
}

func TestAPIErrors(t *testing.T) {
	tests := []struct {
		name       string
		status     int
		retryAfter string
		limit      string
		body       string
		temporary  bool
		min, max   time.Duration
	}{
		{name: "refused", status: 400, body: `{"errors":[{"code":"BAD_REQUEST","message":"no user"}]}`},
		{name: "refused without a body", status: 400},
		{name: "unauthorized", status: 401},
		{name: "forbidden, a page", status: 403, body: "<html>"},
		{name: "too large", status: 413},
		{name: "timeout", status: 408, temporary: true},
		{name: "seconds", status: 429, retryAfter: "7", limit: "account", temporary: true, min: 7 * time.Second, max: 7 * time.Second},
		{name: "date", status: 429, retryAfter: time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), temporary: true, min: 50 * time.Second, max: time.Minute},
		{name: "date gone by", status: 503, retryAfter: "Mon, 02 Jan 2006 15:04:05 GMT", temporary: true},
		{name: "nonsense", status: 503, retryAfter: "soon", temporary: true},
		{name: "negative", status: 503, retryAfter: "-5", temporary: true},
		{name: "server", status: 500, temporary: true},
		{name: "huge body", status: 502, body: strings.Repeat("x", 1<<20), temporary: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := post(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", test.retryAfter)
				w.Header().Set("X-mp-rate-limit-exceeded", test.limit)
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			var e *mparticle.APIError
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if e.Status != test.status || e.Temporary() != test.temporary || e.Limit != test.limit {
				t.Errorf("got %+v, temporary %t", e, e.Temporary())
			}
			if e.RetryAfter < test.min || e.RetryAfter > test.max {
				t.Errorf("retry after %s, want %s to %s", e.RetryAfter, test.min, test.max)
			}
			if test.name == "refused" && (len(e.Errors) != 1 || !strings.Contains(e.Error(), "no user")) {
				t.Errorf("got %v", e)
			}
		})
	}
}

func TestAuthFailsAgainstTheSandbox(t *testing.T) {
	server := serve(t, sandbox.New(sandbox.Options{Key: testKey, Secret: testSecret}))
	c := newClient(t, mparticle.Options{Key: testKey, Secret: "wrong", BaseURL: server.URL})
	_, err := c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch))
	var e *mparticle.APIError
	if !errors.As(err, &e) || e.Status != 403 || e.Temporary() || strings.Contains(err.Error(), "wrong") {
		t.Errorf("got %v", err)
	}
}

func TestNoAnswerAfterSending(t *testing.T) {
	s := sandbox.New(sandbox.Options{Faults: sandbox.Faults{Drop: 1}})
	c := newClient(t, mparticle.Options{BaseURL: serve(t, s).URL})
	_, err := c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch))
	var lost *mparticle.TransportError
	if !errors.As(err, &lost) || !lost.Sent {
		t.Fatalf("got %v", err)
	}
	if s.Stats().Batches != 1 || s.Stats().Requests != 1 {
		t.Errorf("one attempt became %+v", s.Stats())
	}
	checkSecrets(t, err)
}

func TestTimeout(t *testing.T) {
	done := make(chan struct{})
	server := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	t.Cleanup(func() { close(done) })
	c := newClient(t, mparticle.Options{BaseURL: server.URL, Timeout: 50 * time.Millisecond})
	_, err := c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch))
	var lost *mparticle.TransportError
	if !errors.As(err, &lost) || !lost.Sent || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %v", err)
	}
}

func TestRefusedConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	c := newClient(t, mparticle.Options{BaseURL: "http://" + address})
	_, err = c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch))
	var lost *mparticle.TransportError
	if !errors.As(err, &lost) || lost.Sent || !strings.Contains(err.Error(), "refused") {
		t.Fatalf("got %v", err)
	}
	checkSecrets(t, err)
}

func TestUntrustedCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newClient(t, mparticle.Options{BaseURL: server.URL})
	_, err := c.Post(t.Context(), mparticle.PathEvents, []byte(goodBatch))
	var lost *mparticle.TransportError
	if !errors.As(err, &lost) || lost.Sent || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}

func checkSecrets(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); strings.Contains(text, testKey) || strings.Contains(text, testSecret) {
		t.Errorf("the error shows credentials: %s", text)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var reached atomic.Bool
		other := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
		_, err := post(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, status)
		})
		var e *mparticle.APIError
		if !errors.As(err, &e) || e.Status != status || e.Temporary() {
			t.Errorf("%d: got %v", status, err)
		}
		if reached.Load() {
			t.Errorf("%d was followed", status)
		}
	}
}
