package mapping

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mpimport/mparticle"
	"mpimport/readers"
)

const head = "version: 1\nname: test\nenvironment: development\n"

// mapNDJSON maps the rows of an NDJSON text and returns, for each, its record or
// the text of its reject.
func mapNDJSON(t *testing.T, mapping, rows string) []string {
	t.Helper()
	m, err := Load("m.yaml", []byte(mapping), func(name string) (string, bool) { return "set-" + name, name != "UNSET" })
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rows.ndjson")
	if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := readers.Open(context.Background(), path, readers.Options{Columns: m.Columns()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []string
	for {
		c, err := r.Next(context.Background())
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		mapper := m.Bind(c.Columns).Mapper(path, time.Now())
		for i := range c.Len() {
			all = append(all, describeRow(t, mapper, c, i))
		}
	}
}

// describeRow maps a row and checks that what it makes decodes with the models.
func describeRow(t *testing.T, p *Mapper, c *readers.Chunk, row int) string {
	t.Helper()
	rec, ok, reject := p.Map(c, row)
	switch {
	case reject != nil:
		return "reject: " + reject.Error()
	case !ok:
		return "skipped"
	}
	text := rec.User + " {" + string(rec.Fields) + "}"
	batch := `{"environment":"development"`
	if len(rec.Fields) > 0 {
		batch += "," + strings.ReplaceAll(string(rec.Fields), StartMark, "5")
	}
	batch += `,"events":[`
	for i, e := range rec.Events {
		if i > 0 {
			batch += ","
		}
		batch += `{"event_type":"` + string(e.Type) + `","data":{` + string(e.Data) + `}}`
		text += " " + string(e.Type) + " {" + string(e.Data) + "}"
	}
	batch += "]}"
	var decoded mparticle.Batch
	d := json.NewDecoder(strings.NewReader(batch))
	d.DisallowUnknownFields()
	if err := d.Decode(&decoded); err != nil {
		t.Errorf("the models do not take %s: %v", batch, err)
	}
	return text
}

func TestValues(t *testing.T) {
	const id = "batch:\n  user_identities.customer_id: id\n"
	const event = id + "events:\n  - type: custom_event\n    data:\n      event_name: {value: E}\n      custom_event_type: {value: other}\n      timestamp_unixtime_ms: {value: 2024-01-01}\n"
	attribute := func(source string) string { return id + "  user_attributes.a: " + source + "\n" }
	at := func(source string) string {
		return id + "events:\n  - type: custom_event\n    data:\n      event_name: {value: E}\n      custom_event_type: {value: other}\n      timestamp_unixtime_ms: " + source + "\n"
	}
	const user, named = `user_identities.customer_id=7 {"user_identities":{"customer_id":"7"}`, `"event_name":"E","custom_event_type":"other"}`
	tests := []valueTest{
		{"leading zeros stay", id, `{"id":"007"}`, `user_identities.customer_id=007 {"user_identities":{"customer_id":"007"}}`},
		{"an id above 2^53 stays", id, `{"id":9007199254740993}`, `user_identities.customer_id=9007199254740993 {"user_identities":{"customer_id":"9007199254740993"}}`},
		{"placeholder", id, `{"id":"null"}`, `reject: no identity: id is empty or a placeholder`},
		{"no column at all", id, `{"other":1}`, `reject: no identity: id is empty or a placeholder`},
		{"number as it comes", attribute("x"), `{"id":"7","x":1.50}`, user + `,"user_attributes":{"a":1.50}}`},
		{"text as it comes", attribute("x"), `{"id":"7","x":"1.50"}`, user + `,"user_attributes":{"a":"1.50"}}`},
		{"boolean as it comes", attribute("x"), `{"id":"7","x":true}`, user + `,"user_attributes":{"a":true}}`},
		{"null", attribute("x"), `{"id":"7","x":null}`, user + `}`},
		{"empty text", attribute("x"), `{"id":"7","x":""}`, user + `}`},
		{"text of a number", attribute("{column: x, type: string}"), `{"id":"7","x":1e400}`, user + `,"user_attributes":{"a":"1e400"}}`},
		{"number of a text", attribute("{column: x, type: number}"), `{"id":"7","x":" -007.50 "}`, user + `,"user_attributes":{"a":-7.50}}`},
		{"no number", attribute("{column: x, type: number}"), `{"id":"7","x":"Infinity"}`, `reject: user_attributes.a: "Infinity" is not a number (column x)`},
		{"thousands", attribute("{column: x, type: number}"), `{"id":"7","x":"1,234.50"}`, `reject: user_attributes.a: "1,234.50" is not a number: write 1234.50, or say how the file writes them with number: {decimal: ".", thousands: ","} (column x)`},
		{"whole number of a float", attribute("{column: x, type: integer}"), `{"id":"7","x":"5.0"}`, user + `,"user_attributes":{"a":5}}`},
		{"no whole number", attribute("{column: x, type: integer}"), `{"id":"7","x":5.5}`, `reject: user_attributes.a: "5.5" is not a whole number (column x)`},
		{"too large a number", attribute("{column: x, type: integer}"), `{"id":"7","x":9223372036854775808}`, `reject: user_attributes.a: "9223372036854775808" is not a whole number (column x)`},
		{"boolean", attribute("{column: x, type: boolean}"), `{"id":"7","x":"Yes"}`, user + `,"user_attributes":{"a":true}}`},
		{"no boolean", attribute("{column: x, type: boolean}"), `{"id":"7","x":"maybe"}`, `reject: user_attributes.a: "maybe" is not true or false (column x)`},
		{"left out if invalid", attribute("{column: x, type: boolean, on_invalid: omit}"), `{"id":"7","x":"maybe"}`, user + `}`},
		{"transform", attribute("{column: x, transform: [trim, lower]}"), `{"id":"7","x":" AB "}`, user + `,"user_attributes":{"a":"ab"}}`},
		{"hash", attribute("{column: x, transform: sha256}"), `{"id":"7","x":"abc"}`, user + `,"user_attributes":{"a":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}`},
		{"lookup", attribute("{column: x, map: {g: gold}}"), `{"id":"7","x":"g"}`, user + `,"user_attributes":{"a":"gold"}}`},
		{"unknown in lookup", attribute("{column: x, map: {g: gold}}"), `{"id":"7","x":"q"}`, `reject: user_attributes.a: "q" is not in the map (column x)`},
		{"lookup's else", attribute("{column: x, map: {g: gold}, map_else: tin}"), `{"id":"7","x":"q"}`, user + `,"user_attributes":{"a":"tin"}}`},
		{"default for empty", attribute("{column: x, default: none}"), `{"id":"7"}`, user + `,"user_attributes":{"a":"none"}}`},
		{"required", attribute("{column: x, required: true}"), `{"id":"7"}`, `reject: user_attributes.a: is required, but empty (column x)`},
		{"literal keeps its zeros", attribute("{value: 007}"), `{"id":"7"}`, user + `,"user_attributes":{"a":"007"}}`},
		{"literal with a variable", attribute(`{value: "x-${V}"}`), `{"id":"7"}`, user + `,"user_attributes":{"a":"x-set-V"}}`},
		{"split", attribute(`{column: x, split: "|"}`), `{"id":"7","x":"a| b||"}`, user + `,"user_attributes":{"a":["a","b"]}}`},
		{"list as it comes", attribute("x"), `{"id":"7","x":["a",1,null]}`, user + `,"user_attributes":{"a":["a","1"]}}`},
		{"object is no value", attribute("x"), `{"id":"7","x":{"b":1}}`, `reject: user_attributes.a: "{\"b\":1}" is an object or list where one value is expected (column x)`},
		{"nested", attribute("p.q.r"), `{"id":"7","p":{"q":{"r":"deep"}}}`, user + `,"user_attributes":{"a":"deep"}}`},
		{"exact name before dots", attribute("p.q"), `{"id":"7","p.q":"exact","p":{"q":"nested"}}`, user + `,"user_attributes":{"a":"exact"}}`},
		{"too long", attribute("x"), `{"id":"7","x":"` + strings.Repeat("é", 4097) + `"}`, `reject: user_attributes.a: "` + strings.Repeat("é", 60) + `…" is longer than the API's limit of 4096 characters (column x)`},
		{"wildcard, sorted", id + "  user_attributes.*: {columns: [y, x]}\n", `{"id":"7","x":"1","y":"2"}`, user + `,"user_attributes":{"x":"1","y":"2"}}`},
		{"pattern, prefix taken off", id + "  user_attributes.*: {columns: \"a_*\", strip: a_}\n", `{"id":"7","a_z":"1","a_b":"2","b":"3"}`, user + `,"user_attributes":{"b":"2","z":"1"}}`},
		{"no time", at("t"), `{"id":"7"}`, `reject: timestamp_unixtime_ms: is empty, and an event needs its time (column t)`},
		{"RFC 3339", at("t"), `{"id":"7","t":"2024-01-02T03:04:05.678+01:00"}`, user + `} custom_event {"timestamp_unixtime_ms":1704161045678,` + named},
		{"space and no zone", at("t"), `{"id":"7","t":"2024-01-02 03:04"}`, user + `} custom_event {"timestamp_unixtime_ms":1704164640000,` + named},
		{"date in a zone", at("{column: t, timezone: Europe/Berlin}"), `{"id":"7","t":"2024-01-02"}`, user + `} custom_event {"timestamp_unixtime_ms":1704150000000,` + named},
		{"pattern of time", at(`{column: t, format: "%d/%m/%Y %H:%M:%S"}`), `{"id":"7","t":"2/1/2024 03:04:05"}`, user + `} custom_event {"timestamp_unixtime_ms":1704164645000,` + named},
		{"another format", at("t"), `{"id":"7","t":"31.12.2024"}`, `reject: timestamp_unixtime_ms: "31.12.2024" is not a date as the mapping expects it, but one as format: "%d.%m.%Y"; add that if the file writes dates so (column t)`},
		{"two formats", at("t"), `{"id":"7","t":"05/06/2024"}`, `reject: timestamp_unixtime_ms: "05/06/2024" is not a date as the mapping expects it, but one as format: "%d/%m/%Y", or as "%m/%d/%Y"; add the right one if the file writes dates so (column t)`},
		{"no such day", at(`{column: t, format: "%d/%m/%Y"}`), `{"id":"7","t":"31/02/2024"}`, `reject: timestamp_unixtime_ms: "31/02/2024" is not a date (column t)`},
		{"formats in turn", at(`{column: t, format: ["%d/%m/%Y", unix_s]}`), `{"id":"7","t":"1704164645.5"}`, user + `} custom_event {"timestamp_unixtime_ms":1704164645500,` + named},
		{"nanoseconds", at(`{column: t, format: unix_ns}`), `{"id":"7","t":1704164645678999999}`, user + `} custom_event {"timestamp_unixtime_ms":1704164645678,` + named},
		{"number without a unit", at("t"), `{"id":"7","t":1704164645}`, `reject: timestamp_unixtime_ms: "1704164645" is a number without a unit: add format: unix_s, unix_ms, unix_us or unix_ns to the mapping (column t); it would mean 2024-01-02T03:04:05Z as unix_s, 1970-01-20T17:22:44Z as unix_ms, 1970-01-01T00:28:24Z as unix_us, 1970-01-01T00:00:01Z as unix_ns`},
		{"now", at("{value: now}"), `{"id":"7"}`, user + `} custom_event {` + named},
		{"skipped", event + "where: id != \"7\"\n", `{"id":"7"}`, "skipped"},
		{"condition that does not hold", event + "    when: row[\"the kind\"] == \"buy\"\n", `{"id":"7","the kind":"view"}`, user + "}"},
		{"condition that holds", event + "    when: n in [\"1\", \"2\"]\n", `{"id":"7","n":"2"}`, user + `} custom_event {"timestamp_unixtime_ms":1704067200000,` + named},
		{"condition that cannot be decided", event + "    when: n > 3\n", `{"id":"7","n":"2"}`, `reject: the condition n > 3 cannot be decided: invalid operation: string > int`},
	}
	checkRows(t, tests)
}

// valueTest is a row of NDJSON, and what a mapping makes of it.
type valueTest struct{ name, mapping, row, want string }

func checkRows(t *testing.T, tests []valueTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mapNDJSON(t, head+test.mapping, test.row+"\n")
			if len(got) != 1 || got[0] != test.want {
				t.Errorf("row %s\n got %s\nwant %s", test.row, strings.Join(got, "\n"), test.want)
			}
		})
	}
}

