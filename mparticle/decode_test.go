package mparticle

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const fullBatch = `{"source_request_id":"r-1","environment":"development","mpid":9007199254740993,` +
	`"user_identities":{"customer_id":"0007","email":"a@example.com"},` +
	`"user_attributes":{"$Age":42,"ratio":0.10,"tags":["a","b"],"big":12345678901234567890,"vip":true},` +
	`"device_info":{"android_uuid":"x","is_tablet":false,"platform":"Android"},` +
	`"context":{"data_plan":{"plan_id":"p","plan_version":2}},` +
	`"events":[{"event_type":"custom_event","data":{"timestamp_unixtime_ms":1700000000123,` +
	`"location":{"latitude":52.50,"longitude":13.4},"custom_attributes":{"html":"<b>&","n":1.50},"event_name":"Viewed","custom_event_type":"navigation"}},` +
	`{"event_type":"commerce_event","data":{"product_action":{"action":"purchase","total_amount":19.90,` +
	`"products":[{"id":"sku","position":1,"price":9.950,"quantity":2}]},"currency_code":"EUR"}},` +
	`{"event_type":"screen_view","data":{"screen_name":"Home"}}]}`

func TestDecodeBatchRoundTrip(t *testing.T) {
	b, err := DecodeBatch([]byte(fullBatch))
	if err != nil {
		t.Fatal(err)
	}
	if *b.MPID != 9007199254740993 || len(b.Events) != 3 {
		t.Errorf("mpid %d, %d events", *b.MPID, len(b.Events))
	}
	once, err := encode(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, exact := range []string{"9007199254740993", "0.10", "12345678901234567890", "52.50", "1.50", "19.90", "9.950", "<b>&"} {
		if !bytes.Contains(once, []byte(exact)) {
			t.Errorf("%s was lost: %s", exact, once)
		}
	}
	again, err := DecodeBatch(once)
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := encode(again); err != nil || !bytes.Equal(once, twice) {
		t.Errorf("encoded\n%s\nthen\n%s (%v)", once, twice, err)
	}
	if len(once) != len(fullBatch) {
		t.Errorf("%d bytes became %d:\n%s\n%s", len(fullBatch), len(once), fullBatch, once)
	}
}

func TestDecodeBatchRefuses(t *testing.T) {
	event := func(kind, data string) string {
		return `{"events":[{"event_type":"` + kind + `","data":` + data + `}]}`
	}
	product := func(p string) string {
		return event("commerce_event", `{"product_action":{"products":[{},`+p+`]}}`)
	}
	tests := []struct{ name, in, want string }{
		{"cut off", `{"environment":`, "not JSON"},
		{"two values", `{} {}`, "not JSON"},
		{"invalid UTF-8", "{\"ip\":\"\xff\"}", "not UTF-8"},
		{"null", `null`, "not an object"},
		{"list", `[]`, "not an object"},
		{"unknown member", `{"nope":1}`, "unknown field nope"},
		{"other letters", `{"Environment":"production"}`, "unknown field Environment"},
		{"alias", `{"user_identities":{"customerid":"1"}}`, "unknown field user_identities.customerid"},
		{"nested", `{"context":{"data_plan":{"x":1}}}`, "unknown field context.data_plan.x"},
		{"twice", `{"ip":"a","ip":"b"}`, "ip: is there twice"},
		{"twice, escaped", `{"ip":"a","\u0069p":"b"}`, "ip: is there twice"},
		{"twice in a map", `{"user_attributes":{"a":1,"a":2}}`, "user_attributes.a: is there twice"},
		{"text for whole number", `{"mpid":"7"}`, "mpid: is not of type integer"},
		{"fraction for whole number", `{"mpid":7.0}`, "mpid: is not of type integer"},
		{"beyond 64 bits", `{"mpid":9223372036854775808}`, "mpid: is not of type integer"},
		{"number for text", `{"user_identities":{"email":7}}`, "user_identities.email: is not of type string"},
		{"list for object", `{"device_info":[]}`, "device_info: is not an object"},
		{"object for list", `{"events":{}}`, "events: is not a list"},
		{"attribute object", `{"user_attributes":{"a":{"b":1}}}`, "user_attributes.a: is not of type"},
		{"attribute list of lists", `{"user_attributes":{"a":[[1]]}}`, "user_attributes.a[0]: is not"},
		{"null event", `{"events":[null]}`, "events[0]: is null"},
		{"event without type", `{"events":[{"data":{}}]}`, "events[0].event_type: is missing"},
		{"event without data", `{"events":[{"event_type":"custom_event"}]}`, "events[0].data: is missing"},
		{"event member", `{"events":[{"event_type":"custom_event","data":{},"id":1}]}`, "unknown field events[0].id"},
		{"event type", event("nope", `{}`), `events[0].event_type: unknown type "nope"`},
		{"member of another type", event("screen_view", `{"event_name":"x"}`), "unknown field events[0].data.event_name"},
		{"type behind the data", `{"events":[{"data":{"x":1},"event_type":"custom_event"}]}`, "unknown field events[0].data.x"},
		{"product member", product(`{"sku":"x"}`), "unknown field events[0].data.product_action.products[1].sku"},
		{"product price as text", product(`{"price":"9.95"}`), "products[1].price: is not of type number"},
		{"consent without an answer to be", `{"consent_state":{"gdpr":{"a":null}}}`, "consent_state.gdpr.a: is null"},
		{"other purpose of CCPA", `{"consent_state":{"ccpa":{"sale":{}}}}`, "unknown field consent_state.ccpa.sale"},
		{"number at a partner", `{"partner_identities":{"a":1}}`, "partner_identities.a: is not of type string"},
		{"breadcrumb", event("crash_report", `{"breadcrumbs":[{"event_type":"breadcrumb","data":{"lable":"x"}}]}`), "unknown field events[0].data.breadcrumbs[0].data.lable"},
		{"the server's own", `{"batch_id":1}`, "unknown field batch_id"},
		{"object as attribute", event("user_attribute_change", `{"new":{"a":1}}`), "events[0].data.new: is not of type string, number, boolean or list"},
		{"flag", event("commerce_event", `{"is_non_interactive":"true"}`), "is_non_interactive: is not of type boolean"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, err := DecodeBatch([]byte(test.in))
			if err == nil || !strings.Contains(err.Error(), test.want) || b != nil {
				t.Errorf("got %v, %v, want an error with %q", b, err, test.want)
			}
		})
	}
}

func TestDecodeBatchTakesNullAsAbsent(t *testing.T) {
	b, err := DecodeBatch([]byte(`{"environment":"production","ip":null,"events":null,"user_identities":{"email":null},"user_attributes":{"a":null}}`))
	if err != nil || b.IP != nil || len(b.Events) != 0 || b.UserIdentities.Email != nil {
		t.Errorf("got %+v, %v", b, err)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	f.Add([]byte(fullBatch))
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		sample, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sample)
	}
	f.Add([]byte(`{"events":[{"data":{},"event_type":"custom_event"}]}`))
	f.Add([]byte(`{"user_attributes":{"a":[1,"b"]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := DecodeBatch(data)
		if err != nil {
			return
		}
		once, err := encode(b)
		if err != nil {
			t.Fatal(err)
		}
		again, err := DecodeBatch(once)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, _ := encode(again); !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s", once, twice)
		}
	})
}
