package sandbox

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of the documentation (Default Service Limits).
const (
	maxBody    = 256 << 10
	maxBatch   = 128 << 10
	maxBatches = 100
	historyAge = 72 * time.Hour
)

// Options are the settings of a Sandbox.
type Options struct {
	Key, Secret string           // the credentials that are let in; empty: any
	Limit       int              // batches in any second; 0: no limit
	Faults      Faults           //
	Capture     io.Writer        // gets each batch that is taken, one a line; nil: none
	Now         func() time.Time // nil: the clock
}

// Stats counts what a sandbox did.
type Stats struct {
	Requests          int64            `json:"requests"`
	Batches           int64            `json:"batches"`            // taken
	Events            int64            `json:"events"`             // of these
	Duplicates        int64            `json:"duplicates"`         // batches with a known source_request_id, accepted and not taken
	Users             int64            `json:"users"`              // different ones among the batches taken
	HistoricalDropped int64            `json:"historical_dropped"` // batches accepted and silently not processed
	MultipleOfUser    int64            `json:"multiple_of_user"`   // requests with more than one batch of a user
	Status            map[string]int64 `json:"status"`             // answers by status; "none" where there was none
}

// Sandbox is the API. It is an http.Handler.
type Sandbox struct {
	options Options
	mux     *http.ServeMux

	mu    sync.Mutex
	stats Stats
	seen  map[request]bool
	users map[string]bool
	sent  []lump // of the last second
	dice  dice
}

// request is what batches are de-duplicated by.
type request struct{ key, id string }

// lump is a number of batches at an instant.
type lump struct {
	at      time.Time
	batches int
}

// New returns a sandbox that has taken nothing yet.
func New(o Options) *Sandbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Sandbox{options: o, mux: http.NewServeMux(), seen: map[request]bool{}, users: map[string]bool{}, dice: newDice()}
	s.stats.Status = map[string]int64{}
	for _, prefix := range []string{"", "/v2"} {
		s.mux.HandleFunc("POST "+prefix+"/events", s.handle(false, false))
		s.mux.HandleFunc("POST "+prefix+"/bulkevents", s.handle(true, false))
		s.mux.HandleFunc("POST "+prefix+"/bulkevents/historical", s.handle(true, true))
		s.mux.HandleFunc("GET "+prefix+"/stats", s.serveStats)
	}
	return s
}

// ServeHTTP answers a request.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Stats returns the counts so far.
func (s *Sandbox) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Users = int64(len(s.users))
	stats.Status = map[string]int64{}
	for status, n := range s.stats.Status {
		stats.Status[status] = n
	}
	return stats
}

func (s *Sandbox) serveStats(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(s.Stats()) // the client is gone if this fails
}

// refusal is an answer that is not success.
type refusal struct {
	status  int
	message string
	limit   string
}

func (s *Sandbox) handle(bulk, historical bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(s.options.Faults.Slow)
		bad := s.authorize(r)
		var body []byte
		if bad == nil {
			body, bad = readBody(w, r)
		}
		var batches []*received
		if bad == nil {
			batches, bad = parse(body, bulk)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.stats.Requests++
		if bad == nil {
			bad = s.fault()
		}
		var used int
		if bad == nil {
			used, bad = s.pace(len(batches))
		}
		if bad != nil {
			s.refuse(w, *bad)
			return
		}
		key, _, _ := r.BasicAuth()
		s.take(batches, key, historical)
		if s.dice.falls(s.options.Faults.Drop) {
			s.cut()
		}
		if s.options.Limit > 0 {
			w.Header().Set("X-mp-rate-limit-percentage-used", strconv.Itoa(used))
		}
		s.stats.Status["202"]++
		w.WriteHeader(http.StatusAccepted)
	}
}

// cut ends the connection without an answer.
func (s *Sandbox) cut() {
	s.stats.Status["none"]++
	panic(http.ErrAbortHandler) // how net/http is told to cut a connection
}

