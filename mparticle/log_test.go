package mparticle_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"mpimport/mparticle"
)

const personalBatch = `{"environment":"development","source_request_id":"request-1","ip":"192.0.2.77","mpid":47114711,` +
	`"user_identities":{"email":"ann@example.com"},"user_attributes":{"Tier":"golden","$Age":424243},"nope":{"secret":"unknown member"},` +
	`"consent_state":{"gdpr":{"ads":{"consented":true,"timestamp_unixtime_ms":1700000000001,"document":"terms"}}},` +
	`"events":[{"event_type":"custom_event","data":{"event_name":"Viewed","custom_event_type":"navigation","timestamp_unixtime_ms":1700000000002,` +
	`"custom_attributes":{"page":"/private"}}},{"event_type":"nope","data":{"event_name":"unknown event"}}]}`

// logged returns what a client logs of an attempt that is answered 400 with a
// message that repeats the body and the credentials.
func logged(t *testing.T, level slog.Level, bodies mparticle.LogBodies, body string) string {
	t.Helper()
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.Header().Set("X-mp-rate-limit-exceeded", testSecret)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"errors":[{"code":"BAD_REQUEST","message":"bad ann@example.com from %s"}]}`, r.Header.Get("Authorization"))
	}))
	var out bytes.Buffer
	c := newClient(t, mparticle.Options{BaseURL: server.URL, LogBodies: bodies,
		Logger: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: level}))})
	if _, err := c.Post(t.Context(), mparticle.PathEvents, []byte(body)); err == nil {
		t.Fatal("no error")
	}
	return out.String()
}

func TestLogMasks(t *testing.T) {
	personal := []string{"192.0.2.77", "47114711", "ann@example.com", "golden", "424243", "terms", "/private", "unknown member", "unknown event"}
	structure := []string{"environment", "development", "user_identities", "email", "Tier", "custom_attributes", "Viewed", "navigation",
		"1700000000002", "request-1", "ads"}
	tests := []struct {
		name         string
		level        slog.Level
		bodies       mparticle.LogBodies
		body         string
		shown, never []string
	}{
		{"sizes only", slog.LevelDebug, mparticle.LogNoBodies, personalBatch,
			[]string{"path=/events", "status=400", fmt.Sprint("bytes=", len(personalBatch)), "errors=1", "retry_after=7s", "limit=***"}, append(personal, structure...)},
		{"masked", slog.LevelDebug, mparticle.LogMaskedBodies, personalBatch, structure, personal},
		{"masked list", slog.LevelDebug, mparticle.LogMaskedBodies, "[" + personalBatch + "]", structure, personal},
		{"masked, in the wrong place", slog.LevelDebug, mparticle.LogMaskedBodies, `{"environment":"ann@example.com","timestamp_unixtime_ms":"golden",` +
			`"source_request_id":{"a":"terms"},"events":[{"event_type":"/private"}]}`, []string{masked}, personal},
		{"masked, no object", slog.LevelDebug, mparticle.LogMaskedBodies, `"ann@example.com"`, []string{masked}, personal},
		{"masked, no batch", slog.LevelDebug, mparticle.LogMaskedBodies, `{"events":{"email":"ann@example.com"},"user_identities":["ann@example.com"]}`, []string{masked}, personal},
		{"masked, no JSON", slog.LevelDebug, mparticle.LogMaskedBodies, `ann@example.com`, []string{"15 bytes that are not JSON"}, personal},
		{"in full", slog.LevelDebug, mparticle.LogFullBodies, personalBatch, append(personal, structure...), nil},
		{"credentials in the body", slog.LevelDebug, mparticle.LogFullBodies, `{"api_key":"` + testKey + `"}`, []string{masked}, nil},
		{"not at this level", slog.LevelInfo, mparticle.LogFullBodies, personalBatch, nil, []string{"request", "status"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := logged(t, test.level, test.bodies, test.body)
			for _, word := range test.shown {
				if !strings.Contains(got, word) {
					t.Errorf("the log lacks %q: %s", word, got)
				}
			}
			for _, word := range append(test.never, testKey, testSecret, "dGVzdC1rZXk6") {
				if strings.Contains(got, word) {
					t.Errorf("the log shows %q: %s", word, got)
				}
			}
		})
	}
}

const masked = "***"

func TestPrintingShowsNoCredentials(t *testing.T) {
	o := mparticle.Options{Key: testKey, Secret: testSecret, Pod: mparticle.EU1}
	c := newClient(t, o)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("made", "options", o, "client", c)
	text := log.String()
	for _, v := range []any{o, &o, c, *c} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			text += fmt.Sprintf(verb, v)
		}
	}
	if strings.Contains(text, testKey) || strings.Contains(text, testSecret) {
		t.Errorf("printed %s", text)
	}
}

func FuzzMask(f *testing.F) {
	f.Add([]byte(personalBatch))
	f.Add([]byte(`[null,{"events":[null,1,{"data":[]}]}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := newClient(t, mparticle.Options{BaseURL: "http://127.0.0.1:1", LogBodies: mparticle.LogMaskedBodies,
			HTTPClient: &http.Client{Transport: refusing{}}, Logger: slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		c.Post(t.Context(), mparticle.PathEvents, body)
	})
}

// refusing answers nothing.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, http.ErrServerClosed
}
