package mapping

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mpimport/readers"
)

// TestSources holds the forms of sources that stand for several fields, or
// compute them.
func TestSources(t *testing.T) {
	const id = "batch:\n  user_identities.customer_id: id\n"
	const user = `user_identities.customer_id=7 {"user_identities":{"customer_id":"7"}`
	attribute := func(source string) string { return id + "  user_attributes.a: " + source + "\n" }
	all := func(source string) string { return id + "  user_attributes.*: " + source + "\n" }
	expr := func(formula string) string { return attribute("{expr: '" + formula + "'}") }
	tests := []valueTest{
		{"product", expr("float(price) * int(quantity)"), `{"id":"7","price":"19.99","quantity":"3"}`, user + `,"user_attributes":{"a":59.97}}`},
		{"sum without artefacts", expr("float(x) + 0.2"), `{"id":"7","x":"0.1"}`, user + `,"user_attributes":{"a":0.3}}`},
		{"whole number stays exact", expr("int(x) + 0"), `{"id":"7","x":"9007199254740993"}`, user + `,"user_attributes":{"a":9007199254740993}}`},
		{"large results have no exponent", expr("float(x) * 1000"), `{"id":"7","x":"1e20"}`, user + `,"user_attributes":{"a":100000000000000000000000}}`},
		{"text", expr("lower(trim(x)) + \"!\""), `{"id":"7","x":" AB "}`, user + `,"user_attributes":{"a":"ab!"}}`},
		{"columns with the names of functions", expr("type + date(date, \"%d/%m/%Y\").Format(\"2006\") + string(count(first, # > 1))"), `{"id":"7","type":"A","date":"01/07/2024","first":[1,2,3]}`, user + `,"user_attributes":{"a":"A20242"}}`},
		{"a condition on such a column", id + "where: type in [\"a\"] and lower(last) == \"x\"\n", `{"id":"7","type":"a","last":"X"}`, user + "}"},
		{"a name within the expression", expr("let n = p.x; n + n"), `{"id":"7","p":{"x":2}}`, user + `,"user_attributes":{"a":4}}`},
		{"name with spaces", expr("row[\"first name\"] + x"), `{"id":"7","first name":"A","x":"B"}`, user + `,"user_attributes":{"a":"AB"}}`},
		{"choice", expr("x > 10 ? \"many\" : \"few\""), `{"id":"7","x":11}`, user + `,"user_attributes":{"a":"many"}}`},
		{"hash", expr("md5(lower(x))"), `{"id":"7","x":"ABC"}`, user + `,"user_attributes":{"a":"900150983cd24fb0d6963f7d28e17f72"}}`},
		{"empty column, empty result", expr("float(x) * 2"), `{"id":"7","x":""}`, user + `}`},
		{"missing column, empty result", expr("float(x) * 2"), `{"id":"7"}`, user + `}`},
		{"a value instead of an empty one", expr("float(x ?? 1) * 2"), `{"id":"7","x":null}`, user + `,"user_attributes":{"a":2}}`},
		{"cannot be computed", expr("float(x) * 2"), `{"id":"7","x":"many"}`, `reject: user_attributes.a: cannot be computed: invalid operation: float(many)`},
		{"left out if it cannot be computed", attribute("{expr: 'float(x)', on_invalid: omit}"), `{"id":"7","x":"many"}`, user + `}`},
		{"division by zero", expr("1 / x"), `{"id":"7","x":0}`, `reject: user_attributes.a: is not a number`},
		{"then converted", attribute("{expr: 'x + \"0\"', type: integer}"), `{"id":"7","x":"1"}`, user + `,"user_attributes":{"a":10}}`},
		{"nested", expr("props.items[1].n"), `{"id":"7","props":{"items":[{"n":1},{"n":2}]}}`, user + `,"user_attributes":{"a":2}}`},
		{"a list", expr("map(items, .sku)"), `{"id":"7","items":[{"sku":"a"},{"sku":"b"}]}`, user + `,"user_attributes":{"a":["a","b"]}}`},
		{"date", attribute("{expr: 'date(x, \"%d/%m/%Y\", \"Europe/Berlin\")', type: timestamp}"), `{"id":"7","x":"01/07/2024"}`, user + `,"user_attributes":{"a":1719784800000}}`},
		{"the year of a date", expr("date(x).Year()"), `{"id":"7","x":"2024-07-01"}`, user + `,"user_attributes":{"a":2024}}`},

		{"members of an object", all("{json: p}"), `{"id":"7","p":{"z":1.50,"b":"x","n":null,"e":""}}`, user + `,"user_attributes":{"b":"x","z":1.50}}`},
		{"members of an object as text", all("{json: p}"), `{"id":"7","p":"{\"b\":true}"}`, user + `,"user_attributes":{"b":true}}`},
		{"of nested ones", all("{json: p.q}"), `{"id":"7","p":{"q":{"b":1}}}`, user + `,"user_attributes":{"b":1}}`},
		{"without some, and a prefix", all("{json: p, except: [\"x_b\", \"y*\"], strip: x_}"), `{"id":"7","p":{"x_a":1,"x_b":2,"yes":3}}`, user + `,"user_attributes":{"a":1}}`},
		{"a line of its own wins", all("{json: p}") + "  user_attributes.b: own\n", `{"id":"7","own":"mine","p":{"b":1,"c":2}}`, user + `,"user_attributes":{"b":"mine","c":2}}`},
		{"no object", all("{json: p}"), `{"id":"7","p":[1]}`, `reject: user_attributes.*: "[1]" is not an object (column p)`},
		{"no JSON", all("{json: p}"), `{"id":"7","p":"{a"}`, `reject: user_attributes.*: "{a" is not a JSON object (column p)`},
		{"an object within", all("{json: p}"), `{"id":"7","p":{"o":{"x":1}}}`, `reject: user_attributes.o: "{\"x\":1}" is an object or list where one value is expected (column p.o)`},
		{"an object within as text", all("{json: p, type: string}"), `{"id":"7","p":{"o":{"x":1},"n":2}}`, user + `,"user_attributes":{"n":"2","o":"{\"x\":1}"}}`},
		{"an object within as text, other values as they are", all("{json: p, nested: text}"), `{"id":"7","p":{"o":{"x":1},"l":["a"],"m":[{"y":2}],"n":2}}`, user + `,"user_attributes":{"l":["a"],"m":"[{\"y\":2}]","n":2,"o":"{\"x\":1}"}}`},
		{"an object within left out", all("{json: p, on_invalid: omit}"), `{"id":"7","p":{"o":{"x":1},"n":2}}`, user + `,"user_attributes":{"n":2}}`},
		{"pairs made an object", all("{expr: 'fromPairs(map(p, [.key, .value.s ?? .value.i]))'}"), `{"id":"7","p":[{"key":"a","value":{"s":"x","i":null}},{"key":"b","value":{"s":null,"i":5}}]}`, user + `,"user_attributes":{"a":"x","b":5}}`},
		{"no object at all", all("{json: p}"), `{"id":"7"}`, user + `}`},

		{"a member of JSON in a text", attribute("p.q.b"), `{"id":"7","p":" {\"q\":{\"b\":9007199254740993}}"}`, user + `,"user_attributes":{"a":9007199254740993}}`},
		{"a member that JSON in a text does not have", attribute("p.q.b"), `{"id":"7","p":"{\"q\":1}"}`, user + `}`},
		{"a member of an empty text", attribute("p.q.b"), `{"id":"7","p":""}`, user + `}`},
		{"a member of what is no JSON", attribute("p.q.b"), `{"id":"7","p":"{\"q\""}`, `reject: user_attributes.a: "{\"q\"" is not a JSON object, and q.b is expected in it (column p.q.b)`},
		{"all members of JSON in a text", all("{json: p.q}"), `{"id":"7","p":"{\"q\":{\"b\":1}}"}`, user + `,"user_attributes":{"b":1}}`},
		{"JSON in an expression", expr("fromJSON(p).q[1].n"), `{"id":"7","p":"{\"q\":[0,{\"n\":9007199254740993}]}"}`, user + `,"user_attributes":{"a":9007199254740993}}`},
		{"no JSON in an expression", expr("fromJSON(p).q"), `{"id":"7","p":"{"}`, `reject: user_attributes.a: cannot be computed: "{" is not JSON`},
		{"empty JSON in an expression", expr("fromJSON(p).q"), `{"id":"7","p":""}`, user + `}`},

		{"rest", all("{rest: true, except: [internal]}"), `{"z":1,"id":"7","b":"x","internal":2}`, user + `,"user_attributes":{"b":"x","z":1}}`},
		{"rest without what others read", all("{rest: true}") + "  user_attributes.sum: {expr: 'b + 1'}\n  user_attributes.c: p.c\n", `{"id":"7","b":1,"p":{"c":2},"d":3}`, user + `,"user_attributes":{"c":2,"d":3,"sum":2}}`},
		{"rest keeps what a condition reads", all("{rest: true}") + "where: kind == \"x\"\n", `{"id":"7","kind":"x"}`, user + `,"user_attributes":{"kind":"x"}}`},
		{"patterns without some", all("{columns: \"a_*\", except: a_b}"), `{"id":"7","a_b":1,"a_c":2}`, user + `,"user_attributes":{"a_c":2}}`},

		{"deleted", attribute("{column: x, when_null: delete}"), `{"id":"7","x":null}`, user + `,"deleted_user_attributes":["a"]}`},
		{"deleted by an empty text", attribute("{column: x, when_null: delete}"), `{"id":"7","x":""}`, user + `,"deleted_user_attributes":["a"]}`},
		{"not deleted where there is no such key", attribute("{column: x, when_null: delete}"), `{"id":"7"}`, user + `}`},
		{"not deleted where there is a value", attribute("{column: x, when_null: delete}"), `{"id":"7","x":0}`, user + `,"user_attributes":{"a":0}}`},
		{"deleted beside those of a column", attribute("{column: x, when_null: delete}") + "  deleted_user_attributes: {column: d, split: \",\"}\n", `{"id":"7","x":null,"d":"b,a"}`, user + `,"deleted_user_attributes":["a","b"]}`},
		{"deleted members of an object", all("{json: p, when_null: delete}"), `{"id":"7","p":{"x":null,"y":1}}`, user + `,"user_attributes":{"y":1},"deleted_user_attributes":["x"]}`},

		{"German number", attribute("{column: x, type: number, number: {decimal: \",\", thousands: \".\"}}"), `{"id":"7","x":"-1.234,50"}`, user + `,"user_attributes":{"a":-1234.50}}`},
		{"American number", attribute("{column: x, type: number, number: {thousands: \",\"}}"), `{"id":"7","x":"1,234,567.5"}`, user + `,"user_attributes":{"a":1234567.5}}`},
		{"wrong groups", attribute("{column: x, type: number, number: {decimal: \",\", thousands: \".\"}}"), `{"id":"7","x":"1.5"}`, `reject: user_attributes.a: "1.5" is not a number (column x)`},
		{"zero in front of groups", attribute("{column: x, type: number, number: {decimal: \",\", thousands: \".\"}}"), `{"id":"7","x":"0.500"}`, `reject: user_attributes.a: "0.500" is not a number (column x)`},
		{"wrong mark", attribute("{column: x, type: number, number: {decimal: \",\"}}"), `{"id":"7","x":"1.5"}`, `reject: user_attributes.a: "1.5" is not a number (column x)`},
		{"numbers of NDJSON are what they are", attribute("{column: x, type: number, number: {decimal: \",\"}}"), `{"id":"7","x":1.5}`, user + `,"user_attributes":{"a":1.5}}`},
		{"number style of the source", "source: {number: {decimal: \",\"}}\n" + attribute("{column: x, type: integer}"), `{"id":"7","x":"5,0"}`, user + `,"user_attributes":{"a":5}}`},

		{"one value of a list", id + "  deleted_user_attributes: x\n", `{"id":"7","x":5}`, user + `,"deleted_user_attributes":["5"]}`},
		{"one value as a list", attribute("{column: x, type: list}"), `{"id":"7","x":"a"}`, user + `,"user_attributes":{"a":["a"]}}`},

		{"consent, with the time of the import", id + "  consent_state.gdpr.My Purpose.consented: {column: ok, type: boolean}\n", `{"id":"7","ok":"yes"}`,
			user + `,"consent_state":{"gdpr":{"My Purpose":{"consented":true,"timestamp_unixtime_ms":"@start of the import"}}}}`},
		{"no answer is no consent", id + "  consent_state.gdpr.My Purpose.consented: {column: ok, type: boolean}\n  consent_state.gdpr.My Purpose.regulation: {value: GDPR}\n", `{"id":"7","ok":""}`, user + `}`},
		{"consent with its own time", id + "  consent_state.ccpa.data_sale_opt_out.consented: ok\n  consent_state.ccpa.data_sale_opt_out.timestamp_unixtime_ms: at\n", `{"id":"7","ok":false,"at":"2024-01-01"}`,
			user + `,"consent_state":{"ccpa":{"data_sale_opt_out":{"consented":false,"timestamp_unixtime_ms":1704067200000}}}}`},
		{"consent that lacks its time", id + "  consent_state.ccpa.data_sale_opt_out.consented: ok\n  consent_state.ccpa.data_sale_opt_out.timestamp_unixtime_ms: at\n", `{"id":"7","ok":false}`,
			`reject: consent_state.ccpa.data_sale_opt_out.timestamp_unixtime_ms: is required, but empty (column at)`},

		{"a condition on an empty column does not hold", id + "where: x > 3\n", `{"id":"7","x":null}`, "skipped"},
		{"an empty text in a condition", id + "where: x == \"\"\n", `{"id":"7","x":""}`, user + "}"},
		{"nothing is an empty text to a condition", id + "where: x != \"\"\n", `{"id":"7"}`, "skipped"},
		{"also in the machine", id + "where: lower(id) != \"\" and x != \"\"\n", `{"id":"7","x":null}`, "skipped"},
		{"a condition on nothing", id + "where: x == nil\n", `{"id":"7","x":""}`, user + "}"},
		{"a condition that computes", id + "where: lower(x) startsWith \"a\"\n", `{"id":"7","x":"ABC"}`, user + "}"},
	}
	checkRows(t, tests)
}

