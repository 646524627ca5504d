package sandbox

import (
	"crypto/subtle"
	"io"
	"net/http"
	"strconv"
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
	Key, Secret  string           // the credentials that are let in; empty: any
	Limit        int              // batches in any second; more is answered 429; 0: no limit
	Acceleration int              // batches by which a second may exceed the second before; more is answered 429; 0: no limit
	RetryAfter   time.Duration    // what a 429 asks to wait, up to a whole second; 0: a second; negative: it does not say
	Faults       Faults           // what goes wrong on purpose
	Capture      io.Writer        // gets each batch that is taken, one a line; nil: none
	Now          func() time.Time // nil: the clock
}

// Sandbox is the API. It is an http.Handler, safe for concurrent use.
type Sandbox struct {
	options Options
	mux     *http.ServeMux

	mu    sync.Mutex
	stats Stats
	seen  map[request]bool
	users map[string]bool
	pace  pace
	dice  dice
}

// request is what batches are de-duplicated by.
type request struct{ key, id string }

// New returns a sandbox that has taken nothing yet.
func New(o Options) *Sandbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Sandbox{options: o, mux: http.NewServeMux(), seen: map[request]bool{}, users: map[string]bool{}, dice: newDice()}
	s.stats.Status = map[string]int64{}
	s.stats.LimitExceeded = map[string]int64{}
	s.pace = pace{limit: o.Limit, acceleration: o.Acceleration}
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

// answer is what a request gets: a success, a refusal, or nothing at all.
type answer struct {
	refusal *refusal
	used    int // share of the limits in percent; -1: there is no limit
	ending  ending
}

// ending says what becomes of the connection.
type ending uint8

const (
	answered ending = iota
	cut             // closed without an answer
	hung            // open without an answer, until the client gives up
)

func (s *Sandbox) handle(bulk, historical bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		bad := s.authorize(r)
		var body []byte
		if bad == nil {
			body, bad = readBody(w, r)
		}
		var batches []*received
		if bad == nil {
			batches, bad = parse(body, bulk)
		}
		s.options.Faults.delay(r.Context()) // only now: a server sees that its client has gone once it has read the body
		a := s.settle(r, batches, bad, historical)
		switch {
		case a.ending == hung:
			<-r.Context().Done()
			fallthrough
		case a.ending == cut:
			panic(http.ErrAbortHandler) // how net/http is told to close a connection
		case a.refusal != nil:
			s.refuse(w, *a.refusal)
		default:
			if a.used >= 0 {
				w.Header().Set("X-mp-rate-limit-percentage-used", strconv.Itoa(a.used))
			}
			w.WriteHeader(http.StatusAccepted)
		}
	}
}

// settle decides what a request gets, takes its batches if it succeeds, and
// counts.
func (s *Sandbox) settle(r *http.Request, batches []*received, bad *refusal, historical bool) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := answer{refusal: bad, used: -1}
	if bad == nil {
		a.refusal, a.ending = s.dice.fault(s.options.Faults)
	}
	if a.refusal == nil && a.ending == answered {
		a.used, a.refusal = s.pace.take(len(batches), s.options.Now())
	}
	if a.refusal == nil && a.ending == answered {
		key, _, _ := r.BasicAuth()
		s.take(batches, key, historical)
		if s.dice.falls(s.options.Faults.Drop) {
			a.ending = cut
		}
	}
	s.stats.count(a)
	return a
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
