package mparticle_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"mpimport/mparticle"
	"mpimport/mparticle/sandbox"
)

// TestFaults sends a batch under every fault of the sandbox and its limits: what
// the caller gets to know, and what the far side has taken.
func TestFaults(t *testing.T) {
	tests := []struct {
		name    string
		options sandbox.Options
		want    string
		taken   int64
	}{
		{"none", sandbox.Options{}, "status 202, used -1", 1},
		{"429", sandbox.Options{Faults: sandbox.Faults{TooMany: 1}, RetryAfter: 90 * time.Second}, "429 temporary, limit account, wait 1m30s", 0},
		{"429 that says nothing", sandbox.Options{Faults: sandbox.Faults{TooMany: 1}, RetryAfter: -1}, "429 temporary, limit account, wait 0s", 0},
		{"503", sandbox.Options{Faults: sandbox.Faults{Unavailable: 1}}, "503 temporary, limit , wait 0s", 0},
		{"drop", sandbox.Options{Faults: sandbox.Faults{Drop: 1}}, "no answer, sent true", 1},
		{"reset", sandbox.Options{Faults: sandbox.Faults{Reset: 1}}, "no answer, sent true", 0},
		{"hang", sandbox.Options{Faults: sandbox.Faults{Hang: 1}}, "no answer, sent true", 0},
		{"slow", sandbox.Options{Faults: sandbox.Faults{Slow: time.Millisecond}}, "status 202, used -1", 1},
		{"slower than the client waits", sandbox.Options{Faults: sandbox.Faults{Slow: time.Hour}}, "no answer, sent true", 1},
		{"limit", sandbox.Options{Limit: 10}, "status 202, used 10", 1},
		{"no batch a second", sandbox.Options{Acceleration: 1, Limit: 1}, "status 202, used 100", 1},
		{"other credentials", sandbox.Options{Key: "other", Secret: "other"}, "403 final, limit , wait 0s", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(test.options)
			c := newClient(t, mparticle.Options{BaseURL: serve(t, s).URL, Timeout: timeoutOf(test.options.Faults)})
			response, err := c.UploadEvents(t.Context(), rightBatch())
			if got := outcome(response, err); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if got := s.Stats().Batches; got != test.taken && test.options.Faults.Slow < time.Hour {
				t.Errorf("%d batches were taken, want %d", got, test.taken)
			}
		})
	}
}

// timeoutOf is short where an answer never comes.
func timeoutOf(f sandbox.Faults) time.Duration {
	if f.Hang > 0 || f.Slow == time.Hour {
		return 100 * time.Millisecond
	}
	return time.Minute
}

func outcome(response mparticle.Response, err error) string {
	var refused *mparticle.APIError
	var lost *mparticle.TransportError
	switch {
	case errors.As(err, &refused):
		how := "final"
		if refused.Temporary() {
			how = "temporary"
		}
		return fmt.Sprintf("%d %s, limit %s, wait %s", refused.Status, how, refused.Limit, refused.RetryAfter)
	case errors.As(err, &lost):
		return fmt.Sprintf("no answer, sent %t", lost.Sent)
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("status %d, used %g", response.Status, response.PercentageUsed)
}

// TestHistoricalDropsSilently shows that success does not say that historical
// data was processed, and that ValidateTimes foretells it.
func TestHistoricalDropsSilently(t *testing.T) {
	now := time.Now()
	s := sandbox.New(sandbox.Options{Now: func() time.Time { return now }})
	c := newClient(t, mparticle.Options{BaseURL: serve(t, s).URL})
	for _, age := range []time.Duration{time.Hour, 71 * time.Hour, 73 * time.Hour, 40 * 24 * time.Hour} {
		b := rightBatch()
		for _, e := range b.Events {
			switch e := e.(type) {
			case *mparticle.CustomEvent:
				e.TimestampUnixtimeMS = new(now.Add(-age).UnixMilli())
			case *mparticle.CommerceEvent:
				e.TimestampUnixtimeMS = new(now.Add(-age).UnixMilli())
			}
		}
		before := s.Stats().HistoricalDropped
		if _, err := c.BulkUploadHistorical(t.Context(), []*mparticle.Batch{b}); err != nil {
			t.Fatal(err)
		}
		dropped := s.Stats().HistoricalDropped > before
		if foretold := b.ValidateTimes(mparticle.PathBulkHistorical, now) != nil; dropped != foretold {
			t.Errorf("%s old: dropped %t, foretold %t", age, dropped, foretold)
		}
	}
}