func (s *Sandbox) authorize(r *http.Request) *refusal {
	if r.Header.Get("Authorization") == "" {
		return &refusal{status: http.StatusUnauthorized}
	}
	key, secret, ok := r.BasicAuth()
	if !ok || key == "" || secret == "" {
		return &refusal{status: http.StatusForbidden}
	}
	same := subtle.ConstantTimeCompare([]byte(key), []byte(s.options.Key)) & subtle.ConstantTimeCompare([]byte(secret), []byte(s.options.Secret))
	if s.options.Key != "" && same != 1 {
		return &refusal{status: http.StatusForbidden}
	}
	return nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody+1))
	if len(body) > maxBody {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge}
	}
	if err != nil {
		return nil, badRequest("the body could not be read")
	}
	return body, nil
}

func badRequest(format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

// fault is a refusal at random.
func (s *Sandbox) fault() *refusal {
	f := s.options.Faults
	switch {
	case s.dice.falls(f.Reset):
		s.cut()
	case s.dice.falls(f.TooMany):
		return &refusal{status: http.StatusTooManyRequests, limit: "account"}
	case s.dice.falls(f.Unavailable):
		return &refusal{status: http.StatusServiceUnavailable}
	}
	return nil
}

// pace holds the batches of the last second against the limit and returns the
// share that is used, in percent.
func (s *Sandbox) pace(batches int) (int, *refusal) {
	if s.options.Limit == 0 {
		return 0, nil
	}
	now, used := s.options.Now(), batches
	var recent []lump
	for _, l := range s.sent {
		if now.Sub(l.at) < time.Second {
			recent = append(recent, l)
			used += l.batches
		}
	}
	s.sent = recent
	if used > s.options.Limit {
		return 0, &refusal{status: http.StatusTooManyRequests, limit: "account"}
	}
	s.sent = append(s.sent, lump{now, batches})
	return used * 100 / s.options.Limit, nil
}

func (s *Sandbox) refuse(w http.ResponseWriter, r refusal) {
	s.stats.Status[strconv.Itoa(r.status)]++
	if r.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
		w.Header().Set("X-mp-rate-limit-exceeded", r.limit)
	}
	if r.message == "" {
		w.WriteHeader(r.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(map[string]any{"errors": []any{map[string]string{"code": "BAD_REQUEST", "message": r.message}}}) // the client is gone if this fails
}

// take records batches that were accepted for an API key.
func (s *Sandbox) take(batches []*received, key string, historical bool) {
	inRequest := map[string]bool{}
	for _, b := range batches {
		if inRequest[b.user] {
			s.stats.MultipleOfUser++
		}
		inRequest[b.user] = true
		if historical && !b.isHistorical(s.options.Now().Add(-historyAge)) {
			s.stats.HistoricalDropped++
			continue
		}
		if b.requestID != "" {
			id := request{key, b.requestID}
			if s.seen[id] {
				s.stats.Duplicates++
				continue
			}
			s.seen[id] = true
		}
		s.stats.Batches++
		s.stats.Events += int64(len(b.times))
		s.users[b.user] = true
		s.capture(b.raw)
	}
}

// capture writes a batch as one line: its bytes as they came, without the space
// between them only where it has line breaks.
func (s *Sandbox) capture(raw json.RawMessage) {
	if s.options.Capture == nil {
		return
	}
	line := bytes.NewBuffer(make([]byte, 0, len(raw)+1))
	if !bytes.ContainsAny(raw, "\r\n") {
		line.Write(raw)
	} else if json.Compact(line, raw) != nil {
		return // never: it was checked
	}
	line.WriteByte('\n')
	s.options.Capture.Write(line.Bytes()) // a capture that cannot be written shows by its absence
}

// userOf names the user of a batch by all its identities.
func userOf(identities []string) string { return strings.Join(identities, "\x00") }
