package mapping

import (
	"context"
	"os"
	"strings"
	"testing"

	"mpimport/readers"
)

// BenchmarkMap maps the shop's events, as the scan does.
func BenchmarkMap(b *testing.B) {
	for _, test := range []struct{ mapping, file string }{
		{"../mappings/shop-events.yaml", "../testdata/events.csv"},
		{"../mappings/shop-orders.yaml", "../testdata/orders.ndjson"},
		{"../mappings/shop-profiles.yaml", "../testdata/profiles.csv"},
	} {
		b.Run(test.file, func(b *testing.B) {
			src, err := os.ReadFile(test.mapping)
			if err != nil {
				b.Fatal(err)
			}
			m, err := Load(test.mapping, src, nil)
			if err != nil {
				b.Fatal(err)
			}
			r, err := readers.Open(context.Background(), test.file, readers.Options{Columns: m.Columns()})
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			chunk, err := r.Next(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			mapper := m.Bind(chunk.Columns).Mapper(test.file, day)
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				for row := range chunk.Len() {
					mapper.Map(chunk, row)
				}
				rows += chunk.Len()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
		})
	}
}

// BenchmarkCondition compares a condition that is decided directly with the same
// one, and with an expression, in the machine.
func BenchmarkCondition(b *testing.B) {
	r, err := readers.Open(context.Background(), "-", readers.Options{Format: readers.NDJSON, Stdin: strings.NewReader(`{"mail":"a","kind":"view","n":5,"price":"1.5"}`)})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	chunk, err := r.Next(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	for _, test := range []struct {
		name, condition string
		direct          bool
	}{
		{"direct", `kind == "view" and n > 3`, true},
		{"machine", `kind == "view" and n > 3`, false},
		{"computed", `lower(kind) == "view" and float(price) > 1`, false},
	} {
		b.Run(test.name, func(b *testing.B) {
			m, err := Load("m.yaml", []byte(head+"batch:\n  user_identities.email: mail\nwhere: '"+test.condition+"'\n"), nil)
			if err != nil {
				b.Fatal(err)
			}
			if !test.direct {
				m.where.direct = nil
			}
			condition := m.where.bind(chunk.Columns)
			row := &m.Bind(chunk.Columns).Mapper("row", day).row
			row.chunk = chunk
			b.ReportAllocs()
			for b.Loop() {
				if is, reject := condition.holds(row); !is || reject != nil {
					b.Fatal(reject)
				}
			}
		})
	}
}
