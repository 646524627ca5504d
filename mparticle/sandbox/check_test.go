package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// with is the minimal batch with more members.
func with(members string) string { return minimal[:len(minimal)-1] + "," + members + "}" }

// event is a batch with one event.
func event(kind, data string) string {
	return with(fmt.Sprintf(`"events":[{"event_type":%q,"data":%s}]`, kind, data))
}

func product(members string) string {
	return event("commerce_event", `{"product_action":{"action":"purchase","products":[`+members+`]}}`)
}

// names are n members a0, a1, ….
func names(n int, value string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`"a%d":%s`, i, value)
	}
	return "{" + strings.Join(all, ",") + "}"
}

func list(n int, value string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(value+",", n), ",") + "]"
}

func quoted(n int) string { return `"` + strings.Repeat("ä", n) + `"` }

func custom(attributes string) string {
	return event("custom_event", `{"event_name":"x","custom_event_type":"other","custom_attributes":`+attributes+`}`)
}

func expect(t *testing.T, cases map[string]string, status int) {
	t.Helper()
	for name, body := range cases {
		w := send(New(Options{}), "POST", "/events", body)
		if w.Code != status {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, status)
		}
		if status == 400 && !strings.Contains(w.Body.String(), `{"errors":[{"code":"BAD_REQUEST","message":"`) {
			t.Errorf("%s: the body is %s", name, w.Body)
		}
	}
}

func TestTakes(t *testing.T) {
	expect(t, map[string]string{
		"minimal":            minimal,
		"production":         `{"environment":"production","user_identities":{"email":"a@example.com"}}`,
		"mpid":               `{"environment":"production","mpid":9007199254740993}`,
		"device identity":    `{"environment":"production","device_info":{"android_uuid":"x"}}`,
		"custom event":       event("custom_event", `{"event_name":"x","custom_event_type":"attribution"}`),
		"screen view":        event("screen_view", `{"screen_name":"x"}`),
		"product action":     product(`{"id":"a","price":1.5,"quantity":2,"position":1,"custom_attributes":{"a":"b"}}`),
		"promotion action":   event("commerce_event", `{"promotion_action":{"action":"view","promotions":[{"id":"a"}]}}`),
		"impressions":        event("commerce_event", `{"product_impressions":[{"product_impression_list":"l","products":[{"id":"a"}]}]}`),
		"wish list":          event("commerce_event", `{"product_action":{"action":"remove_from_wish_list"}}`),
		"attributes":         custom(names(100, "1")),
		"user attributes":    with(`"user_attributes":` + names(100, `true`)),
		"long name":          custom(`{` + quoted(256) + `:1}`),
		"long value":         custom(`{"a":` + quoted(4096) + `}`),
		"list of attributes": with(`"user_attributes":{"a":` + list(1000, `"x"`) + `}`),
		"long entry":         with(`"user_attributes":{"a":[` + quoted(512) + `]}`),
		"deleted attributes": with(`"deleted_user_attributes":["a"]`),
		"data plan":          with(`"context":{"data_plan":{"plan_id":"p","plan_version":1}}`),
	}, 202)
}

func TestRefusesBatches(t *testing.T) {
	expect(t, map[string]string{
		"empty body":             ``,
		"no JSON":                `{`,
		"invalid UTF-8":          "{\"environment\":\"\xff\"}",
		"two values":             minimal + minimal,
		"a text":                 `"x"`,
		"null":                   `null`,
		"no environment":         `{"user_identities":{"customer_id":"1"}}`,
		"empty environment":      `{"environment":"","user_identities":{"customer_id":"1"}}`,
		"other environment":      `{"environment":"Production","user_identities":{"customer_id":"1"}}`,
		"no identity":            `{"environment":"production"}`,
		"empty identities":       `{"environment":"production","user_identities":{}}`,
		"empty identity":         `{"environment":"production","user_identities":{"customer_id":""}}`,
		"null identity":          `{"environment":"production","user_identities":{"customer_id":null}}`,
		"device without id":      `{"environment":"production","device_info":{"brand":"x"}}`,
		"unknown member":         with(`"nope":1`),
		"alias":                  with(`"device_info":{},"user_identities2":{}`),
		"alias of an identity":   `{"environment":"production","user_identities":{"customerid":"1"}}`,
		"key twice":              with(`"environment":"production"`),
		"mpid as text":           with(`"mpid":"1"`),
		"mpid as fraction":       with(`"mpid":1.5`),
		"device id":              with(`"mp_deviceid":"x"`),
		"101 user attributes":    with(`"user_attributes":` + names(101, `1`)),
		"user attribute name":    with(`"user_attributes":{` + quoted(257) + `:1}`),
		"user attribute value":   with(`"user_attributes":{"a":` + quoted(4097) + `}`),
		"user attribute object":  with(`"user_attributes":{"a":{}}`),
		"1001 entries":           with(`"user_attributes":{"a":` + list(1001, `"x"`) + `}`),
		"long entry":             with(`"user_attributes":{"a":[` + quoted(513) + `]}`),
		"deleted attributes":     with(`"deleted_user_attributes":[1]`),
		"data plan without id":   with(`"context":{"data_plan":{"plan_version":1}}`),
		"platform":               with(`"device_info":{"platform":"Commodore"}`),
		"user identities a list": `{"environment":"production","mpid":1,"user_identities":[]}`,
	}, 400)
}

