package sandbox

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// bulk is a request of n batches.
func bulk(n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(minimal+",", n), ",") + "]"
}

func TestAcceleration(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	s := New(Options{Acceleration: 10, Limit: 25, Now: func() time.Time { return now }})
	steps := []struct {
		wait    time.Duration
		batches int
		want    int
		limit   string
		used    string
	}{
		{0, 11, 429, "acceleration", ""},
		{0, 10, 202, "", "100"}, // from nothing to 10 a second
		{999 * time.Millisecond, 1, 429, "acceleration", ""},
		{time.Millisecond, 5, 202, "", "25"}, // 10 in the second before: 20 are allowed, 25 at most
		{500 * time.Millisecond, 15, 202, "", "100"},
		{0, 1, 429, "acceleration", ""},
		{time.Second, 25, 202, "", "100"}, // 20 in the second before: growth allows 30, the limit is 25
		{0, 1, 429, "account", ""},
		{3 * time.Second, 11, 429, "acceleration", ""}, // after a pause it grows anew
		{0, 9, 202, "", "90"},
	}
	for i, step := range steps {
		now = now.Add(step.wait)
		w := send(s, "POST", "/bulkevents", bulk(step.batches))
		h := w.Header()
		if w.Code != step.want || h.Get("X-mp-rate-limit-exceeded") != step.limit || h.Get("X-mp-rate-limit-percentage-used") != step.used {
			t.Errorf("step %d: %d %v, want %+v", i, w.Code, h, step)
		}
	}
	if got := s.Stats().LimitExceeded; !reflect.DeepEqual(got, map[string]int64{"acceleration": 4, "account": 1}) {
		t.Errorf("got %v", got)
	}
}

func TestRetryAfter(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		0:                       "1",
		time.Second:             "1",
		1500 * time.Millisecond: "2",
		time.Minute:             "60",
		-1:                      "",
	} {
		w := send(New(Options{Faults: Faults{TooMany: 1}, RetryAfter: wait}), "POST", "/events", minimal)
		if got := w.Header().Get("Retry-After"); w.Code != 429 || got != want {
			t.Errorf("%s: %d, %q, want %q", wait, w.Code, got, want)
		}
	}
}
