package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mpimport/mapping"
	"mpimport/mparticle"
)

// taker is an Uploader that answers as a function says and keeps the events that
// it accepted, by user.
type taker struct {
	answer func(path mparticle.Path, body string) error

	mu     sync.Mutex
	events map[string][]string
	posts  int
}

func (u *taker) Post(_ context.Context, path mparticle.Path, body []byte) (mparticle.Response, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.posts++
	if u.answer != nil {
		if err := u.answer(path, string(body)); err != nil {
			return mparticle.Response{}, err
		}
	}
	var batches []struct {
		Identities struct {
			ID string `json:"customer_id"`
		} `json:"user_identities"`
		Events []struct {
			Data struct {
				Name string `json:"event_name"`
			} `json:"data"`
		} `json:"events"`
	}
	if err := json.Unmarshal(body, &batches); err != nil {
		return mparticle.Response{}, err
	}
	if u.events == nil {
		u.events = map[string][]string{}
	}
	for _, b := range batches {
		for _, e := range b.Events {
			u.events[b.Identities.ID] = append(u.events[b.Identities.ID], e.Data.Name)
		}
	}
	return mparticle.Response{Status: 202}, nil
}

const eventsMapping = `
version: 1
name: test
environment: development
batch:
  user_identities.customer_id: user
events:
  - type: custom_event
    data:
      event_name: name
      custom_event_type: {value: other}
      timestamp_unixtime_ms: {value: 2025-12-31}
`

// eventsJob is an import of a CSV with 30 users of 10 events each, interleaved:
// event n of user u is "u-n".
func eventsJob(t *testing.T) Job {
	t.Helper()
	var text strings.Builder
	text.WriteString("user,name\n")
	for n := range 10 {
		for user := range 30 {
			fmt.Fprintf(&text, "%03d,%d-%d\n", user, user, n)
		}
	}
	path := filepath.Join(t.TempDir(), "events.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Load("m.yaml", []byte(eventsMapping), nil)
	if err != nil {
		t.Fatal(err)
	}
	return Job{Mapping: m, Sources: []string{path}, ImportName: "test", Environment: "development", Start: day,
		Endpoint: EndpointAuto, HistoricalAfter: 30 * 24 * time.Hour, Partitions: 3}
}

func mustScan(t *testing.T, job Job) *Plan {
	t.Helper()
	plan, err := Scan(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Rows != 300 || plan.Users != 30 || plan.Batches != 30 || plan.Events != 300 {
		t.Fatalf("plan %+v", plan)
	}
	return plan
}

func delivery(u Uploader) Delivery {
	return Delivery{Uploader: u, Rate: 10_000, Concurrency: 4, RetryFor: time.Minute, Grace: time.Second}
}

// wantEvents are the events of eventsJob but for those of some names.
func wantEvents(except ...string) map[string][]string {
	want := map[string][]string{}
	for user := range 30 {
		id := fmt.Sprintf("%03d", user)
		for n := range 10 {
			if name := fmt.Sprintf("%d-%d", user, n); !slices.Contains(except, name) {
				want[id] = append(want[id], name)
			}
		}
	}
	return want
}

func checkTaken(t *testing.T, u *taker, want map[string][]string) {
	t.Helper()
	for id, events := range want {
		if !slices.Equal(u.events[id], events) {
			t.Errorf("events of %s:\n got %v\nwant %v", id, u.events[id], events)
		}
	}
}

// TestRefusedEvents: of requests that the API refuses, all but the guilty events
// are delivered, in order, and the rows of those are rejects.
func TestRefusedEvents(t *testing.T) {
	guilty := []string{"4-0", "4-7", "19-9"}
	u := &taker{answer: func(_ mparticle.Path, body string) error {
		for _, name := range guilty {
			if strings.Contains(body, `"`+name+`"`) {
				return &mparticle.APIError{Status: 400, Errors: []mparticle.ErrorDetail{{Message: "poison"}}}
			}
		}
		return nil
	}}
	plan := mustScan(t, eventsJob(t))
	report, err := plan.Deliver(t.Context(), delivery(u))
	if err != nil {
		t.Fatal(err)
	}
	checkTaken(t, u, wantEvents(guilty...))
	if report.Delivered != 297 || report.Rejected != 3 || report.Pending != 0 || report.Check() != nil {
		t.Errorf("report %+v: %v", report, report.Check())
	}
	rejects := filepath.Join(t.TempDir(), "rejects.ndjson")
	if err := plan.AppendRefusals(t.Context(), report, rejects); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, want := range []string{`"line":6,"reason":"mParticle answered 400 Bad Request: poison"`, `"record":{"user":"004","name":"4-7"}`, `"record":{"user":"019","name":"19-9"}`} {
		if len(lines) != 3 || !strings.Contains(lines[i], want) {
			t.Errorf("reject %d is not of %s:\n%s", i, want, text)
		}
	}
	if info, err := os.Stat(rejects); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the rejects file has mode %v", info.Mode())
	}
}

// TestRetries: temporary failures are sent again, with time between, and a pause
// that the API asks for is kept by all.
func TestRetries(t *testing.T) {
	plan := mustScan(t, eventsJob(t))
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var refusedUntil time.Time
		u := &taker{}
		u.answer = func(mparticle.Path, string) error {
			switch {
			case u.posts == 2:
				refusedUntil = time.Now().Add(90 * time.Second)
				return &mparticle.APIError{Status: 429, RetryAfter: 90 * time.Second}
			case time.Now().Before(refusedUntil) && u.posts > 4: // three others may be on their way
				t.Errorf("request %d came %s before the pause was over", u.posts, time.Until(refusedUntil))
			case u.posts == 5:
				return &mparticle.APIError{Status: 503}
			case u.posts == 6:
				return &mparticle.TransportError{Sent: true, Err: errors.New("cut")}
			}
			return nil
		}
		d := delivery(u)
		d.Rate, d.RetryFor = 50, 10*time.Minute
		report, err := plan.Deliver(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		checkTaken(t, u, wantEvents())
		if report.Retries != 3 || report.Uncertain != 1 || report.Delivered != 300 {
			t.Errorf("report %+v", report)
		}
		if took := time.Since(start); took < 90*time.Second {
			t.Errorf("it took %s, the API asked to wait 90 s", took)
		}
	})
}

