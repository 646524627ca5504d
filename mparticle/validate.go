package mparticle

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Problem is one thing that is wrong with a batch.
type Problem struct {
	Path string // where, such as events[0].data.event_name; "" for the whole
	Text string // what, for people
}

// Error returns "PATH: TEXT".
func (p Problem) Error() string {
	if p.Path == "" {
		return p.Text
	}
	return p.Path + ": " + p.Text
}

// Problems are all that is wrong with a batch, in its own order.
type Problems []Problem

// Error returns the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Validate returns everything that the API would refuse, cut or drop: a missing
// identity, missing members that it requires, values that it does not know,
// commerce events of no kind or of two, and what is over a limit of size, length
// or count. It returns nil if nothing is wrong. What depends on the time and the
// endpoint is with ValidateTimes.
func (b *Batch) Validate() Problems {
	v := &validator{}
	fields := *b
	fields.Events = nil
	if tree, ok := v.encoded(&fields, ""); ok {
		v.value(tree, BatchFields(), "")
		if !identified(tree, BatchFields()) {
			v.add("", "has no identity: set a member of user_identities, an identity of the device, or mpid")
		}
	}
	for i, e := range b.Events {
		v.event(e, fmt.Sprintf("events[%d]", i))
	}
	v.size(b)
	return v.problems
}

// ValidateTimes returns what the endpoint would do wrong with the batch at the
// time now. The historical endpoint silently drops a batch without events, with
// an event without a time, or with one that is not older than HistoricalMinAge.
// The ordinary ones must not be used for events older than
// HistoricalRecommendedAge: they disturb audiences.
func (b *Batch) ValidateTimes(path Path, now time.Time) Problems {
	v := &validator{}
	historical := path == PathBulkHistorical
	if historical && len(b.Events) == 0 {
		v.add("events", "is empty: the historical endpoint drops batches without events")
	}
	for i, e := range b.Events {
		if absent(e) {
			continue
		}
		at := fmt.Sprintf("events[%d].data.timestamp_unixtime_ms", i)
		switch ms := e.common().TimestampUnixtimeMS; {
		case ms == nil && historical:
			v.add(at, "is missing: the historical endpoint drops batches with such events")
		case ms == nil:
		case historical && now.UnixMilli()-*ms <= HistoricalMinAge.Milliseconds():
			v.add(at, "is not older than %d hours: the historical endpoint drops such batches", int(HistoricalMinAge.Hours()))
		case !historical && now.UnixMilli()-*ms > HistoricalRecommendedAge.Milliseconds():
			v.add(at, "is older than %d days: such events belong to the historical endpoint", int(HistoricalRecommendedAge.Hours()/24))
		}
	}
	return v.problems
}

// ValidateRequest returns what is wrong with a request of these batches: too
// many, too many bytes, and the problems of each batch with its place, such as
// [3].environment.
func ValidateRequest(batches []*Batch) Problems {
	v := &validator{}
	if n := len(batches); n == 0 || n > MaxBatchesPerRequest {
		v.add("", "has %d batches, from 1 to %d are allowed", n, MaxBatchesPerRequest)
	}
	for i, b := range batches {
		at := fmt.Sprintf("[%d]", i)
		if b == nil {
			v.add(at, "is missing")
			continue
		}
		for _, p := range b.Validate() {
			p.Path = strings.TrimSuffix(join(at, p.Path), ".")
			v.problems = append(v.problems, p)
		}
	}
	if body, err := encode(batches); err == nil && len(body) > MaxRequestBytes {
		v.add("", "is %d bytes, the limit of a request is %d", len(body), MaxRequestBytes)
	}
	return v.problems
}

// absent reports whether an event is nil or a nil pointer.
func absent(e Event) bool { return e == nil || reflect.ValueOf(e).IsNil() }
