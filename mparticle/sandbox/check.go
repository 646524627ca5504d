package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
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
	raws, bad := split(body, bulk)
	if bad != nil {
		return nil, bad
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

// split cuts a body into its batches.
func split(body []byte, bulk bool) ([]json.RawMessage, *refusal) {
	if !utf8.Valid(body) || !bulk && !json.Valid(body) {
		return nil, badRequest("the body is not JSON")
	}
	if !bulk {
		return []json.RawMessage{body}, nil
	}
	var raws []json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(body, &raws); errors.As(err, &syntax) {
		return nil, badRequest("the body is not JSON")
	} else if err != nil {
		return nil, badRequest("the body is not a list of batches")
	}
	return raws, nil
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
		return nil, errors.New(strings.TrimLeft(err.Error(), ".: ")) // a batch has no path of its own
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
	if kind == "commerce_event" && !oneVariation(data) {
		return 0, fmt.Errorf(".data: exactly one of product_action, promotion_action and product_impressions is needed")
	}
	at, ok := data["timestamp_unixtime_ms"].(json.Number)
	if !ok {
		return noTime, nil
	}
	return strconv.ParseInt(at.String(), 10, 64)
}

// oneVariation reports whether a commerce event is of exactly one kind.
func oneVariation(data object) bool {
	n := 0
	for _, name := range []string{"product_action", "promotion_action", "product_impressions"} {
		if data[name] != nil {
			n++
		}
	}
	return n == 1
}
