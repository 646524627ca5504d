package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// object is a decoded JSON object; numbers keep their text.
type object = map[string]any

// decode decodes a batch, which is valid JSON. A key that is there twice is an
// error.
func decode(raw []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var o object
	if err := d.Decode(&o); err != nil || o == nil {
		return nil, errors.New("is not an object")
	}
	if members(o) != colons(raw) {
		return nil, duplicate(raw)
	}
	return o, nil
}

// members counts the members of all objects in a value.
func members(v any) int {
	n := 0
	switch v := v.(type) {
	case object:
		n = len(v)
		for _, value := range v {
			n += members(value)
		}
	case []any:
		for _, item := range v {
			n += members(item)
		}
	}
	return n
}

// colons counts the members that valid JSON spells out: each has one colon. It
// is more than what was decoded if a key is there twice.
func colons(raw []byte) int {
	n, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\':
			i++ // escapes are in texts only
		case c == ':' && !quoted:
			n++
		}
	}
	return n
}

// duplicate finds the key that is there twice, for the message.
func duplicate(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	type level struct {
		keys map[string]bool // nil in a list
		key  bool            // a key is next
	}
	var levels []*level
	for {
		token, err := d.Token()
		if err == io.EOF {
			return errors.New("a key is there twice")
		}
		if err != nil {
			return err
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			levels = levels[:len(levels)-1]
			continue
		}
		if n := len(levels); n > 0 && levels[n-1].keys != nil {
			top := levels[n-1]
			if top.key {
				name := token.(string) // a key is always a string
				if top.keys[name] {
					return fmt.Errorf("key %q is there twice", name)
				}
				top.keys[name] = true
			}
			top.key = !top.key
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, &level{keys: map[string]bool{}, key: true})
		case json.Delim('['):
			levels = append(levels, &level{})
		}
	}
}
