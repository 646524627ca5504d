package mapping

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFeed(t *testing.T) {
	for _, c := range []struct {
		name, file, columns, environment, want string
	}{
		{"custom event", "a-custom_event.csv", "environment user_identities.email user_attributes.$City events.data.event_name events.data.custom_event_type events.data.timestamp_unixtime_ms events.data.custom_attributes.Page.URL", "production",
			`environment: production   # as the column says

batch:
  user_identities.email: user_identities.email
  user_attributes.$City: user_attributes.$City

events:
  - type: custom_event
    data:
      event_name: events.data.event_name
      custom_event_type: events.data.custom_event_type
      timestamp_unixtime_ms: {column: events.data.timestamp_unixtime_ms, format: unix_ms}
      custom_attributes.Page.URL: events.data.custom_attributes.Page.URL
`},
		{"commerce event by its columns, aliases", "a.csv", "user_identities.customerid user_identities.other2 events.data.timestamp_unixtime_ms events.data.product_action.action events.data.product_action.products.id events.data.product_action.products.custom_attributes.k", "",
			`
batch:
  user_identities.customer_id: user_identities.customerid
  user_identities.other_id_2: user_identities.other2

events:
  - type: commerce_event
    data:
      timestamp_unixtime_ms: {column: events.data.timestamp_unixtime_ms, format: unix_ms}
      product_action.action: events.data.product_action.action
      product_action.products[].id: events.data.product_action.products.id
      product_action.products[].custom_attributes.k: events.data.product_action.products.custom_attributes.k
`},
		{"custom events have a type", "a.csv", "mpid events.data.event_name events.data.timestamp_unixtime_ms", "",
			`
batch:
  mpid: mpid

events:
  - type: custom_event
    data:
      event_name: events.data.event_name
      timestamp_unixtime_ms: {column: events.data.timestamp_unixtime_ms, format: unix_ms}
      custom_event_type: {value: other}   # no column says it
`},
		{"eventless", "a.csv", "source_request_id user_identities.customer_id", "",
			`
batch:
  # source_request_id: source_request_id   # mpimport makes the ids of batches itself
  user_identities.customer_id: user_identities.customer_id
`},
		{"misspelt", "a-custom_event.csv", "user_identites.email event_name email nonsense events.data.evnt_name events.data.custom_atributes.x events.data.products.id", "",
			`a-custom_event.csv: column "user_identites.email" is no field of the feed
  hint: did you mean user_identities.email?
a-custom_event.csv: column "event_name" is no field of the feed
  hint: did you mean events.data.event_name?
a-custom_event.csv: column "email" is no field of the feed
  hint: did you mean user_identities.email?
a-custom_event.csv: column "nonsense" is no field of the feed
  hint: attributes of the user are user_attributes.NAME, those of an event events.data.custom_attributes.NAME
a-custom_event.csv: column "events.data.evnt_name" is no field of the feed
  hint: did you mean events.data.event_name?
a-custom_event.csv: column "events.data.custom_atributes.x" is no field of the feed
  hint: did you mean events.data.custom_attributes.x?
a-custom_event.csv: column "events.data.products.id" is no field of the feed
  hint: attributes of the user are user_attributes.NAME, those of an event events.data.custom_attributes.NAME`},
		{"incomplete", "a-custom_event.csv", "mpid", "", `a-custom_event.csv: there is no column events.data.timestamp_unixtime_ms, which every custom_event needs
a-custom_event.csv: there is no column events.data.event_name, which every custom_event needs`},
		{"twice", "a.csv", "user_identities.customerid user_identities.customer_id", "",
			`a.csv: columns "user_identities.customerid" and "user_identities.customer_id" are the same field, user_identities.customer_id
  hint: keep one of them`},
		{"events in an eventless file", "a-eventless.csv", "mpid events.data.event_name", "", `a-eventless.csv: column "events.data.event_name" belongs to an event, but the file is eventless by its name`},
		{"nobody", "a.csv", "user_attributes.x", "", `a.csv: no column is an identity of the user
  hint: it needs user_identities.customer_id, user_identities.email or another one`},
		{"no type", "a.csv", "mpid events.data.timestamp_unixtime_ms", "", `a.csv: the columns do not tell the type of the events
  hint: end the file's name in -TYPE.csv, TYPE being one of custom_event, commerce_event, screen_view`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := Feed(c.file, strings.Fields(c.columns), c.environment)
			got := fmt.Sprint(err)
			if err == nil {
				if _, err := Load("feed", text, nil); err != nil {
					t.Error(err)
				}
				_, got, _ = strings.Cut(string(text), "name: feed\n")
			}
			if !strings.HasPrefix(got, c.want) || err == nil && got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestFeedKind(t *testing.T) {
	for name, want := range map[string]string{
		"/x/acme-custom_event.csv": "custom_event", "a-commerce_event.csv": "commerce_event", "a.b-screen_view.csv": "screen_view",
		"a-eventless.csv": "eventless", "custom_event.csv": "", "a-custom_events.csv": "", "a-custom_event.csv.gz": "custom_event", "a.csv": "", "-": "",
	} {
		if got := FeedKind(name); got != want {
			t.Errorf("FeedKind(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestManifest(t *testing.T) {
	const columns = `{"column": "E-Mail", "action": "keep", "field": "user_identities.email"}, {"column": "x: y", "action": "ignore"},
		{"column": "When", "action": "keep", "field": "events.data.timestamp_unixtime_ms"}, {"column": "no", "action": "keep", "field": "events.data.event_name"}`
	for _, c := range []struct{ name, kind, text, want string }{
		{"with a header", "", `{"hasHeaderRow": true, "columns": [` + columns + `]}`, `# Converted from the custom manifest "m.json".
version: 1
name: m
environment: development   # production, when the data is real

batch:
  user_identities.email: E-Mail

events:
  - type: custom_event
    data:
      timestamp_unixtime_ms: {column: When, format: unix_ms}
      event_name: "no"
      custom_event_type: {value: other}   # no column says it
`},
		{"without a header", "eventless", `{"hasHeaderRow": false, "columns": [{"column": "a", "action": "ignore"}, {"action": "keep", "field": "mpid"}, {"column": "env", "action": "keep", "field": "environment"}]}`, `# Converted from the custom manifest "m.json".
version: 1
name: m
environment: development   # an import has one environment; column "env" is not read for it

source:
  header: false
  columns: [a, column_2, env]

batch:
  mpid: column_2
`},
		{"wrong entries", "", `{"columns": [{"column": "a", "action": "kep", "field": "mpid"}, {"column": "b", "action": "keep"}, {"column": "c", "action": "keep", "field": "user_identities.emial"}]}`,
			`m.json: entry 1, column "a": action cannot be "kep"
  hint: it is keep or ignore
m.json: entry 2, column "b" is kept, but has no field
  hint: add its field, or ignore it
m.json: column "c" is no field of the feed
  hint: did you mean user_identities.email?`},
		{"not JSON", "", "{\n  \"columns\": [}", "m.json:2:15: this is not JSON: "},
		{"wrong shape", "", `{"columns": {"a": 1}}`, "m.json: columns is object where a list is expected"},
		{"wrong shape below", "", `{"columns": [{"column": 5}]}`, "m.json: columns.column is number where a text is expected"},
		{"nothing kept", "", `{}`, "m.json: the manifest keeps no columns\n  hint: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := Manifest("m.json", []byte(c.text), c.kind)
			got := string(text)
			if err != nil {
				got = err.Error()
			} else if _, err := Load("m", text, nil); err != nil {
				t.Error(err)
			}
			if !strings.HasPrefix(got, c.want) || err == nil && got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestFeedNeverWritesWhatDoesNotLoad gives the feed columns at random: it says
// what is wrong, or writes a mapping that has every column.
func TestFeedNeverWritesWhatDoesNotLoad(t *testing.T) {
	known := []string{"environment", "user_identities.email", "user_identities.customerid", "mpid", "ip", "user_attributes.$City", "user_attributes.a.b: c",
		"device_info.idfa", "deleted_user_attributes", "events.data.event_name", "events.data.timestamp_unixtime_ms", "events.data.custom_event_type",
		"events.data.product_action.action", "events.data.product_action.products.price", "events.data.screen_name", "events.data.location.latitude",
		"events.data.location.longitude", "events.data.custom_flags.x", "events", "events.data", "", ".", "user_attributes.", "user_attributes.*"}
	rapid.Check(t, func(t *rapid.T) {
		column := rapid.OneOf(rapid.SampledFrom(known), rapid.StringMatching(`[a-z_.]{1,20}`))
		columns := rapid.SliceOfNDistinct(column, 1, 10, rapid.ID).Draw(t, "columns")
		file := "a" + rapid.SampledFrom([]string{".csv", "-custom_event.csv", "-commerce_event.csv", "-eventless.csv"}).Draw(t, "kind")
		text, err := Feed(file, columns, "")
		if err != nil {
			return
		}
		if _, err := Load("feed", text, nil); err != nil {
			t.Fatalf("%q: %v\n%s", columns, err, text)
		}
	})
}

// FuzzManifest holds that no text makes the conversion fail in a way of its own.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"hasHeaderRow": false, "columns": [{"column": "E", "action": "keep", "field": "user_identities.email"}]}`))
	f.Add([]byte(`{"columns": [{"column": 1}]}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		text, err := Manifest("m.json", src, "")
		if err == nil && len(text) == 0 {
			t.Error("neither a mapping nor an error")
		}
	})
}
