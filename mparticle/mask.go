package mparticle

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// maskBody shows a body without personal data. Names, times, allowed values and
// what the catalog says to be harmless stay; every other value is masked, also
// where the body has what the API does not know.
func maskBody(body []byte) string {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if !json.Valid(body) || d.Decode(&tree) != nil {
		return fmt.Sprintf("%d bytes that are not JSON", len(body))
	}
	batches, ok := tree.([]any)
	if !ok {
		batches = []any{tree}
	}
	for i, b := range batches {
		batches[i] = mask(b, BatchFields())
	}
	if !ok {
		tree = batches[0]
	}
	text, err := encode(tree)
	if err != nil {
		return fmt.Sprintf("%d bytes that cannot be shown", len(body))
	}
	return string(text)
}

// unknown is the field of what the catalog does not have.
var unknown Field

// mask masks a value by its field.
func mask(x any, f *Field) any {
	switch x := x.(type) {
	case nil:
		return nil
	case map[string]any:
		if f.Shape == Object && f.Members == nil {
			return maskEvent(x)
		}
		for name, value := range x {
			x[name] = mask(value, cmp.Or(f.Below(name), &unknown))
		}
		return x
	case []any:
		for i, item := range x {
			x[i] = mask(item, cmp.Or(f.Elem, &unknown))
		}
		return x
	}
	if f.shows(x) {
		return x
	}
	return masked
}

// shows reports whether a log may show a leaf's value.
func (f *Field) shows(x any) bool {
	text, isText := x.(string)
	_, isNumber := x.(json.Number)
	return f.shown || isText && slices.Contains(f.Enum, text) || isNumber && f.Type == Timestamp
}

// maskEvent masks the data of an event by the fields of its type.
func maskEvent(event map[string]any) any {
	kind, _ := event["event_type"].(string)
	fields, known := EventFields(EventType(kind))
	if !known {
		fields = &unknown
	}
	for name, value := range event {
		switch {
		case name == "event_type" && known:
		case name == "data":
			event[name] = mask(value, fields)
		default:
			event[name] = mask(value, &unknown)
		}
	}
	return event
}