// TestItem: within a list, an expression reads the element at hand.
func TestItem(t *testing.T) {
	const mapping = head + `
batch:
  user_identities.email: mail
events:
  - type: commerce_event
    data:
      timestamp_unixtime_ms: t
      product_action.action: {value: purchase}
      product_action.products[].id: items[].sku
      product_action.products[].total_product_amount: {expr: 'item.price * item.n'}
`
	got := mapNDJSON(t, mapping, `{"mail":"a","t":"2024-01-01","items":[{"sku":"x","price":1.1,"n":3},{"sku":"y","price":2,"n":null}]}`+"\n")
	const want = `"products":[{"id":"x","total_product_amount":3.3},{"id":"y"}]`
	if !strings.Contains(got[0], want) {
		t.Errorf("\n got %s\nwant %s", got[0], want)
	}
}

// TestOptionalObject: an object that an event need not have is left out whole, but
// is not sent without what it needs.
func TestOptionalObject(t *testing.T) {
	const mapping = head + `
batch:
  user_identities.email: mail
events:
  - type: screen_view
    data:
      timestamp_unixtime_ms: t
      screen_name: {value: s}
      location.latitude: {column: lat, on_invalid: omit}
      location.longitude: lng
      location.accuracy: acc
`
	const start = `user_identities.email=a {"user_identities":{"email":"a"}} screen_view {"timestamp_unixtime_ms":1704067200000`
	tests := []struct{ name, cells, want string }{
		{"whole", `"lat":1.50,"lng":2,"acc":3`, start + `,"location":{"latitude":1.50,"longitude":2,"accuracy":3},"screen_name":"s"}`},
		{"not there", `"lat":null,"lng":null`, start + `,"screen_name":"s"}`},
		{"half", `"lat":1.5,"lng":null`, `reject: location.longitude: is required, but empty (column lng)`},
		{"what is optional alone", `"acc":3`, `reject: location.longitude: is required, but empty (column lng)`},
		{"half, as the other is left out", `"lat":"north","lng":2`, `reject: location.latitude: is required, but empty (column lat)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := mapNDJSON(t, mapping, `{"mail":"a","t":"2024-01-01",`+test.cells+"}\n"); got[0] != test.want {
				t.Errorf("\n got %s\nwant %s", got[0], test.want)
			}
		})
	}
}

// TestOptionalColumns: a mapped column that is missing is a mistake, unless the
// mapping says that it may be.
func TestOptionalColumns(t *testing.T) {
	const fields = "batch:\n  user_identities.customer_id: id\n  user_attributes.a: props.a\n  user_attributes.b: {expr: 'traits.b + kind'}\nwhere: kind != \"x\"\n"
	tests := []struct{ name, optional, want string }{
		{"none", "", "kind props.a traits"},
		{"by name", "[props, kind]", "traits"},
		{"by pattern", `"*"`, ""},
		{"a part of a name is none", "[prop, kin]", "kind props.a traits"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			source := ""
			if test.optional != "" {
				source = "source: {expect: {optional: " + test.optional + "}}\n"
			}
			m, err := Load("m.yaml", []byte(head+source+fields), nil)
			if err != nil {
				t.Fatal(err)
			}
			var missing []string
			for _, lacking := range m.Bind([]readers.Column{{Name: "id"}}).missing {
				missing = append(missing, lacking.column)
			}
			slices.Sort(missing)
			if got := strings.Join(slices.Compact(missing), " "); got != test.want {
				t.Errorf("missing %s, want %s", got, test.want)
			}
		})
	}
}

// TestLocalTimes: clock readings that came twice, and that never came.
func TestLocalTimes(t *testing.T) {
	tests := []struct{ name, zone, reading, want string }{
		{"summer", "Europe/Berlin", "2024-07-01 12:00", "2024-07-01T10:00:00Z"},
		{"winter", "Europe/Berlin", "2024-01-01 12:00", "2024-01-01T11:00:00Z"},
		{"the last minute before the clocks go forward", "Europe/Berlin", "2024-03-31 01:59", "2024-03-31T00:59:00Z"},
		{"an hour that never was", "Europe/Berlin", "2024-03-31 02:30", "2024-03-31T01:30:00Z"},
		{"after it", "Europe/Berlin", "2024-03-31 03:00", "2024-03-31T01:00:00Z"},
		{"an hour that was twice: its first time", "Europe/Berlin", "2024-10-27 02:30", "2024-10-27T00:30:00Z"},
		{"after it went by twice", "Europe/Berlin", "2024-10-27 03:00", "2024-10-27T02:00:00Z"},
		{"forward in New York", "America/New_York", "2024-03-10 02:30", "2024-03-10T07:30:00Z"},
		{"twice in New York", "America/New_York", "2024-11-03 01:30", "2024-11-03T05:30:00Z"},
		{"half an hour in Lord Howe", "Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06T14:45:00Z"},
		{"a day that never was", "Pacific/Apia", "2011-12-30 12:00", "2011-12-30T22:00:00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseISO(test.reading, zone)
			if err != nil || got.UTC().Format(time.RFC3339) != test.want {
				t.Errorf("%s in %s: got %s (%v), want %s", test.reading, test.zone, got.UTC().Format(time.RFC3339), err, test.want)
			}
		})
	}
}

// TestAbbreviations: CEST is Berlin to one and nothing to another.
func TestAbbreviations(t *testing.T) {
	f, err := parseTimeFormat("%Y-%m-%d %H:%M:%S %Z")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.parse("2024-07-01 12:00:00 UTC", time.UTC); err != nil || got.Unix() != 1719835200 {
		t.Errorf("UTC: %v, %v", got, err)
	}
	if got, err := f.parse("2024-07-01 12:00:00 CEST", time.UTC); err == nil {
		t.Errorf("CEST was taken for %v", got)
	}
}

// TestDirect holds the closures that decide simple conditions against the
// machine of the expression language.
func TestDirect(t *testing.T) {
	literals := []string{`"a"`, `""`, `"5"`, "5", "5.5", "-3", "9007199254740993", "true", "false", "nil"}
	rapid.Check(t, func(t *rapid.T) {
		comparison := func() string {
			column := rapid.SampledFrom([]string{"x", "y", `row["z z"]`}).Draw(t, "column")
			operator := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">=", "in"}).Draw(t, "operator")
			if operator == "in" {
				return column + " in [" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(literals), 1, 3).Draw(t, "list"), ", ") + "]"
			}
			choices := literals
			if operator != "==" && operator != "!=" { // true and nil have no order: the loader says so
				choices = literals[:7]
			}
			return column + " " + operator + " " + rapid.SampledFrom(choices).Draw(t, "literal")
		}
		condition := comparison()
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			condition = "(" + condition + ") " + rapid.SampledFrom([]string{"and", "or", "&&", "||"}).Draw(t, "joint") + " " + comparison()
		}
		if rapid.Bool().Draw(t, "negated") {
			condition = "not (" + condition + ")"
		}
		m, err := Load("m.yaml", []byte(head+"batch:\n  user_identities.email: mail\nwhere: '"+condition+"'\n"), nil)
		if err != nil {
			t.Fatalf("%s: %v", condition, err)
		}
		if m.where.direct == nil {
			t.Fatalf("%s is not decided directly", condition)
		}
		cells := []string{`"a"`, `""`, `"5"`, "5", "5.0", "5.5", "-3", "9007199254740993", "1e400", "true", "null", "[1]", `{"a":1}`}
		row := fmt.Sprintf(`{"x":%s,"y":%s,"z z":%s}`, rapid.SampledFrom(cells).Draw(t, "x"), rapid.SampledFrom(cells).Draw(t, "y"), rapid.SampledFrom(cells).Draw(t, "z"))
		chunk := oneRow(t, row)
		b := m.where.bind(chunk.Columns)
		r := &m.Bind(chunk.Columns).Mapper("row", time.Now()).row
		r.chunk = chunk
		decided := b.direct(r, b.refs)
		if decided == open {
			return // the machine has the word
		}
		result, problem := b.compute(r)
		if is, ok := result.(bool); problem != "" || !ok || outcomeOf(is) != decided {
			t.Fatalf("%s of %s: directly %d, by the machine %v %s", condition, row, decided, result, problem)
		}
	})
}

// rowTest is a test, or one of rapid's.
type rowTest interface {
	Helper()
	Fatal(...any)
}

// oneRow reads one row of NDJSON.
func oneRow(t rowTest, row string) *readers.Chunk {
	t.Helper()
	r, err := readers.Open(context.Background(), "-", readers.Options{Format: readers.NDJSON, Stdin: strings.NewReader(row)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	chunk, err := r.Next(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return chunk
}

// TestWarnings: an event that no row makes is one warning, not one for each of its
// fields; an optional column is none.
func TestWarnings(t *testing.T) {
	const mapping = head + `source: {expect: {optional: maybe}}
batch:
  user_identities.customer_id: id
  user_attributes.a: a
  user_attributes.b: maybe
events:
  - type: screen_view
    when: kind == "view"
    data: {screen_name: name, timestamp_unixtime_ms: ts}
  - type: screen_view
    when: kind == "look"
    data: {screen_name: name, timestamp_unixtime_ms: at}
`
	m, err := Load("m.yaml", []byte(mapping), nil)
	if err != nil {
		t.Fatal(err)
	}
	chunk := oneRow(t, `{"id":"7","a":null,"kind":"look","name":"n","at":"2024-01-01"}`)
	mapper := m.Bind(chunk.Columns).Mapper("row", time.Now())
	if _, _, reject := mapper.Map(chunk, 0); reject != nil {
		t.Fatal(reject)
	}
	got := m.Warnings(&mapper.notes)
	want := []string{"m.yaml:11:11: no row makes this event", `m.yaml:7:22: column "a" gave no value, so user_attributes.a is never sent`}
	for i, w := range want {
		if len(got) != len(want) || !strings.HasPrefix(got[i], w) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}
