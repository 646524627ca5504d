package readers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// wideFile has row groups of 100 rows, with a number, a long text and a list.
func wideFile(t testing.TB, groups int) []byte {
	t.Helper()
	nodes := schema.FieldList{
		required("id", nil, parquet.Types.Int64, 0),
		required("text", schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
		leafNode("list", parquet.Repetitions.Repeated, nil, parquet.Types.Int64, 0),
	}
	var all [][]columnWrite
	for g := range groups {
		var ids, list []int64
		var words []string
		var defs, reps []int16
		for i := range 100 {
			id := int64(100*g + i)
			ids = append(ids, id)
			words = append(words, strings.Repeat(fmt.Sprint(id, " "), 50))
			for j := range max(1, i%4) {
				defs, reps = append(defs, int16(min(1, i%4))), append(reps, int16(min(1, j)))
				if i%4 > 0 {
					list = append(list, id+int64(j))
				}
			}
		}
		all = append(all, []columnWrite{ints64(nil, nil, ids...), texts(nil, nil, words...), ints64(defs, reps, list...)})
	}
	props := []parquet.WriterProperty{parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDataPageSize(500), parquet.WithBatchSize(8)}
	return groupsFile(t, nodes, parquet.Repetitions.Required, props, all...)
}

func wideRows(groups int) (rows []string) {
	for id := range 100 * groups {
		var list []string
		for j := range id % 100 % 4 {
			list = append(list, fmt.Sprint(id+j))
		}
		rows = append(rows, fmt.Sprintf(`{"id":%d,"text":"%s","list":[%s]}`, id, strings.Repeat(fmt.Sprint(id, " "), 50), strings.Join(list, ",")))
	}
	return rows
}

// TestParquetGroupsAhead decodes row groups at the same time: the chunks are the
// same in the same order, and what waits for its turn is bounded.
func TestParquetGroupsAhead(t *testing.T) {
	data, want := wideFile(t, 9), wideRows(9)
	const chunkRows = 30 // about 10 KB of text
	const largest = 20 << 10
	for name, ahead := range map[string]groupWindow{
		"one at a time": {groups: 1, bytes: 1 << 20},
		"three":         {groups: 3, bytes: 1 << 20},
		"little room":   {groups: 4, bytes: 5 << 10},
		"no room":       {groups: 4, bytes: 0},
		"all":           {groups: 50, bytes: 1 << 30},
	} {
		t.Run(name, func(t *testing.T) {
			p := parquetOf(t, data, Options{ChunkRows: chunkRows})
			defer p.Close()
			ahead.patience, ahead.work = time.Minute, 1<<30
			p.ahead = ahead
			var rows []string
			var sizes []int
			var most int
			for chunk := range chunks(t, p) {
				most = max(most, p.held())
				sizes = append(sizes, chunk.Len())
				for i := range chunk.Len() {
					if got := chunk.Position(i).Row; got != int64(len(rows)+1) {
						t.Fatalf("row %d at position %d", len(rows)+1, got)
					}
					rows = append(rows, string(chunk.AppendRow(nil, i)))
				}
			}
			sameRows(t, rows, want)
			if wantSizes := slices.Repeat([]int{30, 30, 30, 10}, 9); !slices.Equal(sizes, wantSizes) {
				t.Errorf("chunks of %v rows, want %v", sizes, wantSizes)
			}
			if bound := ahead.bytes + (ahead.groups-1)*largest; most > bound {
				t.Errorf("%d bytes waited, want at most %d", most, bound)
			}
			if name == "all" && most < 100<<10 {
				t.Errorf("only %d bytes were decoded ahead", most)
			}
		})
	}
}

// TestParquetWorkAhead opens as many row groups as their decoding may take bytes.
func TestParquetWorkAhead(t *testing.T) {
	data := wideFile(t, 9)
	for name, c := range map[string]struct {
		share float64 // of all that the file's row groups take
		want  int
	}{"none": {0, 1}, "two of nine": {0.25, 3}, "half": {0.5, 5}, "all": {1, 9}} {
		p := parquetOf(t, data, Options{})
		var work int64
		for _, g := range p.groups {
			work += g.work
		}
		p.ahead.groups, p.ahead.work = 100, int64(c.share*float64(work))
		p.openAhead()
		if got := len(p.open); work == 0 || got != c.want {
			t.Errorf("%s of %d bytes: %d row groups are open, want %d", name, work, got, c.want)
		}
	}
}

// TestParquetErrorInOrder has a broken row group behind sound ones, which come
// first whatever was decoded ahead.
func TestParquetErrorInOrder(t *testing.T) {
	data := wideFile(t, 4)
	p := parquetOf(t, data, Options{})
	chunk, err := p.footer.RowGroup(2).ColumnChunk(1)
	if err != nil {
		t.Fatal(err)
	}
	start, size := chunkRange(chunk)
	clear(data[start+size/2 : start+size])
	for _, groups := range []int{1, 4} {
		p := parquetOf(t, data, Options{})
		p.ahead.groups = groups
		rows, _, err := drain(t, p)
		sameRows(t, rows, wideRows(2))
		if err == nil || !strings.Contains(err.Error(), "in.parquet: row group 3, column text: ") {
			t.Errorf("got %v", err)
		}
	}
}

// TestParquetLargeValues has texts of which a chunk's usual number of rows would
// take gigabytes: chunks hold fewer rows.
func TestParquetLargeValues(t *testing.T) {
	const rows, size = 120, 1 << 20
	large := strings.Repeat("x", size)
	nodes := schema.FieldList{
		required("id", nil, parquet.Types.Int64, 0),
		required("text", schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
	}
	var ids []int64
	for i := range rows {
		ids = append(ids, int64(i))
	}
	data := groupsFile(t, nodes, parquet.Repetitions.Required, []parquet.WriterProperty{parquet.WithCompression(compress.Codecs.Snappy)},
		[]columnWrite{ints64(nil, nil, ids...), texts(nil, nil, slices.Repeat([]string{large}, rows)...)})
	p := parquetOf(t, data, Options{})
	defer p.Close()
	var read int64
	for chunk := range chunks(t, p) {
		if got := len(chunk.text); got > parquetChunkBytes+parquetStepBytes {
			t.Errorf("a chunk of %d bytes", got)
		}
		for i := range chunk.Len() {
			if chunk.Value(i, 0).Text != fmt.Sprint(read) || chunk.Value(i, 1).Text != large {
				t.Fatalf("row %d is wrong", read+1)
			}
			read++
		}
	}
	if read != rows {
		t.Errorf("%d rows, want %d", read, rows)
	}
}

func TestParquetCloses(t *testing.T) {
	data := wideFile(t, 1)
	var sound, broken closing
	r, err := newParquetReader("in.parquet", bytes.NewReader(data), int64(len(data)), &sound, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil || !bool(sound) {
		t.Errorf("closed: %v, %v", sound, err)
	}
	if _, err := newParquetReader("in.parquet", bytes.NewReader(data), 100, &broken, Options{}); err == nil || !bool(broken) {
		t.Errorf("closed: %v, %v", broken, err)
	}
}

// stuck stands for a disk that does not answer where pages are.
type stuck struct {
	*bytes.Reader
	release chan struct{}
}

func (s stuck) ReadAt(b []byte, offset int64) (int, error) {
	if offset >= 4 && offset < 100 {
		<-s.release
	}
	return s.Reader.ReadAt(b, offset)
}

func TestParquetPatience(t *testing.T) {
	data := wideFile(t, 1)
	source := stuck{bytes.NewReader(data), make(chan struct{})}
	defer close(source.release)
	r, err := newParquetReader("in.parquet", source, int64(len(data)), new(closing), Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.(*parquetReader).ahead.patience = time.Millisecond
	want := "in.parquet: row group 1, column id: no progress within 1ms"
	if _, err := r.Next(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
