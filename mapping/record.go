package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mpimport/mparticle"
	"mpimport/readers"
)

// StartMark stands in Record.Fields for the time at which the import started, in
// milliseconds: that time is sent, but is no part of what makes the id of a
// batch, so that a second import of the same data keeps its ids.
const StartMark = `"@start of the import"`

// eventTime is the field that says when an event happened.
const eventTime = "timestamp_unixtime_ms"

// Record is one mapped row, encoded.
type Record struct {
	User   string  // the user key: which identity, and its value
	Order  []byte  // with Grouping.Ordered: the place among the user's records; keys compare as bytes
	Fields []byte  // batch-level fields, as the members of a JSON object without its braces
	Events []Event // in the order of the mapping
}

// Event is one encoded event of a record.
type Event struct {
	Type  mparticle.EventType
	Data  []byte // the members of its data object, without braces
	Time  int64  // milliseconds since 1970
	Now   bool   // the event happens when the import starts: Data has no timestamp, Time is 0
	HasID bool   // Data has a source_message_id

	// Collect is what the parts of one event have in common, "" for an event that
	// is whole: the parts of a user's records are joined by Collect.
	Collect string

	// Lost says that the part is of a row that was rejected, so that its event is
	// not whole. It has no Data.
	Lost bool
}

// Mapper maps the rows of a source, for one goroutine at a time.
type Mapper struct {
	program *Program
	row     row
	start   int64 // of the import, in milliseconds
	notes   Notes
}

// Mapper returns a mapper of rows of source, as messages call it, in an import
// that began at start.
func (p *Program) Mapper(source string, start time.Time) *Mapper {
	m := &Mapper{program: p, start: start.UnixMilli(), notes: Notes{source: source, filled: make([]bool, len(p.mapping.values))}}
	m.row = row{Mapper: m, nulls: p.mapping.nulls, junk: p.mapping.junk, ids: make([]string, len(p.group))}
	return m
}

// Map maps one row of a chunk. ok is false for a row that `where` leaves out.
// The Reject says why a row cannot be mapped; the Record then has the parts of
// collected events that are lost with the row, if there are any.
func (m *Mapper) Map(c *readers.Chunk, index int) (rec Record, ok bool, reject *Reject) {
	r := &m.row
	r.chunk, r.index, r.event, r.deleted = c, index, Event{}, nil
	clear(r.ids)
	if rec, ok, reject = r.record(); reject != nil {
		rec = r.lost()
	}
	return rec, ok, reject
}

func (r *row) record() (rec Record, ok bool, reject *Reject) {
	p := r.program
	if ok, reject = p.where.holds(r); reject != nil || !ok {
		return rec, ok, reject
	}
	rec.Fields, reject = r.object(nil, p.batch)
	if reject != nil {
		return rec, true, reject
	}
	if p.mapping.replays() {
		if rec, reject = r.replay(rec.Fields); reject != nil {
			return rec, true, reject
		}
	} else {
		rec.User = p.user(r.ids)
	}
	if rec.User == "" {
		return rec, true, p.noIdentity()
	}
	if rec.Order, reject = r.orderKey(nil, p.order); reject != nil {
		return rec, true, reject
	}
	for i, e := range p.events {
		event, has, reject := r.makeEvent(i, e)
		if reject != nil {
			return rec, true, reject
		}
		if has {
			rec.Events = append(rec.Events, event)
		}
	}
	return rec, true, nil
}

// lost returns the parts of collected events that a rejected row takes with it:
// what can still be told of its user and of them.
func (r *row) lost() Record {
	var rec Record
	if !slices.ContainsFunc(r.program.events, func(e boundEvent) bool { return e.collect != nil }) {
		return rec
	}
	r.event = Event{}
	for _, b := range r.program.group {
		if b != nil {
			r.leaf(nil, b) // notes the identity; whether it is right was said already
		}
	}
	if rec.User = r.program.user(r.ids); rec.User == "" {
		return rec
	}
	for i, e := range r.program.events {
		if e.collect == nil {
			continue
		}
		x := r.at(e.collect.ref)
		if is, reject := e.when.holds(r); (is || reject != nil) && !r.isEmpty(x) {
			rec.Events = append(rec.Events, Event{Type: e.eventType, Collect: collectKey(i, x), Lost: true})
		}
	}
	return rec
}

// collectKey is what the parts of one event of a rule have in common.
func collectKey(rule int, x readers.Value) string { return strconv.Itoa(rule) + "=" + x.Text }

// makeEvent makes the row's event of a rule, or its part of one that is
// collected.
func (r *row) makeEvent(rule int, e boundEvent) (Event, bool, *Reject) {
	if is, reject := e.when.holds(r); reject != nil || !is {
		return Event{}, false, reject
	}
	r.event = Event{Type: e.eventType}
	if e.collect != nil {
		x := r.at(e.collect.ref)
		if r.isEmpty(x) {
			return Event{}, false, &Reject{Field: "collect_by", Column: e.collect.column, Text: "is empty, and tells which rows make one event"}
		}
		r.event.Collect = collectKey(rule, x)
	}
	data, reject := r.object(nil, e.data)
	r.event.Data = data
	return r.event, reject == nil, reject
}

// user is the key of the first identity that the row has.
func (p *Program) user(ids []string) string {
	for i, id := range ids {
		if id != "" {
			return p.mapping.groupBy[i] + "=" + id
		}
	}
	return ""
}

func (p *Program) noIdentity() *Reject {
	var columns []string
	for _, b := range p.group {
		if b != nil && b.column != "" {
			columns = append(columns, b.column)
		}
	}
	switch len(columns) {
	case 0:
		return &Reject{Text: "no identity"}
	case 1:
		return &Reject{Text: fmt.Sprintf("no identity: %s is empty or a placeholder", columns[0])}
	case 2:
		return &Reject{Text: fmt.Sprintf("no identity: %s and %s are both empty or placeholders", columns[0], columns[1])}
	}
	return &Reject{Text: fmt.Sprintf("no identity: %s are all empty or placeholders", strings.Join(columns, ", "))}
}
