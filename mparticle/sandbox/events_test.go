package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	answer1  = `{"consented":true,"timestamp_unixtime_ms":1}`
	identity = `{"identity_type":"email","identity":"a","timestamp_unixtime_ms":1}`
)

// smallest is the smallest data of each event type: all that is required.
var smallest = map[string]string{
	"custom_event":                 `{"event_name":"x","custom_event_type":"other"}`,
	"commerce_event":               `{"product_action":{"action":"purchase"}}`,
	"session_start":                `{}`,
	"session_end":                  `{"session_duration_ms":1}`,
	"application_state_transition": `{"application_transition_type":"application_exit"}`,
	"screen_view":                  `{"screen_name":"x"}`,
	"first_run":                    `{}`,
	"uninstall":                    `{}`,
	"opt_out":                      `{"is_opted_out":false}`,
	"push_registration":            `{"register":false,"registration_token":"x"}`,
	"push_message":                 `{"push_message_token":"x","push_message_type":"sent","push_notification_payload":"x"}`,
	"crash_report":                 `{"severity":"x","message":"x"}`,
	"breadcrumb":                   `{"label":"x"}`,
	"network_performance":          `{"url":"x","response_code":0}`,
	"profile":                      `{"previous_mpid":0,"current_mpid":1,"profile_event_type":"signup"}`,
	"user_attribute_change":        `{"user_attribute_name":"x"}`,
	"user_identity_change":         `{"new":` + identity + `,"old":` + identity + `}`,
}

func TestTakesEveryEventType(t *testing.T) {
	if len(smallest) != 17 || len(eventRules) != 17 {
		t.Fatalf("%d types tested, %d known, the API has 17", len(smallest), len(eventRules))
	}
	for kind, data := range smallest {
		expect(t, map[string]string{kind: event(kind, data)}, 202)
	}
}

// TestRequires leaves out each required member of each event type and object,
// then sets it to null, to an empty text and to an object.
func TestRequires(t *testing.T) {
	objects := map[string]string{ // what a document with the object looks like
		`{"plan_id":"x"}`:              with(`"context":{"data_plan":%s}`),
		`{"latitude":1,"longitude":2}`: with(`"context":{"location":%s}`),
		answer1:                        with(`"consent_state":{"gdpr":{"my purpose":%s}}`),
		answer1 + " ":                  with(`"consent_state":{"ccpa":{"data_sale_opt_out":%s}}`),
		`{"channel":"native"}`:         with(`"source_info":%s`),
		`{"service_provider":"a","publisher":"b","campaign":"c"}`: with(`"attribution_info":%s`),
		`{"action":"view"}`:                                event("commerce_event", `{"promotion_action":%s}`),
		`{"action":"click"}`:                               event("commerce_event", `{"product_action":%s}`),
		`{"product_impression_list":"x","products":[]}`:    event("commerce_event", `{"product_impressions":[%s]}`),
		`{"products":[]}`:                                  event("commerce_event", `{"product_action":{"action":"click"},"shopping_cart":%s}`),
		`{"event_type":"breadcrumb","data":{"label":"x"}}`: event("crash_report", `{"severity":"x","message":"x","breadcrumbs":[%s]}`),
		`{"label":"x"}`:                                    event("crash_report", `{"severity":"x","message":"x","breadcrumbs":[{"event_type":"breadcrumb","data":%s}]}`),
		identity:                                           event("user_identity_change", `{"old":`+identity+`,"new":%s}`),
		identity + " ":                                     event("user_identity_change", `{"new":`+identity+`,"old":%s}`),
	}
	for kind, data := range smallest {
		if data != "{}" && kind != "commerce_event" {
			objects[data+kind] = event(kind, "%s")
		}
	}
	for object, document := range objects {
		object = object[:strings.LastIndex(object, "}")+1]
		whole, err := decode([]byte(object))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, map[string]string{object: fmt.Sprintf(document, object)}, 202)
		for name := range whole {
			for _, wrong := range []string{"", `"` + name + `":null`, `"` + name + `":""`, `"` + name + `":{"a":1}`} {
				expect(t, map[string]string{
					object + " with " + name + ": " + wrong: fmt.Sprintf(document, without(t, whole, name, wrong)),
				}, 400)
			}
		}
	}
}

