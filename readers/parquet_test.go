package readers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// readParquet returns every row as JSON, and the bad rows, behind a check of
// the positions.
func readParquet(t *testing.T, data []byte, o Options) ([]string, []BadRow, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.parquet")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := openParquet(path, o)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	return drain(t, r)
}

func drain(t *testing.T, r Reader) (rows []string, bad []BadRow, err error) {
	t.Helper()
	var last int64
	for {
		chunk, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			if read, total := r.Progress(); read != total {
				t.Errorf("progress at the end: %d of %d", read, total)
			}
			return rows, bad, nil
		}
		if err != nil {
			return rows, bad, err
		}
		for i := range chunk.Len() {
			if p := chunk.Position(i); p.Row <= last || p.Line != 0 {
				t.Errorf("position %+v after row %d", p, last)
			}
			last = chunk.Position(i).Row
			rows = append(rows, string(chunk.AppendRow(nil, i)))
		}
		bad = append(bad, chunk.Bad...)
	}
}

// closing notes that it was closed.
type closing bool

func (c *closing) Close() error {
	*c = true
	return nil
}

// openParquet opens a Parquet file, whatever its name and content.
func openParquet(path string, o Options) (Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return newParquetReader(path, f, info.Size(), f, o)
}

func parquetOf(t *testing.T, data []byte, o Options) *parquetReader {
	t.Helper()
	r, err := newParquetReader("in.parquet", bytes.NewReader(data), int64(len(data)), new(closing), o)
	if err != nil {
		t.Fatal(err)
	}
	return r.(*parquetReader)
}

// chunks are those of p, which none may fail to be.
func chunks(t *testing.T, p *parquetReader) iter.Seq[*Chunk] {
	return func(yield func(*Chunk) bool) {
		t.Helper()
		defer p.Close()
		for {
			chunk, err := p.Next(t.Context())
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !yield(chunk) {
				return
			}
		}
	}
}

func mustRows(t *testing.T, data []byte, o Options) []string {
	t.Helper()
	rows, bad, err := readParquet(t, data, o)
	if err != nil || len(bad) > 0 {
		t.Fatalf("error %v, bad rows %v", err, bad)
	}
	return rows
}

func sameRows(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("row %d:\n got %s\nwant %s", i+1, got[i], want[i])
		}
	}
}

func TestParquetWatchdog(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	if err := watched(1, func() error { <-release; return nil }); err == nil {
		t.Error("waited for ever")
	}
	if err := watched(time.Hour, func() error { panic("broken") }); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("panic: %v", err)
	}
}

// lowColumn is one column of a file written with the low-level writer: its
// node, and what writes its values.
type lowColumn struct {
	node  schema.Node
	write func(file.ColumnChunkWriter) error
}

// lowFile writes a file of leaf columns, whose top-level nodes are given, with
// that many equal row groups.
func lowFile(t testing.TB, nodes schema.FieldList, root parquet.Repetition, groups int, pageSize int64, codec compress.Compression, writes ...columnWrite) []byte {
	t.Helper()
	props := []parquet.WriterProperty{parquet.WithCompression(codec), parquet.WithDataPageSize(pageSize), parquet.WithBatchSize(16)}
	return groupsFile(t, nodes, root, props, slices.Repeat([][]columnWrite{writes}, groups)...)
}

// columnWrite writes the values of one column of one row group.
type columnWrite = func(file.ColumnChunkWriter) error

// groupsFile writes a file with the given row groups.
func groupsFile(t testing.TB, nodes schema.FieldList, root parquet.Repetition, props []parquet.WriterProperty, groups ...[]columnWrite) []byte {
	t.Helper()
	top, err := schema.NewGroupNode("schema", root, nodes, -1)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	w := file.NewParquetWriter(&buf, top, file.WithWriterProps(parquet.NewWriterProperties(props...)))
	for _, writes := range groups {
		group := w.AppendRowGroup()
		for _, write := range writes {
			column, err := group.NextColumn()
			if err == nil {
				err = write(column)
			}
			if err == nil {
				err = column.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := group.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func lowColumns(t *testing.T, columns ...lowColumn) []byte {
	t.Helper()
	var nodes schema.FieldList
	var writes []func(file.ColumnChunkWriter) error
	for _, c := range columns {
		nodes = append(nodes, c.node)
		writes = append(writes, c.write)
	}
	return lowFile(t, nodes, parquet.Repetitions.Repeated, 1, 256, compress.Codecs.Snappy, writes...)
}

func ints64(defs, reps []int16, values ...int64) func(file.ColumnChunkWriter) error {
	return func(w file.ColumnChunkWriter) error {
		_, err := w.(*file.Int64ColumnChunkWriter).WriteBatch(values, defs, reps)
		return err
	}
}

func ints32(defs, reps []int16, values ...int32) func(file.ColumnChunkWriter) error {
	return func(w file.ColumnChunkWriter) error {
		_, err := w.(*file.Int32ColumnChunkWriter).WriteBatch(values, defs, reps)
		return err
	}
}

func texts(defs, reps []int16, values ...string) func(file.ColumnChunkWriter) error {
	return func(w file.ColumnChunkWriter) error {
		var raw []parquet.ByteArray
		for _, v := range values {
			raw = append(raw, parquet.ByteArray(v))
		}
		_, err := w.(*file.ByteArrayColumnChunkWriter).WriteBatch(raw, defs, reps)
		return err
	}
}

func fixed(values ...string) func(file.ColumnChunkWriter) error {
	return func(w file.ColumnChunkWriter) error {
		var raw []parquet.FixedLenByteArray
		for _, v := range values {
			raw = append(raw, parquet.FixedLenByteArray(v))
		}
		_, err := w.(*file.FixedLenByteArrayColumnChunkWriter).WriteBatch(raw, nil, nil)
		return err
	}
}

func leafNode(name string, r parquet.Repetition, logical schema.LogicalType, physical parquet.Type, size int) schema.Node {
	return schema.MustPrimitive(schema.NewPrimitiveNodeLogical(name, r, logical, physical, size, -1))
}
