package pipeline

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mpimport/mapping"
	"mpimport/mparticle"
)

// day is the start of the imports in these tests.
var day = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func testAssembler() *assembler {
	return &assembler{
		namer:      namer{importName: "test", environment: "development", start: day.UnixMilli()},
		endpoint:   EndpointAuto,
		oldest:     day.AddDate(0, 0, -30).UnixMilli(),
		identified: true,
	}
}

func event(data string, at time.Time) mapping.Event {
	return mapping.Event{Type: "custom_event", Data: []byte(fmt.Sprintf(`"timestamp_unixtime_ms":%d,"event_name":%q`, at.UnixMilli(), data)), Time: at.UnixMilli()}
}

func rowsFrom(rows ...mapping.Record) iter.Seq2[stored, error] {
	return func(yield func(stored, error) bool) {
		for i, r := range rows {
			p := place{}
			p.Row = int64(i + 1)
			if !yield(stored{place: p, Record: r}, nil) {
				return
			}
		}
	}
}

// failer is what tests of both kinds can do.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// assemble returns the batches of records that have no rejects.
func assemble(t failer, a *assembler, rows ...mapping.Record) []*batch {
	t.Helper()
	all, err := a.partition(rowsFrom(rows...))
	if err != nil || len(all.rejects) > 0 {
		t.Fatalf("error %v, rejects %v", err, all.rejects)
	}
	return all.batches
}

// TestGoldenIDs holds ids that were given away: if it fails, files imported
// before would be imported twice. Raise identityVersion only on purpose.
func TestGoldenIDs(t *testing.T) {
	fields := []byte(`"user_identities":{"customer_id":"0007"}`)
	mapped := mapping.Event{Type: "custom_event", Data: []byte(`"source_message_id":"own","event_name":"x"`), HasID: true, Time: 1}
	now := mapping.Event{Type: "custom_event", Data: []byte(`"event_name":"x"`), Now: true}
	all, err := testAssembler().partition(rowsFrom(
		mapping.Record{User: "user_identities.customer_id=0007", Fields: fields, Events: []mapping.Event{event("a", day), event("a", day), mapped, now}},
		mapping.Record{User: "user_identities.customer_id=0008", Fields: []byte(`"user_identities":{"customer_id":"0008"}`)},
	))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range all.batches {
		got = append(got, b.id)
		for _, e := range b.events {
			got = append(got, e.id)
		}
	}
	want := []string{
		"5ed81392-1f40-8338-b374-724e0d670faf",
		"c41697da-0d72-8b5a-a385-422dbc3dea1b",
		"7b998f7b-600a-817c-a18b-e9cfb962a18e",
		"91a0932f-b31a-8b8b-bb14-5550869d06dd",
		"c228478a-5bd2-85f8-9d9d-122e820b3644",
		"",
		"7210a2b2-fc85-840d-b60d-59727086c8d1",
		"928d03df-3937-8fc7-9033-15b9e5ad0a0a",
	}
	if !slices.Equal(got, want) {
		t.Errorf("ids:\n got %q\nwant %q", got, want)
	}
}

// TestOccurrences: the same said again is another batch, and said by a second
// import of the same data it is the same.
func TestOccurrences(t *testing.T) {
	fields := func(tier string) []byte {
		return []byte(`"user_identities":{"email":"a"},"user_attributes":{"tier":"` + tier + `"}`)
	}
	rows := []mapping.Record{{User: "u", Fields: fields("A")}, {User: "u", Fields: fields("B")}, {User: "u", Fields: fields("A")}}
	first, second := assemble(t, testAssembler(), rows...), assemble(t, testAssembler(), rows...)
	if len(first) != 3 {
		t.Fatalf("%d batches, want 3: A, B and A again", len(first))
	}
	if first[0].id == first[2].id {
		t.Error("A and A again have the same id: the API would take the second for a copy")
	}
	for i := range first {
		if first[i].id != second[i].id {
			t.Errorf("batch %d has another id the second time", i)
		}
	}
	later := testAssembler()
	later.start += 1
	if third := assemble(t, later, rows...); third[0].id == first[0].id {
		t.Error("setting a profile in a later import has the id of the earlier one")
	}
}

