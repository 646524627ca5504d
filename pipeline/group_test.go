package pipeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mpimport/mapping"
	"mpimport/mparticle"
)

// show writes batches as people read them: fields | event, event.
func show(batches []*batch) []string {
	var all []string
	for _, b := range batches {
		text := string(b.fields)
		for _, e := range b.events {
			text += " | " + string(e.Data)
		}
		all = append(all, text)
	}
	return all
}

func fieldsOf(attributes string) []byte {
	if attributes == "" {
		return []byte(`"user_identities":{"email":"a"}`)
	}
	return []byte(`"user_identities":{"email":"a"},` + attributes)
}

func TestGroup(t *testing.T) {
	const tier = `"user_attributes":{"tier":"%s"}`
	record := func(attributes, name string) mapping.Record {
		r := mapping.Record{User: "u", Fields: fieldsOf(attributes)}
		if name != "" {
			r.Events = []mapping.Event{{Type: "custom_event", Data: []byte(name), Time: day.UnixMilli()}}
		}
		return r
	}
	a, b := fmt.Sprintf(tier, "A"), fmt.Sprintf(tier, "B")
	const mail = `"user_identities":{"email":"a"}`
	tests := []struct {
		name     string
		grouping mapping.Grouping
		records  []mapping.Record
		want     []string
	}{
		{"split", mapping.Grouping{Merge: mapping.MergeSplit}, []mapping.Record{record(a, "1"), record(a, "2"), record(b, "3"), record(a, "4")},
			[]string{mail + "," + a + " | 1 | 2", mail + "," + b + " | 3", mail + "," + a + " | 4"}},
		{"a row that says less joins", mapping.Grouping{Merge: mapping.MergeSplit}, []mapping.Record{record(a, "1"), record("", "")}, []string{mail + "," + a + " | 1"}},
		{"an event of a row that says less does not", mapping.Grouping{Merge: mapping.MergeSplit}, []mapping.Record{record(a, "1"), record("", "2")}, []string{mail + "," + a + " | 1", mail + " | 2"}},
		{"last", mapping.Grouping{Merge: mapping.MergeLast}, []mapping.Record{record(a, "1"), record(b, "2"), record("", "3")}, []string{mail + "," + b + " | 1 | 2 | 3"}},
		{"last, deleted and set again", mapping.Grouping{Merge: mapping.MergeLast},
			[]mapping.Record{record(a, "1"), record(`"deleted_user_attributes":["city","tier"]`, "2"), record(`"user_attributes":{"city":"C"}`, "3")},
			[]string{mail + `,"user_attributes":{"city":"C"},"deleted_user_attributes":["tier"] | 1 | 2 | 3`}},
		{"attributes on the newest", mapping.Grouping{Merge: mapping.MergeSplit, Attributes: mapping.AttributesLast}, []mapping.Record{record(a, "1"), record(b, "2"), record("", "3")},
			[]string{mail + "," + b + " | 1 | 2 | 3"}},
		{"no attributes", mapping.Grouping{Merge: mapping.MergeSplit, Attributes: mapping.AttributesNone}, []mapping.Record{record(a, "1"), record(b, "2")}, []string{mail + " | 1 | 2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := testAssembler()
			x.grouping = test.grouping
			if got := show(assemble(t, x, test.records...)); !slices.Equal(got, test.want) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestNewestIsFull: attributes that the newest batch has no room for come in a
// batch behind it, and no batch is over the limit.
func TestNewestIsFull(t *testing.T) {
	x := testAssembler()
	x.grouping = mapping.Grouping{Merge: mapping.MergeSplit, Attributes: mapping.AttributesLast}
	attributes := `"user_attributes":{"a":"` + strings.Repeat("a", 4000) + `"}`
	room := mparticle.MaxBatchBytes - x.emptySize(fieldsOf("")) - x.eventSize(event("", day)) - 100
	batches := assemble(t, x, mapping.Record{User: "u", Fields: fieldsOf(attributes), Events: []mapping.Event{event(strings.Repeat("x", room), day)}})
	if len(batches) != 2 || len(batches[1].events) > 0 || !strings.Contains(string(batches[1].fields), "aaaa") {
		t.Fatalf("%d batches, want the event's and one with the attributes", len(batches))
	}
	if batches[0].rows[0].last || !batches[1].rows[0].last {
		t.Error("the row ends before its attributes are delivered")
	}
	for i, b := range batches {
		if n := len(x.append(nil, b)); n > mparticle.MaxBatchBytes {
			t.Errorf("batch %d has %d bytes", i, n)
		}
	}
}

func TestSplits(t *testing.T) {
	x := testAssembler()
	x.splits = splits{}
	record := func(visits int, city string) mapping.Record {
		return mapping.Record{User: "u", Fields: fieldsOf(fmt.Sprintf(`"user_attributes":{"city":"%s","visits":%d}`, city, visits)), Events: []mapping.Event{event("x", day)}}
	}
	assemble(t, x, record(1, "a"), record(2, "a"), record(3, "a"), record(4, "b"))
	want := []Split{{"user_attributes.visits", 3}, {"user_attributes.city", 1}}
	if got := x.splits.sorted(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// line is one row of an order in TestCollect.
type line struct{ user, order, sku string }

// TestCollect holds, for any rows in any order, the events that are made of them
// against the orders counted from the rows.
func TestCollect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) line {
			return line{
				user:  rapid.SampledFrom([]string{"a", "b"}).Draw(t, "user"),
				order: rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "order"),
				sku:   fmt.Sprint(rapid.IntRange(0, 99).Draw(t, "sku")),
			}
		}), 1, 30).Draw(t, "lines")
		want := map[string][]string{}
		var rows []mapping.Record
		for _, l := range lines {
			data := fmt.Sprintf(`"product_action":{"action":"purchase","transaction_id":%q,"products":[{"id":%q}]}`, l.order, l.sku)
			if len(want[l.user+l.order]) == 0 { // as in exports of shops: only the first line has the time
				data = fmt.Sprintf(`"timestamp_unixtime_ms":%d,`, day.UnixMilli()) + data
			}
			want[l.user+l.order] = append(want[l.user+l.order], l.sku)
			rows = append(rows, mapping.Record{User: l.user, Fields: []byte(`"user_identities":{"email":"` + l.user + `"}`),
				Events: []mapping.Event{{Type: "commerce_event", Data: []byte(data), Collect: "0=" + l.order, Time: day.UnixMilli()}}})
		}
		ended := 0
		for _, b := range assemble(t, testAssembler(), rows...) {
			for _, row := range b.rows {
				if row.last {
					ended++
				}
			}
			for _, e := range b.events {
				var order struct {
					Time   int64 `json:"timestamp_unixtime_ms"`
					Action struct {
						ID       string `json:"transaction_id"`
						Products []struct {
							ID string `json:"id"`
						} `json:"products"`
					} `json:"product_action"`
				}
				if err := json.Unmarshal([]byte("{"+string(e.Data)+"}"), &order); err != nil {
					t.Fatalf("%v: %s", err, e.Data)
				}
				var skus []string
				for _, p := range order.Action.Products {
					skus = append(skus, p.ID)
				}
				key := b.user + order.Action.ID
				if !slices.Equal(skus, want[key]) || order.Time != day.UnixMilli() {
					t.Fatalf("order %s: got %v at %d, want %v", key, skus, order.Time, want[key])
				}
				delete(want, key)
			}
		}
		if len(want) > 0 || ended != len(lines) {
			t.Fatalf("orders left over: %v; %d of %d rows ended", want, ended, len(lines))
		}
	})
}

