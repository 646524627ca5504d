package mparticle

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// mask masks a value by its field; nil is for what the catalog does not have.
func mask(x any, f *Field) any {
	switch x := x.(type) {
	case nil:
		return nil
	case map[string]any:
		if f != nil && f.Shape == Object && f.Members == nil {
			return maskEvent(x)
		}
		for name, value := range x {
			x[name] = mask(value, f.below(name))
		}
		return x
	case []any:
		for i, item := range x {
			x[i] = mask(item, f.below(""))
		}
		return x
	}
	if f != nil && f.Shape == Leaf && (f.shown || f.Enum != nil || f.Type == Timestamp) {
		return x
	}
	return masked
}

// maskEvent masks the data of an event by the fields of its type.
func maskEvent(event map[string]any) any {
	kind, _ := event["event_type"].(string)
	fields, known := EventFields(EventType(kind))
	for name, value := range event {
		switch {
		case name == "event_type" && known:
		case name == "data":
			event[name] = mask(value, fields)
		default:
			event[name] = mask(value, nil)
		}
	}
	return event
}

// below is the field of a member, map value or list element; nil if there is
// none.
func (f *Field) below(name string) *Field {
	switch {
	case f == nil:
		return nil
	case f.Shape == Object:
		return f.next(name)
	}
	return f.Elem // nil of a leaf
}