func TestProducts(t *testing.T) {
	const mapping = head + `
batch:
  user_identities.email: mail
events:
  - type: commerce_event
    data:
      timestamp_unixtime_ms: t
      product_action.products[].quantity: items[].n
      product_action.products[].id: items[].sku
      product_action.products[].brand: {value: Ours}
      product_action.action: {value: purchase}
`
	const start = `user_identities.email=a {"user_identities":{"email":"a"}} commerce_event {"timestamp_unixtime_ms":1704067200000,"product_action":{"action":"purchase"`
	tests := []struct{ name, items, want string }{
		{"two", `[{"sku":"01","n":2},{"n":1.5,"sku":2}]`, start + `,"products":[{"id":"01","brand":"Ours","quantity":2},{"id":"2","brand":"Ours","quantity":1.5}]}}`},
		{"none", `[]`, start + `}}`},
		{"null", `null`, start + `}}`},
		{"as text", `"[{\"sku\":\"01\"}]"`, start + `,"products":[{"id":"01","brand":"Ours"}]}}`},
		{"no list", `"x"`, `reject: product_action.products[].id: "x" is not a list (column items[].sku)`},
		{"bad number", `[{"sku":"01","n":"two"}]`, `reject: product_action.products[].quantity: "two" is not a number (column items[].n)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mapNDJSON(t, mapping, `{"mail":"a","t":"2024-01-01","items":`+test.items+"}\n")
			if got[0] != test.want {
				t.Errorf("\n got %s\nwant %s", got[0], test.want)
			}
		})
	}
}

// FuzzLoad: no mapping file makes Load panic.
func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("../mappings/*.yaml")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := Load("m.yaml", src, nil)
		if (m == nil) == (err == nil) {
			t.Errorf("mapping %v and error %v", m, err)
		}
	})
}