// without is an object in which a member is replaced.
func without(t *testing.T, whole object, name, replacement string) string {
	t.Helper()
	var members []string
	for other, value := range whole {
		if other != name {
			members = append(members, fmt.Sprintf("%q:%s", other, encoded(t, value)))
		}
	}
	if replacement != "" {
		members = append(members, replacement)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestTakesAndRefusesMembers(t *testing.T) {
	media := func(m string) string {
		return event("custom_event", `{"event_name":"x","custom_event_type":"media","media_info":{`+m+`}}`)
	}
	state := func(m string) string { return event("first_run", `{"device_current_state":{`+m+`}}`) }
	common := func(m string) string { return event("uninstall", `{`+m+`}`) }
	push := func(m string) string {
		return event("push_message", strings.TrimSuffix(smallest["push_message"], "}")+","+m+"}")
	}
	change := func(m string) string { return event("user_attribute_change", `{"user_attribute_name":"x",`+m+`}`) }
	expect(t, map[string]string{
		"the server's own":     with(`"batch_id":1,"api_key":"x","api_keys":["x"]`),
		"the server's own id":  common(`"event_id":1,"event_system_notification_info":{"type":"gdpr_change"}`),
		"scalars in a list":    with(`"user_attributes":{"a":["x",1,true]}`),
		"null purpose":         with(`"consent_state":{"gdpr":{"a":null},"ccpa":null}`),
		"integration":          with(`"integration_attributes":{"77":{"a":"b","c":1}}`),
		"partner":              with(`"partner_identities":{"a":"b"},"partner_identity":"c"`),
		"apple":                with(`"application_info":{"apple_search_ads_attributes":{"v3":{"a":"b"}}}`),
		"address v6":           with(`"ip":"2001:db8::1"`),
		"orientation":          state(`"device_orientation":"portrait"`),
		"media":                media(`"action":"rate","playback_rate":0.5`),
		"flags with a list":    common(`"custom_flags":{"a":["x"]}`),
		"attribute was a list": change(`"new":["a"],"old":1`),
		"push":                 push(`"push_message_behavior":"DirectOpen","application_state":"not_running"`),
		"opt out":              event("opt_out", `{"is_opted_out":true}`),
	}, 202)
	expect(t, map[string]string{
		"address":                  with(`"ip":"1.2.3"`),
		"other purpose of CCPA":    with(`"consent_state":{"ccpa":{"other":` + answer1 + `}}`),
		"other law":                with(`"consent_state":{"lgpd":{}}`),
		"integration":              with(`"integration_attributes":{"77":"x"}`),
		"channel":                  with(`"source_info":{"channel":"sftp"}`),
		"identifier with dashes":   with(`"mp_deviceid":"----aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"`),
		"orientation":              state(`"device_orientation":"Portrait"`),
		"state":                    state(`"gps_state":1`),
		"media action":             media(`"action":"pause"`),
		"media quality":            media(`"quality":"4k"`),
		"media position":           media(`"playback_position":"1"`),
		"attribute with an object": change(`"new":{}`),
		"list in attributes":       common(`"custom_attributes":{"a":["x"]}`),
		"null entry":               with(`"user_attributes":{"a":[null]}`),
		"behavior":                 push(`"push_message_behavior":"direct_open"`),
		"transition":               event("application_state_transition", `{"application_transition_type":"exit"}`),
		"breadcrumb of other type": event("crash_report", `{"severity":"x","message":"x","breadcrumbs":[{"event_type":"x","data":{"label":"x"}}]}`),
		"identity type":            event("user_identity_change", `{"new":`+identity+`,"old":`+strings.Replace(identity, "email", "mpid", 1)+`}`),
		"member of another type":   event("session_end", `{"session_duration_ms":1,"screen_name":"x"}`),
		"removed type":             event("pre_attribution", `{}`),
	}, 400)
}

// TestSameAnswerEachTime checks that of several problems the same one is named.
func TestSameAnswerEachTime(t *testing.T) {
	body := `{"environment":"x","nope":1,"mpid":"x","ip":"x","user_attributes":{"a":{},"b":{}},"zzz":2}`
	want := send(New(Options{}), "POST", "/events", body).Body.String()
	for range 50 {
		if got := send(New(Options{}), "POST", "/events", body).Body.String(); got != want {
			t.Fatalf("got %s, then %s", want, got)
		}
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
