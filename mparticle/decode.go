package mparticle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// DecodeBatch decodes one batch strictly: a member that the models do not have,
// a key that is there twice, or a value of another type is an error that names
// its path, such as events[0].data.products. Names are those of the API, not
// their aliases, in exactly its letters. Numbers keep their text. Whether the
// batch is complete and within the limits is not checked.
func DecodeBatch(data []byte) (*Batch, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("decoding the batch: it is not UTF-8")
	}
	if !json.Valid(data) {
		return nil, errors.New("decoding the batch: it is not JSON")
	}
	if kindOf(data) != '{' {
		return nil, errors.New("decoding the batch: it is not an object")
	}
	if err := walk(data, BatchFields(), ""); err != nil {
		return nil, fmt.Errorf("decoding the batch: %w", err)
	}
	var b Batch
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("decoding the batch: %w", err)
	}
	return &b, nil
}

// kindOf returns the first byte of a valid JSON value, with all numbers as '0'
// and both booleans as 't'.
func kindOf(raw json.RawMessage) byte {
	first := bytes.TrimLeft(raw, " \t\r\n")[0]
	switch {
	case first == '-' || first >= '0' && first <= '9':
		return '0'
	case first == 'f':
		return 't'
	}
	return first
}

// walk holds valid JSON against its field. Null stands for an absent value.
func walk(raw json.RawMessage, f *Field, path string) error {
	kind := kindOf(raw)
	if kind == 'n' {
		return nil
	}
	switch f.Shape {
	case Object, Map:
		if kind != '{' {
			return fmt.Errorf("%s: is not an object", path)
		}
		return walkObject(raw, path, func(name string, value json.RawMessage) error {
			at := join(path, name)
			if f.Shape == Map && !f.Elem.free() && kindOf(value) == 'n' {
				return fmt.Errorf("%s: is null", at)
			}
			if path == "" && name == "events" {
				return walkEvents(value, at)
			}
			next := f.Below(name)
			if next == nil {
				return fmt.Errorf("unknown field %s", at)
			}
			return walk(value, next, at)
		})
	case List:
		return walkList(raw, path, func(item json.RawMessage, at string) error { return walk(item, f.Elem, at) })
	}
	return walkLeaf(raw, kind, f.Type, path)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// walkObject calls visit for each member in order.
func walkObject(raw json.RawMessage, path string, visit func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		name, _ := token.(string) // a key is always a string
		if seen[name] {
			return fmt.Errorf("%s: is there twice", join(path, name))
		}
		seen[name] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("reading %s: %w", join(path, name), err)
		}
		if err := visit(name, value); err != nil {
			return err
		}
	}
	return nil
}

// walkList calls visit for each element; none may be null.
func walkList(raw json.RawMessage, path string, visit func(item json.RawMessage, at string) error) error {
	if kindOf(raw) != '[' {
		return fmt.Errorf("%s: is not a list", path)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	for i := 0; d.More(); i++ {
		at := path + "[" + strconv.Itoa(i) + "]"
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			return fmt.Errorf("reading %s: %w", at, err)
		}
		if kindOf(item) == 'n' {
			return fmt.Errorf("%s: is null", at)
		}
		if err := visit(item, at); err != nil {
			return err
		}
	}
	return nil
}

func walkEvents(raw json.RawMessage, path string) error {
	if kindOf(raw) == 'n' {
		return nil
	}
	return walkList(raw, path, walkEvent)
}

// walkEvent holds an event's data against the fields of its type, which may
// stand behind them.
func walkEvent(raw json.RawMessage, path string) error {
	if kindOf(raw) != '{' {
		return fmt.Errorf("%s: is not an object", path)
	}
	var event struct{ kind, data json.RawMessage }
	err := walkObject(raw, path, func(name string, value json.RawMessage) error {
		switch name {
		case "event_type":
			event.kind = value
		case "data":
			event.data = value
		default:
			return fmt.Errorf("unknown field %s", join(path, name))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if event.kind == nil || kindOf(event.kind) != '"' {
		return fmt.Errorf("%s.event_type: is missing or not a text", path)
	}
	var name EventType
	if err := json.Unmarshal(event.kind, &name); err != nil {
		return fmt.Errorf("%s.event_type: %w", path, err)
	}
	fields, ok := EventFields(name)
	if !ok {
		return fmt.Errorf("%s.event_type: unknown type %q", path, name)
	}
	if event.data == nil || kindOf(event.data) != '{' {
		return fmt.Errorf("%s.data: is missing or not an object", path)
	}
	return walk(event.data, fields, path+".data")
}

// walkLeaf checks the type of a value that is not null.
func walkLeaf(raw json.RawMessage, kind byte, t Type, path string) error {
	ok := false
	switch t {
	case Integer, Timestamp:
		_, err := strconv.ParseInt(string(bytes.TrimSpace(raw)), 10, 64)
		ok = kind == '0' && err == nil
	case Number:
		ok = kind == '0'
	case Boolean:
		ok = kind == 't'
	case Scalar, Attribute:
		if kind == '[' {
			return walkList(raw, path, func(item json.RawMessage, at string) error {
				if k := kindOf(item); k == '[' || k == '{' {
					return fmt.Errorf("%s: is not a string, number or boolean", at)
				}
				return nil
			})
		}
		ok = kind != '{'
	default: // the texts
		ok = kind == '"'
	}
	if !ok {
		return fmt.Errorf("%s: is not of type %s", path, t)
	}
	return nil
}

// free reports whether the values of a map may be anything, null too.
func (f *Field) free() bool { return f.Shape == Leaf && (f.Type == Scalar || f.Type == Attribute) }