func TestRefusesEvents(t *testing.T) {
	expect(t, map[string]string{
		"no list":                with(`"events":{}`),
		"null event":             with(`"events":[null]`),
		"no type":                with(`"events":[{"data":{}}]`),
		"no data":                with(`"events":[{"event_type":"screen_view"}]`),
		"more than type":         with(`"events":[{"event_type":"screen_view","data":{"screen_name":"x"},"id":1}]`),
		"unknown type":           event("nope", `{}`),
		"no name":                event("custom_event", `{"custom_event_type":"other"}`),
		"empty name":             event("custom_event", `{"event_name":"","custom_event_type":"other"}`),
		"no custom type":         event("custom_event", `{"event_name":"x"}`),
		"other custom type":      event("custom_event", `{"event_name":"x","custom_event_type":"Other"}`),
		"unknown member":         event("screen_view", `{"screen_name":"x","event_name":"x"}`),
		"no screen name":         event("screen_view", `{}`),
		"time as text":           event("screen_view", `{"screen_name":"x","timestamp_unixtime_ms":"1"}`),
		"time as fraction":       event("screen_view", `{"screen_name":"x","timestamp_unixtime_ms":1.5}`),
		"half a location":        event("screen_view", `{"screen_name":"x","location":{"latitude":1}}`),
		"101 attributes":         custom(names(101, "1")),
		"attribute name":         custom(`{` + quoted(257) + `:1}`),
		"attribute value":        custom(`{"a":` + quoted(4097) + `}`),
		"attribute object":       custom(`{"a":{}}`),
		"no variation":           event("commerce_event", `{}`),
		"two variations":         event("commerce_event", `{"product_action":{"action":"click"},"promotion_action":{"action":"click"}}`),
		"no action":              event("commerce_event", `{"product_action":{}}`),
		"other action":           event("commerce_event", `{"product_action":{"action":"remove_from_wishlist"}}`),
		"other promotion action": event("commerce_event", `{"promotion_action":{"action":"purchase"}}`),
		"impression list":        event("commerce_event", `{"product_impressions":[{"products":[]}]}`),
		"products no list":       event("commerce_event", `{"product_action":{"action":"click","products":{}}}`),
		"product member":         product(`{"sku":"a"}`),
		"product id":             product(`{"id":7}`),
		"product price":          product(`{"price":"9.95"}`),
		"product quantity":       product(`{"quantity":"2"}`),
		"product position":       product(`{"position":1.5}`),
		"product attribute":      product(`{"custom_attributes":{"a":1}}`),
		"interactive":            event("commerce_event", `{"product_action":{"action":"click"},"is_non_interactive":"no"}`),
	}, 400)
}

func TestMessageNamesTheField(t *testing.T) {
	body := product(`{"id":"a"},{"price":"9.95"}`)
	w := send(New(Options{}), "POST", "/bulkevents", "["+minimal+","+body+"]")
	if want := "batch 1: events[0].data.product_action.products[1].price"; !strings.Contains(w.Body.String(), want) {
		t.Errorf("got %s, want %s", w.Body, want)
	}
}

func TestMessages(t *testing.T) {
	for body, want := range map[string]string{
		`{"environment":"development","mpid":1,"nope":1}`: "batch 0: nope: unknown field",
		`{"mpid":1}`:                                      `batch 0: Required field "environment" is missing or empty`,
		`{"environment":"development"}`:                   "batch 0: has no identity of a user or device",
		with(`"events":[{}]`):                             `batch 0: events[0]: Required event field "event_type" is missing or empty`,
		event("opt_out", `{}`):                            `batch 0: events[0].data: Required field "is_opted_out" is missing or empty`,
		with(`"consent_state":{"gdpr":{"a b":{}}}`):       `batch 0: consent_state.gdpr.a b: Required field "consented" is missing or empty`,
		with(`"user_attributes":{"a":["x",{}]}`):          "batch 0: user_attributes.a[1]: is not a text",
		`{"environment":"development","environment":"x"}`: `batch 0: key "environment" is there twice`,
		`[]`: "batch 0: is not an object",
	} {
		var said struct{ Errors []struct{ Message string } }
		w := send(New(Options{}), "POST", "/events", body)
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || len(said.Errors) != 1 || said.Errors[0].Message != want {
			t.Errorf("%s: got %s, want %s", body, w.Body, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(minimal), false)
	f.Add([]byte("["+product(`{"price":1}`)+"]"), true)
	f.Fuzz(func(t *testing.T, body []byte, bulk bool) {
		batches, bad := parse(body, bulk)
		if bad == nil && len(batches) == 0 {
			t.Errorf("%s: neither taken nor refused", body)
		}
	})
}