// TestGivesUp: a request that keeps failing stops the run, resumable.
func TestGivesUp(t *testing.T) {
	plan := mustScan(t, eventsJob(t))
	synctest.Test(t, func(t *testing.T) {
		u := &taker{answer: func(mparticle.Path, string) error { return &mparticle.APIError{Status: 503} }}
		report, err := plan.Deliver(t.Context(), delivery(u))
		if !errors.Is(err, ErrStopped) {
			t.Errorf("error %v, want one that says stopped", err)
		}
		if report.Pending != 300 || report.Delivered != 0 || report.Check() != nil {
			t.Errorf("report %+v", report)
		}
	})
}

// TestResume: an import that is stopped after any number of requests, again and
// again, with another concurrency each time, delivers as one that is not. A
// refused request takes nine attempts until its event stands alone, so there
// must be room for them between two stops.
func TestResume(t *testing.T) {
	for after := 1; after <= 8; after++ {
		synctest.Test(t, func(t *testing.T) { resumeAfter(t, after, "") })
	}
	synctest.Test(t, func(t *testing.T) { resumeAfter(t, 30, "7-3") })
}

// resumeAfter runs an import that is stopped with every so-manieth request until
// it ends. guilty is an event that the API refuses, if any.
func resumeAfter(t *testing.T, after int, guilty string) {
	job := eventsJob(t)
	path := filepath.Join(t.TempDir(), "resume.jsonl")
	header := Header{Import: "test", Partitions: 3, Start: day, Sources: []SourceInfo{{Name: "events.csv"}}}
	all := &taker{}
	for run := 1; run <= 100; run++ {
		journal, err := OpenJournal(path, header, false)
		if err != nil {
			t.Fatal(err)
		}
		plan := mustScan(t, job)
		if err := journal.Scanned(plan); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		posts := 0
		all.answer = func(_ mparticle.Path, body string) error {
			if posts++; posts == after {
				stop()
			}
			if guilty != "" && strings.Contains(body, `"`+guilty+`"`) {
				return &mparticle.APIError{Status: 400}
			}
			return nil
		}
		d := delivery(all)
		d.Journal, d.Concurrency, d.Rate = journal, 1+run%4, 10 // a batch to a request
		report, err := plan.Deliver(ctx, d)
		stop()
		journal.Close()
		if report.Check() != nil {
			t.Fatal(report.Check())
		}
		if err == nil {
			checkResumed(t, after, guilty, all, report)
			return
		}
		if !errors.Is(err, ErrStopped) {
			t.Fatal(err)
		}
	}
	t.Fatalf("stopped after %d: it does not come to an end", after)
}

