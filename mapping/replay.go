package mapping

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"mpimport/mparticle"
	"mpimport/readers"
)

// replayFormat is the source.format of mParticle's own exports: each row is a
// Batch, and is sent again.
const replayFormat = "mparticle"

// ofTheServer are members of exported batches that are the server's own, or that
// an import sets anew. A batch's own time is not that of its events, which keep
// theirs; mParticle's backfill guide says to leave it out, and batch_id with it.
var ofTheServer = map[string]bool{
	"batch_id": true, "source_request_id": true, "environment": true, "timestamp_unixtime_ms": true, "schema_version": true,
	"source_info": true, "job_id": true, "api_key": true, "api_keys": true, "message_id": true, "message_type": true, "context.block_metadata": true,
}

// ofTheServersEvents are those of the data of exported events.
var ofTheServersEvents = map[string]bool{"event_id": true}

// replayColumns are the members of a Batch that replaying reads.
func replayColumns() []string {
	var names []string
	for _, f := range mparticle.BatchFields().Members {
		if !ofTheServer[f.Name] {
			names = append(names, f.Name)
		}
	}
	return names
}

// identityPaths are all identities of the catalog, those of users first.
func identityPaths() []string {
	var users, others []string
	for _, f := range mparticle.BatchFields().Members {
		if f.Identity {
			others = append(others, f.Name)
		}
		for _, m := range f.Members {
			switch {
			case !m.Identity:
			case f.Name == "user_identities":
				users = append(users, f.Name+"."+m.Name)
			default:
				others = append(others, f.Name+"."+m.Name)
			}
		}
	}
	return append(users, others...)
}

// replay makes the row's record of the batch that it is. What the mapping sets
// itself, in fields, comes on top.
func (r *row) replay(fields []byte) (Record, *Reject) {
	var all []encodedMember
	var events string
	for i, column := range r.program.columns {
		f := mparticle.BatchFields().Below(column.Name)
		x := r.chunk.Value(r.index, i)
		if f == nil || ofTheServer[column.Name] || r.isEmpty(x) {
			continue
		}
		if raw := string(encodeCell(x)); column.Name == "events" {
			events = raw
		} else if raw = r.known(f, raw, column.Name, ofTheServer); raw != "" {
			all = append(all, encodedMember{column.Name, raw})
		}
	}
	base := merger{}.object(nil, mparticle.BatchFields(), nil, all)
	rec := Record{Fields: MergeFields(base, fields)}
	rec.User = r.replayedUser(rec.Fields)
	for i, raw := range elements(events) {
		event, reject := r.replayEvent(raw, "events["+strconv.Itoa(i)+"]")
		if reject != nil {
			return rec, reject
		}
		rec.Events = append(rec.Events, event)
	}
	return rec, rec.strictly()
}

// encodeCell is a cell as JSON.
func encodeCell(x readers.Value) []byte {
	if x.Kind == readers.Text {
		return appendString(nil, strings.ToValidUTF8(x.Text, "\uFFFD"))
	}
	return []byte(x.Text)
}

// known returns an encoded value with the members that its field has, "" if
// nothing is left. Members that are neither known nor the server's are noted.
func (r *row) known(f *mparticle.Field, raw, path string, drop map[string]bool) string {
	switch {
	case raw == "null":
		return ""
	case f.Shape == mparticle.List && raw[0] == '[' && f.Elem.Shape == mparticle.Object:
		var items []string
		for _, item := range elements(raw) {
			items = append(items, "{"+string(appendMembers(nil, r.knownMembers(f.Elem, item, path+"[]", drop)))+"}")
		}
		return "[" + strings.Join(items, ",") + "]"
	case (f.Shape == mparticle.Object || f.Shape == mparticle.Map) && raw[0] == '{':
		all := r.knownMembers(f, raw, path, drop)
		if len(all) == 0 {
			return ""
		}
		return "{" + string(appendMembers(nil, all)) + "}"
	}
	return raw
}

func (r *row) knownMembers(f *mparticle.Field, raw, path string, drop map[string]bool) []encodedMember {
	var all []encodedMember
	for name, value := range members(raw) {
		at := strings.TrimPrefix(path+"."+name, ".")
		below := f.Below(name)
		switch {
		case drop[at]:
		case below == nil:
			r.notes.suspect(at+" is not a field of the API, and was left out", r)
		default:
			if value = r.known(below, value, at, drop); value != "" {
				all = append(all, encodedMember{name, value})
			}
		}
	}
	return sortMembers(f, all)
}

// replayEvent makes an event of an exported one.
func (r *row) replayEvent(raw, path string) (Event, *Reject) {
	kind, _ := member(raw, "event_type")
	data, hasData := member(raw, "data")
	var e Event
	if kind == "" || json.Unmarshal([]byte(kind), &e.Type) != nil || !hasData || data[0] != '{' {
		return e, &Reject{Field: path, Text: "is not an event: it needs event_type and data"}
	}
	fields, ok := mparticle.EventFields(e.Type)
	if !ok {
		return e, &Reject{Field: path, Value: cut(string(e.Type)), Text: "is not an event type"}
	}
	all := r.knownMembers(fields, data, "", ofTheServersEvents)
	for _, m := range all {
		switch m.name {
		case "timestamp_unixtime_ms":
			e.Time, _ = strconv.ParseInt(m.raw, 10, 64) // the strict check refuses what is no time
		case "source_message_id":
			e.HasID = true
		}
	}
	if !slices.ContainsFunc(all, func(m encodedMember) bool { return m.name == "timestamp_unixtime_ms" }) {
		return e, &Reject{Field: path + ".data.timestamp_unixtime_ms", Text: "is empty, and an event needs its time"}
	}
	e.Data = appendMembers(nil, all)
	return e, nil
}

// replayedUser is the key of the first identity that the fields have.
func (r *row) replayedUser(fields []byte) string {
	whole := "{" + string(fields) + "}"
	for _, path := range r.program.mapping.groupBy {
		x := walk(whole, strings.Split(path, "."))
		if x.Text != "" && !r.isEmpty(x) && !r.junk[x.Text] {
			return path + "=" + x.Text
		}
	}
	return ""
}

// strictly rejects a record that the models do not take.
func (rec *Record) strictly() *Reject {
	text := []byte(`{"environment":"development"`)
	if len(rec.Fields) > 0 {
		text = append(append(text, ','), bytes.ReplaceAll(rec.Fields, []byte(StartMark), []byte("0"))...)
	}
	text = append(text, `,"events":[`...)
	for i, e := range rec.Events {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, `{"event_type":`...), appendString(nil, string(e.Type))...)
		text = append(append(append(text, `,"data":{`...), e.Data...), `}}`...)
	}
	if _, err := mparticle.DecodeBatch(append(text, `]}`...)); err != nil {
		return &Reject{Text: strings.TrimPrefix(err.Error(), "decoding the batch: ")}
	}
	return nil
}
