package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

const minimal = `{"environment":"development","user_identities":{"customer_id":"1"}}`

// send asks the sandbox with good credentials.
func send(s *Sandbox, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.SetBasicAuth("k", "s")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// withID is a batch with an id of its own or none.
func withID(id, user string) string {
	if id != "" {
		id = fmt.Sprintf(`"source_request_id":%q,`, id)
	}
	return fmt.Sprintf(`{%s"environment":"development","user_identities":{"customer_id":%q}}`, id, user)
}

func TestRoutes(t *testing.T) {
	tests := []struct {
		method, path, body string
		want               int
	}{
		{"POST", "/events", minimal, 202},
		{"POST", "/v2/events", minimal, 202},
		{"POST", "/bulkevents", "[" + minimal + "]", 202},
		{"POST", "/v2/bulkevents", "[" + minimal + "]", 202},
		{"POST", "/bulkevents/historical", "[" + minimal + "]", 202},
		{"POST", "/v2/bulkevents/historical", "[" + minimal + "]", 202},
		{"POST", "/events", "[" + minimal + "]", 400},
		{"POST", "/bulkevents", minimal, 400},
		{"GET", "/stats", "", 200},
		{"GET", "/v2/stats", "", 200},
		{"GET", "/events", "", 405},
		{"PUT", "/v2/bulkevents", "", 405},
		{"POST", "/stats", "", 405},
		{"POST", "/", "", 404},
		{"POST", "/v1/events", minimal, 404},
		{"POST", "/v2/events/", minimal, 404},
	}
	for _, test := range tests {
		s := New(Options{})
		if w := send(s, test.method, test.path, test.body); w.Code != test.want {
			t.Errorf("%s %s: %d %s, want %d", test.method, test.path, w.Code, w.Body, test.want)
		} else if w.Code == 202 && w.Body.Len() != 0 {
			t.Errorf("%s: 202 with the body %s", test.path, w.Body)
		}
	}
}

func TestAuthorization(t *testing.T) {
	tests := []struct {
		name, key, secret, header string
		want                      int
	}{
		{"none", "k", "s", "", 401},
		{"right", "k", "s", "Basic azpz", 202},
		{"wrong secret", "k", "other", "Basic azpz", 403},
		{"wrong key", "other", "s", "Basic azpz", 403},
		{"any", "", "", "Basic azpz", 202},
		{"empty", "", "", "Basic Og==", 403},
		{"other scheme", "k", "s", "Bearer azpz", 403},
	}
	for _, test := range tests {
		s := New(Options{Key: test.key, Secret: test.secret})
		r := httptest.NewRequest("POST", "/events", strings.NewReader(minimal))
		if test.header != "" {
			r.Header.Set("Authorization", test.header)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: %d, want %d", test.name, w.Code, test.want)
		}
	}
}

func TestSizes(t *testing.T) {
	// padded is a batch of n bytes.
	padded := func(n int) string { return minimal[:len(minimal)-1] + strings.Repeat(" ", n-len(minimal)) + "}" }
	list := func(n int, batch string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(batch+",", n), ",") + "]"
	}
	tests := []struct {
		name, path, body string
		want             int
	}{
		{"a batch at the limit", "/events", padded(128 << 10), 202},
		{"a batch over the limit", "/events", padded(128<<10 + 1), 400},
		{"a body at the limit", "/bulkevents", list(2, padded(128<<10-2)) + " ", 202},
		{"a body over the limit", "/bulkevents", list(2, padded(128<<10-1)), 413},
		{"no batches", "/bulkevents", "[]", 400},
		{"100 batches", "/bulkevents", list(100, minimal), 202},
		{"101 batches", "/bulkevents", list(101, minimal), 400},
		{"null", "/bulkevents", "null", 400},
		{"a null batch", "/bulkevents", "[null]", 400},
	}
	for _, test := range tests {
		if w := send(New(Options{}), "POST", test.path, test.body); w.Code != test.want {
			t.Errorf("%s (%d bytes): %d %s, want %d", test.name, len(test.body), w.Code, w.Body, test.want)
		}
	}
}

