package readers

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

const (
	parquetMostText  = 2 << 30 // text of one chunk, and of one leaf in it
	repeatedLevels   = 1024    // levels that a repeated leaf reads at a time
	emptyPagesToSkip = 64
	badKind          = Kind(255) // a cell that makes its row bad; off is an index into bad
)

var errDamagedColumn = errors.New("the column's pages are damaged; get or write the file anew")

// leafReader reads one leaf column in one row group. After fill it holds the
// levels and values of whole rows; those of a row that only began are carried
// over to the next fill.
type leafReader struct {
	node   *parquetNode
	pull   func(n int) error // decodes at most n more levels
	unread int64             // levels of the chunk that were not pulled

	defs, reps []int16 // reps only where the leaf repeats
	slots      []cell  // one to a level
	text       []byte
	times      []stamp
	bad        []badValue

	starts []int // repeated leaves: where row i's levels begin; one more than rows
}

// badValue is a value that cannot be passed on, and why.
type badValue struct {
	reason string
	raw    string
}

func (s stamp) time() time.Time { return time.Unix(s.sec, int64(s.nsec)).UTC() }

// openLeaf opens the column chunk of node in row group g.
func openLeaf(data *file.Reader, source io.ReaderAt, g int, node *parquetNode) (*leafReader, error) {
	chunk, err := data.MetaData().RowGroup(g).ColumnChunk(node.leaf)
	if err != nil {
		return nil, err
	}
	start, size := chunkRange(chunk)
	if data.WriterVersion().LessThan(metadata.Parquet816FixedVersion) {
		size += 100 // such writers left the dictionary page's header out; the file's end stops the read
	}
	stream := newPageStream(io.NewSectionReader(source, start, size), size)
	limit := min(4*chunk.TotalUncompressedSize()+16<<20, parquetMostText)
	pages, err := file.NewPageReader(stream, chunk.NumValues(), chunk.Compression(), limitedAllocator{int(limit)}, nil)
	if err != nil {
		return nil, fmt.Errorf("reading pages: %w", err)
	}
	checked := &checkedPages{PageReader: pages, column: node.column}
	pool := &sync.Pool{New: func() any { return memory.NewResizableBuffer(memory.NewGoAllocator()) }}
	columns := file.NewColumnReader(node.column, checked, limitedAllocator{int(limit)}, pool)
	l := &leafReader{node: node, unread: chunk.NumValues()}
	l.pull, err = node.open(l, columns)
	return l, err
}

// fill decodes the next rows. last says that they are the row group's last,
// after which nothing may follow.
func (l *leafReader) fill(rows int, last bool) error {
	l.carryOver()
	if l.node.rep == 0 {
		return l.fillFlat(rows)
	}
	l.starts = append(l.starts[:0], l.rowStarts(nil, 0)...)
	for len(l.starts) <= rows && l.unread > 0 {
		from := len(l.slots)
		if err := l.pullSome(repeatedLevels); err != nil {
			return err
		}
		l.starts = l.rowStarts(l.starts, from)
	}
	switch {
	case len(l.slots) > 0 && l.reps[0] != 0:
		return errDamagedColumn
	case len(l.starts) < rows:
		return fmt.Errorf("it ends before the rows that the footer tells of; %w", errDamagedColumn)
	case last && (len(l.starts) > rows || l.unread > 0):
		return fmt.Errorf("it goes on behind the rows that the footer tells of; %w", errDamagedColumn)
	case len(l.starts) == rows:
		l.starts = append(l.starts, len(l.slots))
	}
	l.starts = l.starts[:rows+1]
	return nil
}

func (l *leafReader) fillFlat(rows int) error {
	for len(l.slots) < rows {
		if l.unread == 0 {
			return fmt.Errorf("it ends before the rows that the footer tells of; %w", errDamagedColumn)
		}
		if err := l.pullSome(rows - len(l.slots)); err != nil {
			return err
		}
	}
	return nil
}

