package mapping

import (
	"fmt"

	"mpimport/mparticle"
)

// Collect joins the parts of one event, in the order of the user's records: list
// elements one after the other, of everything else the first value. The Reject
// says what the whole event lacks.
func Collect(parts []Event) (Event, *Reject) {
	event := parts[0]
	fields, ok := mparticle.EventFields(event.Type)
	if !ok {
		return event, &Reject{Text: fmt.Sprintf("there is no event type %s", event.Type)}
	}
	data := membersOf("{" + string(event.Data) + "}")
	for _, part := range parts[1:] {
		joined := merger{append: true}.object(nil, fields, data, membersOf("{"+string(part.Data)+"}"))
		data = membersOf("{" + string(joined) + "}")
		event.HasID = event.HasID || part.HasID
		if event.Time == 0 {
			event.Time = part.Time
		}
	}
	event.Collect = ""
	event.Data = appendMembers(nil, data)
	return event, event.incomplete(fields)
}

// incomplete rejects an event without what the API, and a backfill, need.
func (e Event) incomplete(fields *mparticle.Field) *Reject {
	has := map[string]bool{}
	for name, raw := range members("{" + string(e.Data) + "}") {
		has[name] = true
		if reject := lacks(fields.Below(name), raw, name); reject != nil {
			return reject
		}
	}
	if !has["timestamp_unixtime_ms"] && !e.Now {
		return &Reject{Field: "timestamp_unixtime_ms", Text: "is empty in all rows of the event, and an event needs its time"}
	}
	return requires(fields, has, "")
}

// lacks rejects an encoded value without a member that its field requires.
func lacks(f *mparticle.Field, raw, path string) *Reject {
	if f == nil {
		return nil
	}
	if f.Shape == mparticle.List {
		for _, element := range elements(raw) {
			if reject := lacks(f.Elem, element, path+"[]"); reject != nil {
				return reject
			}
		}
		return nil
	}
	has := map[string]bool{}
	for name, value := range members(raw) {
		has[name] = true
		if reject := lacks(f.Below(name), value, path+"."+name); reject != nil {
			return reject
		}
	}
	return requires(f, has, path+".")
}

func requires(f *mparticle.Field, has map[string]bool, prefix string) *Reject {
	for _, member := range f.Members {
		if member.Required && !has[member.Name] {
			return &Reject{Field: prefix + member.Name, Text: "is required, but empty in all rows of the event"}
		}
	}
	return nil
}
