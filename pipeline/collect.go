package pipeline

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"mpimport/mapping"
	"mpimport/mparticle"
)

// userRecord is a record among those of its user.
type userRecord struct {
	place  place
	order  []byte
	fields []byte
	events []packedEvent
	spent  bool // it is rejected, or has ended with an event of another record
	lost   bool // it was rejected before, and only tells which events are not whole
}

func newUserRecord(s stored) *userRecord {
	r := &userRecord{place: s.place, order: s.Order, fields: s.Fields}
	for _, e := range s.Events {
		r.events = append(r.events, packedEvent{Event: e, place: s.place})
		r.lost = r.lost || e.Lost
	}
	return r
}

// compare orders records by their order key; ties by what they say, so that
// neither the order of rows nor of files matters.
func (r *userRecord) compare(other *userRecord) int {
	return cmp.Or(bytes.Compare(r.order, other.order), bytes.Compare(r.fields, other.fields),
		slices.CompareFunc(r.events, other.events, func(x, y packedEvent) int {
			return cmp.Or(cmp.Compare(x.Type, y.Type), bytes.Compare(x.Data, y.Data), cmp.Compare(x.Collect, y.Collect))
		}))
}

// lateReject is a row that cannot be delivered, as assembling found out.
type lateReject struct {
	place  place
	reject *mapping.Reject
}

// part is where a part of an event stands: in which record, as which event.
type part struct {
	record *userRecord
	event  int
}

// collect joins the parts of events that are spread over a user's records. An
// event stands in the record of its first part. What makes no whole event is
// rejected with all its rows, and with the events of which these rows are parts:
// an event is delivered whole or not at all.
func (a *assembler) collect(records []*userRecord) ([]*userRecord, []lateReject) {
	keys, groups := partsOf(records)
	if len(keys) == 0 {
		return records, nil
	}
	c := collection{groups: groups, why: map[string]*mapping.Reject{}}
	whole := map[string]packedEvent{}
	for _, key := range keys {
		if i := slices.IndexFunc(groups[key], func(p part) bool { return p.record.lost }); i >= 0 {
			c.breakUp(key, anotherRow(groups[key][i].record.place))
			continue
		}
		event, reject := a.join(groups[key])
		if reject != nil {
			c.breakUp(key, reject)
			continue
		}
		whole[key] = event
	}
	var rejects []lateReject
	reasons := c.rejected()
	for _, r := range records {
		if reason := reasons[r]; reason != nil {
			rejects = append(rejects, lateReject{r.place, reason})
			r.spent = true
		}
	}
	for _, key := range keys {
		if c.why[key] == nil {
			groups[key].replace(whole[key])
		}
	}
	return withoutParts(records), rejects
}

// collection finds which records are rejected with the events that are not whole.
type collection struct {
	groups map[string]parts
	why    map[string]*mapping.Reject // by the key of the event
	broken []string                   // keys that why has, in the order of finding out
}

func (c *collection) breakUp(key string, why *mapping.Reject) {
	if c.why[key] == nil {
		c.why[key] = why
		c.broken = append(c.broken, key)
	}
}

// rejected returns the records of all broken events. Each takes the other events
// with it of which it is a part.
func (c *collection) rejected() map[*userRecord]*mapping.Reject {
	reasons := map[*userRecord]*mapping.Reject{}
	for i := 0; i < len(c.broken); i++ { // it grows
		for _, p := range c.groups[c.broken[i]] {
			r := p.record
			if r.lost || reasons[r] != nil {
				continue
			}
			reasons[r] = c.why[c.broken[i]]
			for _, e := range r.events {
				if e.Collect != "" {
					c.breakUp(e.Collect, anotherRow(r.place))
				}
			}
		}
	}
	return reasons
}

// anotherRow rejects the rows of an event of which a row was rejected.
func anotherRow(at place) *mapping.Reject {
	where := fmt.Sprintf("row %d", at.Row)
	if at.Line > 0 {
		where = fmt.Sprintf("line %d", at.Line)
	}
	return &mapping.Reject{Text: "another row of the same event was rejected, and an event is delivered whole or not at all", Detail: where}
}

// parts are those of one event, in the order of the user's records.
type parts []part

// partsOf finds the parts of events, by what they have in common.
func partsOf(records []*userRecord) (keys []string, groups map[string]parts) {
	for _, r := range records {
		for i, e := range r.events {
			if e.Collect == "" {
				continue
			}
			if groups == nil {
				groups = map[string]parts{}
			}
			if groups[e.Collect] == nil {
				keys = append(keys, e.Collect)
			}
			groups[e.Collect] = append(groups[e.Collect], part{r, i})
		}
	}
	return keys, groups
}

// join makes one event of its parts.
func (a *assembler) join(all parts) (packedEvent, *mapping.Reject) {
	events := make([]mapping.Event, len(all))
	for i, p := range all {
		events[i] = p.record.events[p.event].Event
	}
	event, reject := mapping.Collect(events)
	first := all[0].record
	if reject == nil && a.emptySize(first.fields)+a.eventSize(event) > mparticle.MaxBatchBytes {
		reject = &mapping.Reject{Text: fmt.Sprintf("the event of %d rows makes a batch larger than the API's limit of %d bytes", len(all), mparticle.MaxBatchBytes)}
	}
	return packedEvent{Event: event, place: first.place}, reject
}

// replace puts the whole event in the place of its first part. A record that had
// nothing but its part, and says nothing else that the first does not say, ends
// with the event.
func (all parts) replace(whole packedEvent) {
	first := all[0].record
	for _, p := range all[1:] {
		r := p.record
		r.events[p.event].Collect = joined
		r.spent = !slices.ContainsFunc(r.events, (packedEvent).stays) && mapping.Within(r.fields, first.fields)
		whole.others = append(whole.others, rowPart{place: r.place, last: r.spent})
	}
	first.events[all[0].event] = whole
}

// joined marks a part that has been joined to its event.
const joined = "\x00"

func (e packedEvent) stays() bool { return e.Collect != joined }

// withoutParts takes out the parts that have been joined, and the records that
// ended with them.
func withoutParts(records []*userRecord) []*userRecord {
	for _, r := range records {
		r.events = slices.DeleteFunc(r.events, func(e packedEvent) bool { return !e.stays() })
	}
	return slices.DeleteFunc(records, func(r *userRecord) bool { return r.spent || r.lost })
}