func checkResumed(t *testing.T, after int, guilty string, all *taker, report *Report) {
	refused := 0
	if guilty != "" {
		refused = 1
	}
	if report.Delivered != int64(300-refused) || report.Rejected != int64(refused) || report.Refused() != refused {
		t.Errorf("stopped after %d: report %+v", after, report)
	}
	for id, want := range wantEvents(guilty) {
		if got := firsts(all.events[id]); !slices.Equal(got, want) {
			t.Errorf("stopped after %d: events of %s:\n got %v\nwant %v", after, id, got, want)
		}
	}
}

// TestUndeliverable: rows that the API would drop or refuse are rejects of the
// scan.
func TestUndeliverable(t *testing.T) {
	job := eventsJob(t) // its events are a day old
	job.Endpoint = EndpointHistorical
	plan, err := Scan(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Rejected != 300 || !strings.Contains(plan.Reasons[0].Example, "less than 72 hours ago") {
		t.Errorf("%d rows rejected, want 300: %v", plan.Rejected, plan.Reasons)
	}
	large := eventsJob(t)
	text := "user,name\n1," + strings.Repeat("x", mparticle.MaxBatchBytes) + "\n2,small\n"
	if err := os.WriteFile(large.Sources[0], []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if plan, err = Scan(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	if plan.Rejected != 1 || plan.Batches != 1 || !strings.Contains(plan.Reasons[0].Example, "larger than the API's limit") {
		t.Errorf("%d rows rejected, want 1: %v", plan.Rejected, plan.Reasons)
	}
}

// firsts leaves out what was said before: a request that was answered when the
// run was stopping may be sent again, under the same ids.
func firsts(events []string) []string {
	var all []string
	for _, e := range events {
		if !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	return all
}

// TestJournal: whatever the end of the file, it is read; another import is
// refused, with what is different.
func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "resume.jsonl")
	header := Header{Import: "test", Environment: "development", Mapping: "m1", Partitions: 3, Start: day, Settings: map[string]string{"endpoint": "auto"}, Sources: []SourceInfo{{Name: "a.csv", Size: 5}}}
	journal, err := OpenJournal(path, header, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenJournal(path, header, false); !errors.Is(err, ErrLocked) {
		t.Errorf("a second process gets error %v, want locked", err)
	}
	if err := journal.Scanned(&Plan{Digest: "d", Rows: 9}); err != nil {
		t.Fatal(err)
	}
	for batches := 1; batches <= 3; batches++ {
		if err := journal.settled(1, batches, nil); err != nil {
			t.Fatal(err)
		}
	}
	journal.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		journal, err := OpenJournal(path, header, false)
		if err != nil {
			t.Fatalf("cut at byte %d: %v", size, err)
		}
		lines := strings.Count(string(whole[:size]), "\n")
		if want := max(0, lines-2); journal.State().settled[1] != want {
			t.Fatalf("cut at byte %d: %d batches are settled, want %d", size, journal.State().settled[1], want)
		}
		if err := journal.settled(2, 7, nil); err != nil {
			t.Fatal(err)
		}
		journal.Close()
		if state, err := ReadState(path); err != nil || state.settled[2] != 7 {
			t.Fatalf("cut at byte %d: what was written after it cannot be read: %v", size, err)
		}
	}
	os.WriteFile(path, whole, 0o600)
	for what, change := range map[string]func(*Header){
		"import name was test, is other":       func(h *Header) { h.Import = "other" },
		"environment was development, is prod": func(h *Header) { h.Environment = "prod" },
		"the mapping file has changed":         func(h *Header) { h.Mapping = "m2" },
		"endpoint was auto, is events":         func(h *Header) { h.Settings = map[string]string{"endpoint": "events"} },
		"input was a.csv, is a.csv b.csv":      func(h *Header) { h.Sources = append(slices.Clone(h.Sources), SourceInfo{Name: "b.csv"}) },
	} {
		changed := header
		change(&changed)
		if _, err := OpenJournal(path, changed, false); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("error %v, want one that says %q", err, what)
		}
	}
	journal, err = OpenJournal(path, header, false)
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	if err := journal.Scanned(&Plan{Digest: "e"}); err == nil {
		t.Error("an input that gives other records is taken for the same")
	}
}
