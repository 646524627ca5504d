package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// received is a batch that passed all checks.
type received struct {
	raw       json.RawMessage
	requestID string
	user      string
	times     []int64 // of its events, in milliseconds; noTime where one has none
}

// noTime stands for the time of an event that has none; times before 1970 are
// negative.
const noTime = math.MinInt64

// isHistorical reports whether the historical endpoint processes the batch: it
// has events, and all are older than the limit.
func (r *received) isHistorical(limit time.Time) bool {
	return len(r.times) > 0 && !slices.ContainsFunc(r.times, func(t int64) bool { return t == noTime || t > limit.UnixMilli() })
}

// parse checks a body by the documentation.
func parse(body []byte, bulk bool) ([]*received, *refusal) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, badRequest("the body is not JSON")
	}
	raws := []json.RawMessage{body}
	if bulk {
		if json.Unmarshal(body, &raws) != nil {
			return nil, badRequest("the body is not a list of batches")
		}
	}
	if len(raws) == 0 || len(raws) > maxBatches {
		return nil, badRequest("the request has %d batches, from 1 to %d are allowed", len(raws), maxBatches)
	}
	all := make([]*received, len(raws))
	for i, raw := range raws {
		b, err := checkBatch(raw)
		if err != nil {
			return nil, badRequest("batch %d: %s", i, err)
		}
		all[i] = b
	}
	return all, nil
}

// object is a decoded JSON object; numbers keep their text.
type object map[string]any

func decode(raw []byte) (object, error) {
	if err := noDuplicates(raw); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var o object
	if err := d.Decode(&o); err != nil || o == nil {
		return nil, fmt.Errorf("is not an object")
	}
	return o, nil
}