// TestCollectRejects: rows of an event that lacks its time are rejected, all of
// them, and so is what else these rows were part of.
func TestCollectRejects(t *testing.T) {
	row := func(collect, data string) mapping.Event {
		return mapping.Event{Type: "commerce_event", Data: []byte(data), Collect: collect}
	}
	const time, bare = `"timestamp_unixtime_ms":1767225600000,"product_action":{"action":"purchase"}`, `"product_action":{"action":"purchase"}`
	records := []mapping.Record{
		{User: "u", Fields: fieldsOf(""), Events: []mapping.Event{row("0=1", time), row("1=x", bare)}},
		{User: "u", Fields: fieldsOf(""), Events: []mapping.Event{row("0=1", bare)}},
		{User: "u", Fields: fieldsOf(""), Events: []mapping.Event{row("0=2", time)}},
	}
	all, err := testAssembler().partition(rowsFrom(records...))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range all.rejects {
		got = append(got, fmt.Sprintf("%d %s", r.place.Row, r.reject.Error()))
	}
	want := []string{
		"1 timestamp_unixtime_ms: is empty in all rows of the event, and an event needs its time",
		"2 another row of the same event was rejected, and an event is delivered whole or not at all; row 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if n := len(all.batches); n != 1 || len(all.batches[0].events) != 1 {
		t.Errorf("%d batches, want one with the event that is whole", n)
	}
}

// TestOrder: with group.order_by the order of the rows changes nothing, not even
// an id.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(anyRecord), 1, 30).Draw(t, "rows")
		for i := range rows { // one user, so that batches come in one order
			rows[i].User = "u"
			slices.SortFunc(rows[i].Events, func(a, b mapping.Event) int { return int(a.Time - b.Time) })
		}
		encode := func(rows []mapping.Record) []string {
			a := testAssembler()
			a.grouping.Ordered = true
			all, err := a.partition(rowsFrom(rows...))
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, b := range all.batches {
				texts = append(texts, string(a.append(nil, b)))
			}
			return texts
		}
		want := encode(rows)
		if got := encode(rapid.Permutation(rows).Draw(t, "shuffled")); !slices.Equal(got, want) {
			t.Fatalf("in another order:\n got %q\nwant %q", got, want)
		}
	})
}

// TestStartMark: what has the time of the import has the same id in the next
// import of the same data.
func TestStartMark(t *testing.T) {
	row := mapping.Record{User: "u", Fields: fieldsOf(`"consent_state":{"gdpr":{"p":{"consented":true,"timestamp_unixtime_ms":` + mapping.StartMark + `}}}`), Events: []mapping.Event{event("x", day)}}
	first, later := testAssembler(), testAssembler()
	later.start += 1000
	first.grouping.Marked, later.grouping.Marked = true, true
	a, b := assemble(t, first, row)[0], assemble(t, later, row)[0]
	if a.id != b.id {
		t.Error("a later import has another id")
	}
	for x, batch := range map[*assembler]*batch{first: a, later: b} {
		if want := fmt.Sprintf(`"consented":true,"timestamp_unixtime_ms":%d}`, x.start); !strings.Contains(string(x.append(nil, batch)), want) {
			t.Errorf("%s is not in %s", want, x.append(nil, batch))
		}
	}
}
