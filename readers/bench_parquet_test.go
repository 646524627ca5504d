package readers

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// BenchmarkParquet reads 5 of 15 columns, texts and numbers by turns, of a file
// with several row groups.
func BenchmarkParquet(b *testing.B) {
	const rows, groups = 20_000, 8
	var nodes schema.FieldList
	var writes []func(file.ColumnChunkWriter) error
	for column := range 15 {
		name := fmt.Sprint("column", column)
		var numbers []int64
		var words []string
		for i := range rows {
			numbers = append(numbers, int64(i*column))
			words = append(words, fmt.Sprintf("value %d", i*column))
		}
		if column%2 == 0 {
			nodes = append(nodes, required(name, schema.StringLogicalType{}, parquet.Types.ByteArray, 0))
			writes = append(writes, texts(nil, nil, words...))
		} else {
			nodes = append(nodes, required(name, nil, parquet.Types.Int64, 0))
			writes = append(writes, ints64(nil, nil, numbers...))
		}
	}
	data := lowFile(b, nodes, parquet.Repetitions.Repeated, groups, 1<<20, compress.Codecs.Snappy, writes...)
	path := filepath.Join(b.TempDir(), "bench.parquet")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := openParquet(path, Options{Columns: []string{"column0", "column3", "column6", "column7", "column14"}})
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = r.Next(context.Background())
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*groups)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