// TestPartition checks, for any records, that batches hold every event once and
// in order, within limits, and that encoding is of the size foretold.
func TestPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(anyRecord), 1, 60).Draw(t, "rows")
		a := testAssembler()
		all, err := a.partition(rowsFrom(rows...))
		if err != nil || len(all.rejects) > 0 {
			t.Fatalf("error %v, rejects %v", err, all.rejects)
		}
		batches, users := all.batches, all.users
		want, got := map[string][]string{}, map[string][]string{}
		for _, r := range rows {
			want[r.User] = append(want[r.User], eventsOf(r.Events)...)
		}
		if users != len(want) {
			t.Fatalf("%d users, want %d", users, len(want))
		}
		generation := map[string]int{}
		rowsSeen := 0
		for _, b := range batches {
			if b.generation != generation[b.user] {
				t.Fatalf("batch %d of %s comes where %d is due", b.generation, b.user, generation[b.user])
			}
			generation[b.user]++
			encoded := a.append(nil, b)
			if len(encoded) > b.size || b.size > mparticle.MaxBatchBytes {
				t.Fatalf("a batch of %d bytes was foretold as %d", len(encoded), b.size)
			}
			if !json.Valid(encoded) {
				t.Fatalf("not JSON: %s", encoded)
			}
			for _, e := range b.events {
				got[b.user] = append(got[b.user], eventsOf([]mapping.Event{e.Event})...)
				if old := e.Time < a.oldest; old != (b.path == mparticle.PathBulkHistorical) {
					t.Fatalf("an event of %s goes to %s", time.UnixMilli(e.Time), b.path)
				}
			}
			for _, row := range b.rows {
				if row.last {
					rowsSeen++
				}
			}
		}
		for user := range want {
			if !slices.Equal(got[user], want[user]) {
				t.Fatalf("events of %s:\n got %v\nwant %v", user, got[user], want[user])
			}
		}
		if rowsSeen != len(rows) {
			t.Fatalf("%d rows end in the batches, want %d", rowsSeen, len(rows))
		}
		checkPacking(t, newPacker(float64(rapid.IntRange(1, 2000).Draw(t, "rate"))), batches)
	})
}

func checkPacking(t *rapid.T, p packer, batches []*batch) {
	for len(batches) > 0 {
		n := p.next(batches)
		size := 2
		users := map[string]bool{}
		for _, b := range batches[:n] {
			if users[b.user] {
				t.Fatalf("a user twice in a request")
			}
			if b.path != batches[0].path {
				t.Fatalf("two endpoints in a request")
			}
			users[b.user] = true
			size += b.size + 1
		}
		if n < 1 || n > p.most || n > 1 && size > mparticle.MaxRequestBytes {
			t.Fatalf("a request of %d batches and %d bytes", n, size)
		}
		batches = batches[n:]
	}
}

func eventsOf(events []mapping.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, string(e.Data))
	}
	return all
}

func anyRecord(t *rapid.T) mapping.Record {
	user := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "user")
	r := mapping.Record{User: user, Order: []byte(rapid.StringN(0, 3, -1).Draw(t, "order")), Fields: []byte(fmt.Sprintf(`"user_attributes":{"x":"%d"}`, rapid.IntRange(0, 1).Draw(t, "attribute")))}
	for range rapid.IntRange(0, 3).Draw(t, "events") {
		age := rapid.SampledFrom([]int{0, 1, 29, 31, 400}).Draw(t, "age in days")
		text := strings.Repeat("x", rapid.SampledFrom([]int{1, 10, 30_000, 60_000}).Draw(t, "size"))
		r.Events = append(r.Events, event(text, day.AddDate(0, 0, -age)))
	}
	return r
}

// TestCodec checks that a stored record comes back as it was.
func TestCodec(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.Custom(anyRecord)).Draw(t, "records")
		var data []byte
		for i, r := range want {
			data = appendStored(data, place{source: i}, r)
		}
		d := decoder{data: data}
		for i, r := range want {
			s := d.stored()
			if s.place.source != i || s.User != r.User || string(s.Fields) != string(r.Fields) || string(s.Order) != string(r.Order) || !slices.Equal(eventsOf(s.Events), eventsOf(r.Events)) {
				t.Fatalf("record %d came back as %+v", i, s)
			}
		}
		if len(d.data) > 0 {
			t.Fatalf("%d bytes are left", len(d.data))
		}
	})
}