func TestOneBadBatchRefusesTheRequest(t *testing.T) {
	s := New(Options{})
	w := send(s, "POST", "/bulkevents", "["+minimal+`,{"environment":"test","user_identities":{"customer_id":"1"}}]`)
	var said struct {
		Errors []struct{ Code, Message string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != 400 || len(said.Errors) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	e := said.Errors[0]
	if e.Code != "BAD_REQUEST" || !strings.Contains(e.Message, "batch 1") || !strings.Contains(e.Message, "environment") {
		t.Errorf("got %+v", e)
	}
	if s.Stats().Batches != 0 {
		t.Error("its neighbour was taken")
	}
}

func TestDeduplication(t *testing.T) {
	var capture bytes.Buffer
	s := New(Options{Capture: &capture})
	first := withID("a", "1")
	for _, body := range []string{
		"[" + first + "]",
		"[" + withID("a", "2") + "," + withID("b", "2") + "," + withID("b", "2") + "]", // one new
		"[" + withID("", "3") + "," + withID("", "3") + "]",                            // no id: both
	} {
		if w := send(s, "POST", "/bulkevents", body); w.Code != 202 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	r := httptest.NewRequest("POST", "/events", strings.NewReader(first))
	r.SetBasicAuth("another", "s")
	s.ServeHTTP(httptest.NewRecorder(), r) // ids are per key
	if stats := s.Stats(); stats.Batches != 5 || stats.Duplicates != 2 || stats.Users != 3 {
		t.Errorf("got %+v", stats)
	}
	want := strings.Join([]string{first, withID("b", "2"), withID("", "3"), withID("", "3"), first}, "\n") + "\n"
	if capture.String() != want {
		t.Errorf("captured\n%s\nwant\n%s", &capture, want)
	}
}

func TestCaptureKeepsTheBytes(t *testing.T) {
	var capture bytes.Buffer
	s := New(Options{Capture: &capture})
	spaced := `{ "environment": "development",  "user_identities": {"customer_id": "<&\u00e9>"} }`
	send(s, "POST", "/bulkevents", "[ "+spaced+" ]")
	send(s, "POST", "/events", strings.ReplaceAll(spaced, ", ", ",\n"))
	want := spaced + "\n" + `{"environment":"development","user_identities":{"customer_id":"<&\u00e9>"}}` + "\n"
	if capture.String() != want {
		t.Errorf("captured\n%s\nwant\n%s", &capture, want)
	}
}

func TestHistorical(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	event := func(age time.Duration) string {
		return fmt.Sprintf(`{"event_type":"screen_view","data":{"screen_name":"x","timestamp_unixtime_ms":%d}}`, now.Add(-age).UnixMilli())
	}
	const hours72 = 72 * time.Hour
	tests := []struct {
		name, events string
		taken        int64
	}{
		{"old", event(hours72 + time.Millisecond), 1},
		{"young", event(hours72 - time.Millisecond), 0},
		{"one of two is young", event(100*time.Hour) + "," + event(time.Hour), 0},
		{"before 1970", event(60 * 365 * 24 * time.Hour), 1},
		{"no events", "", 0},
		{"one without a time", event(100*time.Hour) + `,{"event_type":"screen_view","data":{"screen_name":"x"}}`, 0},
	}
	for _, test := range tests {
		s := New(Options{Now: func() time.Time { return now }})
		batch := minimal[:len(minimal)-1] + `,"events":[` + test.events + `]}`
		if w := send(s, "POST", "/bulkevents/historical", "["+batch+"]"); w.Code != 202 {
			t.Fatalf("%s: %d %s", test.name, w.Code, w.Body)
		}
		if stats := s.Stats(); stats.Batches != test.taken || stats.HistoricalDropped != 1-test.taken {
			t.Errorf("%s: %+v", test.name, stats)
		}
		if w := send(s, "POST", "/bulkevents", "["+batch+"]"); w.Code != 202 || s.Stats().Batches != test.taken+1 {
			t.Errorf("%s: the ordinary path took it not: %d %s", test.name, w.Code, w.Body)
		}
	}
}

func TestLimit(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	s := New(Options{Limit: 4, Now: func() time.Time { return now }})
	three, two := "["+minimal+","+minimal+","+minimal+"]", "["+minimal+","+minimal+"]"
	steps := []struct {
		wait time.Duration
		body string
		want int
		used string
	}{
		{0, three, 202, "75"},
		{500 * time.Millisecond, two, 429, ""},
		{499 * time.Millisecond, two, 429, ""},
		{time.Millisecond, two, 202, "50"},
		{0, two, 202, "100"},
	}
	for i, step := range steps {
		now = now.Add(step.wait)
		w := send(s, "POST", "/bulkevents", step.body)
		if w.Code != step.want || w.Header().Get("X-mp-rate-limit-percentage-used") != step.used {
			t.Errorf("step %d: %d %v", i, w.Code, w.Header())
		}
		if w.Code == 429 && (w.Header().Get("Retry-After") != "1" || w.Header().Get("X-mp-rate-limit-exceeded") != "account") {
			t.Errorf("step %d: %v", i, w.Header())
		}
	}
	if got := s.Stats().Status; !reflect.DeepEqual(got, map[string]int64{"202": 3, "429": 2}) {
		t.Errorf("got %v", got)
	}
}

func TestStats(t *testing.T) {
	s := New(Options{})
	send(s, "POST", "/events", minimal)
	send(s, "POST", "/events", "{")
	var got struct {
		Requests, Batches, Events, Duplicates, Users int64
		Dropped                                      *int64 `json:"historical_dropped"`
		Status                                       map[string]int64
	}
	w := send(s, "GET", "/stats", "")
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Requests != 2 || got.Batches != 1 || got.Users != 1 || got.Dropped == nil || got.Status["202"] != 1 || got.Status["400"] != 1 {
		t.Errorf("got %s", w.Body)
	}
}

// full refuses every write, as a full disk does.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestCaptureThatFailsIsCounted(t *testing.T) {
	s := New(Options{Capture: full{}})
	if w := send(s, "POST", "/events", minimal); w.Code != 202 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if got := s.Stats(); got.CaptureErrors != 1 || got.Batches != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestParseFaults(t *testing.T) {
	got, err := ParseFaults("429=5%,503=1%,drop=0.5%,reset=2%,hang=3%,slow=20ms")
	want := Faults{TooMany: 0.05, Unavailable: 0.01, Drop: 0.005, Reset: 0.02, Hang: 0.03, Slow: 20 * time.Millisecond}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := ParseFaults(""); err != nil || got != (Faults{}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"429", "429=5", "429=101%", "429=-1%", "drop=x%", "slow=20", "slow=-1s", "nope=1%", "429=NaN%", ","} {
		if _, err := ParseFaults(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name   string
		f      Faults
		status int // 0: the connection is cut
		taken  int64
	}{
		{"too many", Faults{TooMany: 1}, 429, 0},
		{"unavailable", Faults{Unavailable: 1}, 503, 0},
		{"drop", Faults{Drop: 1}, 0, 1},
		{"reset", Faults{Reset: 1}, 0, 0},
	}
	for _, test := range tests {
		s := New(Options{Faults: test.f})
		server := httptest.NewServer(s)
		r, _ := http.NewRequest("POST", server.URL+"/events", strings.NewReader(minimal))
		r.SetBasicAuth("k", "s")
		answer, err := server.Client().Do(r)
		switch {
		case test.status == 0 && err == nil:
			t.Errorf("%s: answered %d", test.name, answer.StatusCode)
		case test.status != 0 && (err != nil || answer.StatusCode != test.status):
			t.Errorf("%s: %v, %v", test.name, answer, err)
		}
		if err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		if stats := s.Stats(); stats.Batches != test.taken || stats.Requests != 1 {
			t.Errorf("%s: %+v", test.name, stats)
		}
		server.Close()
	}
}

// TestWaitsEndWithTheClient holds that neither a hang nor a delay outlives the
// client: the server could not be closed otherwise.
func TestWaitsEndWithTheClient(t *testing.T) {
	for name, f := range map[string]Faults{"hang": {Hang: 1}, "slow": {Slow: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			s := New(Options{Faults: f})
			server := httptest.NewServer(s)
			defer server.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, "POST", server.URL+"/events", strings.NewReader(minimal))
			r.SetBasicAuth("k", "s")
			if answer, err := server.Client().Do(r); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, %v", answer, err)
			}
			if stats := s.Stats(); name == "hang" && (stats.Batches != 0 || stats.Status["none"] != 1) {
				t.Errorf("got %+v", stats)
			}
		})
	}
}

// FuzzHandler sends anything to any path: each request is counted once and
// answered with a status of the documentation, and what is taken is captured.
func FuzzHandler(f *testing.F) {
	f.Add("/v2/events", "Basic azpz", []byte(minimal))
	f.Add("/bulkevents/historical", "Basic azpz", []byte("["+event("opt_out", `{"is_opted_out":true,"timestamp_unixtime_ms":-1}`)+"]"))
	f.Add("/bulkevents", "", []byte(`[{"environment":"development","mpid":1,"events":[{}]}]`))
	f.Add("/events", "Bearer x", []byte(`{"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, path, authorization string, body []byte) {
		var capture bytes.Buffer
		s := New(Options{Capture: &capture, Acceleration: 1 << 20})
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		stats := s.Stats()
		switch w.Code {
		case 202, 400, 401, 403, 413:
			if stats.Requests != 1 {
				t.Errorf("%d was counted as %+v", w.Code, stats)
			}
		case 301, 307, 404, 405: // other paths
		default:
			t.Errorf("%s: %d", body, w.Code)
		}
		if lines := int64(bytes.Count(capture.Bytes(), []byte("\n"))); lines != stats.Batches {
			t.Errorf("%d batches taken, %d captured", stats.Batches, lines)
		}
	})
}

func TestFaultsAreTheSameEachTime(t *testing.T) {
	var runs [2][]int
	for i := range runs {
		s := New(Options{Faults: Faults{TooMany: 0.3, Unavailable: 0.2}})
		for range 50 {
			runs[i] = append(runs[i], send(s, "POST", "/events", minimal).Code)
		}
	}
	if !reflect.DeepEqual(runs[0], runs[1]) {
		t.Errorf("%v\n%v", runs[0], runs[1])
	}
}
