package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"mpimport/mapping"
	"mpimport/readers"
)

// TestPrunedRowsAreSkipped: rows of row groups that `where` rules out are counted
// as left out, and those behind them keep their numbers.
func TestPrunedRowsAreSkipped(t *testing.T) {
	const groups, perGroup = 5, 100
	path := filepath.Join(t.TempDir(), "rows.parquet")
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.BinaryTypes.String}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := pqarrow.NewFileWriter(schema, file, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	for g := range groups {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for i := range perGroup {
			n := g*perGroup + i
			b.Field(0).(*array.StringBuilder).Append(fmt.Sprint("u", n))
			b.Field(1).(*array.Int64Builder).Append(int64(n))
		}
		if err := w.Write(b.NewRecord()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Load("m.yaml", []byte("version: 1\nname: x\nenvironment: development\nwhere: n >= 250 and n < 260\nbatch:\n  user_identities.customer_id: id\n  user_attributes.n: n\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var o readers.Options
	if m.Prune(&o); len(o.Prune) != 2 {
		t.Fatalf("comparisons %v, want two", o.Prune)
	}
	plan, err := Scan(context.Background(), Job{Mapping: m, Sources: []string{path}, Environment: "development", Start: day, Partitions: 3})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Rows != groups*perGroup || plan.Skipped != groups*perGroup-10 || plan.Batches != 10 {
		t.Errorf("%d rows, %d skipped, %d batches; want %d, %d, 10", plan.Rows, plan.Skipped, plan.Batches, groups*perGroup, groups*perGroup-10)
	}
	first, err := plan.Preview(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if row := first[0].Rows[0]; row.Row != 251 || string(row.Record) != `{"id":"u250","n":250}` {
		t.Errorf("the first is row %d, %s", row.Row, row.Record)
	}
}