// noDuplicates refuses objects that have a key twice.
func noDuplicates(raw []byte) error {
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
			return nil
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

func checkBatch(raw json.RawMessage) (*received, error) {
	if len(raw) > maxBatch {
		return nil, fmt.Errorf("is %d bytes, the limit is %d", len(raw), maxBatch)
	}
	o, err := decode(raw)
	if err != nil {
		return nil, err
	}
	if err := check(o, batchRules, ""); err != nil {
		return nil, err
	}
	b := &received{raw: raw}
	b.requestID, _ = o["source_request_id"].(string)
	identities := identitiesOf(o)
	if len(identities) == 0 {
		return nil, fmt.Errorf("has no identity of a user or device")
	}
	b.user = userOf(identities)
	events, _ := o["events"].([]any)
	for i, e := range events {
		at, err := checkEvent(e)
		if err != nil {
			return nil, fmt.Errorf("events[%d]%w", i, err)
		}
		b.times = append(b.times, at)
	}
	return b, nil
}

func identitiesOf(o object) []string {
	var all []string
	users, _ := o["user_identities"].(map[string]any)
	devices, _ := o["device_info"].(map[string]any)
	for _, group := range []map[string]any{users, devices} {
		for name, value := range group {
			_, isUser := userIdentityRules[name]
			if text := fmt.Sprint(value); (isUser || slices.Contains(deviceIdentities, name)) && value != nil && text != "" {
				all = append(all, name+"="+text)
			}
		}
	}
	if o["mpid"] != nil {
		all = append(all, "mpid="+fmt.Sprint(o["mpid"]))
	}
	slices.Sort(all)
	return all
}

// checkEvent returns the time of an event, noTime if it has none.
func checkEvent(e any) (int64, error) {
	o, ok := e.(map[string]any)
	if !ok {
		return 0, fmt.Errorf(" is not an object")
	}
	kind, _ := o["event_type"].(string)
	if kind == "" {
		return 0, fmt.Errorf(`: Required event field "event_type" is missing or empty`)
	}
	rules, ok := eventRules[kind]
	if !ok {
		return 0, fmt.Errorf(".event_type: unknown type %q", kind)
	}
	data, ok := o["data"].(map[string]any)
	if !ok || len(o) != 2 {
		return 0, fmt.Errorf(": an event has event_type and data, and nothing else")
	}
	if err := check(data, rules, ".data"); err != nil {
		return 0, err
	}
	if kind == "commerce_event" {
		n := 0
		for _, name := range []string{"product_action", "promotion_action", "product_impressions"} {
			if data[name] != nil {
				n++
			}
		}
		if n != 1 {
			return 0, fmt.Errorf(".data: exactly one of product_action, promotion_action and product_impressions is needed")
		}
	}
	at, ok := data["timestamp_unixtime_ms"].(json.Number)
	if !ok {
		return noTime, nil
	}
	return strconv.ParseInt(at.String(), 10, 64)
}

// rules say what an object may hold.
type rules map[string]rule

// rule says what one member may be.
type rule struct {
	required bool
	is       func(v any) string // what is wrong with a value, "" if nothing
}

// check holds an object against its rules. All members are known, required ones
// are there.
func check(o map[string]any, known rules, path string) error {
	for name, value := range o {
		r, ok := known[name]
		if !ok {
			return fmt.Errorf("%s.%s: unknown field", path, name)
		}
		if value == nil {
			continue
		}
		if text := r.is(value); text != "" {
			return fmt.Errorf("%s.%s%s", path, name, text)
		}
	}
	for name, r := range known {
		if r.required && (o[name] == nil || o[name] == "") {
			return fmt.Errorf("%s: Required field %q is missing or empty", path, name)
		}
	}
	return nil
}

func text(v any) string {
	switch v.(type) {
	case string, bool, json.Number:
		return ""
	}
	return ": is not a text"
}

func onlyText(v any) string {
	if _, ok := v.(string); !ok {
		return ": is not a text"
	}
	return ""
}

func integer(v any) string {
	n, ok := v.(json.Number)
	if _, err := strconv.ParseInt(n.String(), 10, 64); !ok || err != nil {
		return ": is not a whole number"
	}
	return ""
}

func number(v any) string {
	if _, ok := v.(json.Number); !ok {
		return ": is not a number"
	}
	return ""
}

func boolean(v any) string {
	if _, ok := v.(bool); !ok {
		return ": is not true or false"
	}
	return ""
}

func oneOf(allowed ...string) func(any) string {
	return func(v any) string {
		if s, ok := v.(string); !ok || !slices.Contains(allowed, s) {
			return ": is not one of " + strings.Join(allowed, ", ")
		}
		return ""
	}
}

func uuid(v any) string {
	s, _ := v.(string)
	if len(s) != 36 || strings.Count(s, "-") != 4 || strings.Trim(s, "0123456789abcdefABCDEF-") != "" {
		return ": is not a UUID"
	}
	return ""
}

func objectOf(known rules) func(any) string {
	return func(v any) string {
		o, ok := v.(map[string]any)
		if !ok {
			return ": is not an object"
		}
		if err := check(o, known, ""); err != nil {
			return err.Error()
		}
		return ""
	}
}

func listOf(is func(any) string) func(any) string {
	return func(v any) string {
		items, ok := v.([]any)
		if !ok {
			return ": is not a list"
		}
		for i, item := range items {
			if text := is(item); text != "" {
				return fmt.Sprintf("[%d]%s", i, text)
			}
		}
		return ""
	}
}

// attributes checks free-form names and values with the documented limits.
func attributes(lists bool, value func(any) string) func(any) string {
	const most, nameChars, valueChars, entries, entryChars = 100, 256, 4096, 1000, 512
	return func(v any) string {
		o, ok := v.(map[string]any)
		if !ok {
			return ": is not an object"
		}
		if len(o) > most {
			return fmt.Sprintf(": has %d attributes, the limit is %d", len(o), most)
		}
		for name, v := range o {
			if utf8.RuneCountInString(name) > nameChars {
				return ": has a name over 256 characters"
			}
			if items, ok := v.([]any); ok && lists {
				if len(items) > entries {
					return "." + name + ": has more than 1000 entries"
				}
				for _, item := range items {
					if s, ok := item.(string); !ok || utf8.RuneCountInString(s) > entryChars {
						return "." + name + ": has an entry that is no text of up to 512 characters"
					}
				}
				continue
			}
			if v == nil {
				continue
			}
			if wrong := value(v); wrong != "" {
				return "." + name + wrong
			}
			if s, ok := v.(string); ok && utf8.RuneCountInString(s) > valueChars {
				return "." + name + ": is over 4096 characters"
			}
		}
		return ""
	}
}