// pullSome decodes at least one and at most n more levels.
func (l *leafReader) pullSome(n int) error {
	n = int(min(int64(n), l.unread))
	before := len(l.slots)
	for range emptyPagesToSkip {
		if err := l.pull(n); err != nil {
			return err
		}
		if len(l.text) > parquetMostText {
			return errTooMuchText(len(l.slots))
		}
		if got := len(l.slots) - before; got > 0 {
			l.unread -= int64(got)
			return nil
		}
	}
	return fmt.Errorf("it ends before the rows that the footer tells of; %w", errDamagedColumn)
}

// rowStarts appends the levels from which on begin a row.
func (l *leafReader) rowStarts(dst []int, from int) []int {
	for i := from; i < len(l.reps); i++ {
		if l.reps[i] == 0 {
			dst = append(dst, i)
		}
	}
	return dst
}

// carryOver forgets the rows of the last fill and moves what was decoded
// behind them to the front.
func (l *leafReader) carryOver() {
	used := len(l.slots)
	if l.node.rep > 0 && len(l.starts) > 0 {
		used = l.starts[len(l.starts)-1]
	}
	rest := l.slots[used:]
	text, times, bad := len(l.text), len(l.times), len(l.bad)
	for i := len(rest) - 1; i >= 0; i-- {
		switch off := int(rest[i].off); rest[i].kind {
		case Null:
		case Time:
			times = off
		case badKind:
			bad = off
		default:
			text = off
		}
	}
	for i := range rest {
		switch rest[i].kind {
		case Null:
		case Time:
			rest[i].off -= uint32(times)
		case badKind:
			rest[i].off -= uint32(bad)
		default:
			rest[i].off -= uint32(text)
		}
	}
	l.slots = append(l.slots[:0], rest...)
	l.text = append(l.text[:0], l.text[text:]...)
	l.times = append(l.times[:0], l.times[times:]...)
	l.bad = append(l.bad[:0], l.bad[bad:]...)
	if l.node.rep > 0 {
		l.reps = append(l.reps[:0], l.reps[used:]...)
	}
	l.defs = append(l.defs[:0], l.defs[min(used, len(l.defs)):]...)
}

// typedColumn is what the eight decoders, one to each physical type, share.
type typedColumn[T any] interface {
	ReadBatch(n int64, values []T, defs, reps []int16) (levels int64, read int, err error)
	Err() error
}

// puller returns the pull function of a leaf whose values are added one by one
// with add.
func puller[T any](l *leafReader, column typedColumn[T], add func(*leafReader, T)) func(int) error {
	var values []T
	var defs, reps []int16
	return func(n int) error {
		if cap(values) < n {
			values = make([]T, n)
		}
		if l.node.def > 0 && cap(defs) < n {
			defs = make([]int16, n)
		}
		if l.node.rep > 0 && cap(reps) < n {
			reps = make([]int16, n)
		}
		levels, read, err := column.ReadBatch(int64(n), values[:n], cutLevels(defs, n), cutLevels(reps, n))
		if err == nil {
			err = column.Err()
		}
		if err != nil {
			return fmt.Errorf("decoding: %w; %w", err, errDamagedColumn)
		}
		return keepLevels(l, cutLevels(defs, int(levels)), cutLevels(reps, int(levels)), int(levels), values[:read], add)
	}
}

func cutLevels(s []int16, n int) []int16 {
	if s == nil {
		return nil
	}
	return s[:n]
}

// keepLevels adds levels and their values to l.
func keepLevels[T any](l *leafReader, defs, reps []int16, levels int, values []T, add func(*leafReader, T)) error {
	for _, rep := range reps {
		if rep < 0 || rep > l.node.rep {
			return errDamagedColumn
		}
	}
	l.reps = append(l.reps, reps...)
	for i := range levels {
		if defs != nil {
			if defs[i] < 0 || defs[i] > l.node.def {
				return errDamagedColumn
			}
			l.defs = append(l.defs, defs[i])
			if defs[i] < l.node.def {
				l.slots = append(l.slots, cell{kind: Null})
				continue
			}
		}
		if len(values) == 0 {
			return errDamagedColumn
		}
		add(l, values[0])
		values = values[1:]
	}
	if len(values) > 0 {
		return errDamagedColumn
	}
	return nil
}
