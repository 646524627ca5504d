package readers

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

const (
	parquetMostText  = 2 << 30   // text of one chunk
	parquetStepBytes = 4 << 20   // values decoded at a time, unless a single one is larger
	repeatedLevels   = 1024      // levels that a repeated leaf reads at a time
	badKind          = Kind(255) // a cell that makes its row bad; off is an index into bad
)

var (
	errDamagedColumn = errors.New("the column's pages are damaged; get or write the file anew")
	errEndsEarly     = fmt.Errorf("it ends before the rows that the footer tells of; %w", errDamagedColumn)
)

// leafReader reads one leaf column in one row group. After fill it holds the
// levels and values of whole rows, and perhaps of a row that only began; drop
// forgets the first of them.
type leafReader struct {
	node   *parquetNode
	pages  *pageReader
	pull   func(n int) error // decodes at most n more levels of the page at hand
	unread int64             // levels of the chunk that were not pulled

	defs, reps []int16 // reps only where the leaf repeats
	slots      []cell  // one to a level
	text       []byte
	times      []stamp
	bad        []badValue
	digits     []byte // scratch

	starts []int // repeated leaves: where row i's levels begin
}

// badValue is a value that cannot be passed on, and why.
type badValue struct {
	reason string
	raw    string
}

func (s stamp) time() time.Time { return time.Unix(s.sec, int64(s.nsec)).UTC() }

// openLeaf opens the column chunk of node in a row group.
func (p *parquetReader) openLeaf(group *metadata.RowGroupMetaData, node *parquetNode) (*leafReader, error) {
	chunk, err := group.ColumnChunk(node.file)
	if err != nil {
		return nil, err
	}
	var slack int64
	if p.footer.WriterVersion().LessThan(metadata.Parquet816FixedVersion) {
		slack = 100 // such writers left the dictionary page's header out; the file's end stops the read
	}
	pages, err := newPageReader(p.source, chunk, node.column, p.codecs, slack)
	if err != nil {
		return nil, err
	}
	memory := limitedAllocator{int(pages.most)}
	columns := file.NewColumnReader(node.column, pages, memory, nil)
	l := &leafReader{node: node, pages: pages, unread: chunk.NumValues()}
	l.pull, err = node.open(l, columns)
	return l, err
}

// reuse takes over the buffers of a leaf that is done.
func (l *leafReader) reuse(done *leafReader) {
	l.defs, l.reps, l.slots, l.text = done.defs[:0], done.reps[:0], done.slots[:0], done.text[:0]
	l.times, l.bad, l.starts = done.times[:0], done.bad[:0], done.starts[:0]
	l.pages.packed, l.pages.plain = done.pages.packed, done.pages.plain
}

// fill decodes until the leaf holds that many rows, or at least one and more
// text than room. last says that they are the row group's last, after which
// nothing may follow.
func (l *leafReader) fill(rows, room int, last bool) error {
	for l.rows() < rows && (len(l.text) < room || l.rows() == 0) {
		if l.unread == 0 {
			return errEndsEarly
		}
		n := rows - len(l.slots)
		if l.node.rep > 0 {
			n = repeatedLevels
		}
		if err := l.pull(int(min(int64(n), l.unread))); err != nil {
			return err
		}
	}
	if last && l.node.rep > 0 && l.rows() >= rows && (len(l.starts) > rows || l.unread > 0) {
		return fmt.Errorf("it goes on behind the rows that the footer tells of; %w", errDamagedColumn)
	}
	return nil
}

// rows returns the number of whole rows that the leaf holds.
func (l *leafReader) rows() int {
	switch {
	case l.node.rep == 0:
		return len(l.slots)
	case l.unread > 0: // the last row may go on
		return max(0, len(l.starts)-1)
	}
	return len(l.starts)
}

// end returns where the levels of row end in a repeated leaf.
func (l *leafReader) end(row int) int {
	if row+1 < len(l.starts) {
		return l.starts[row+1]
	}
	return len(l.slots)
}

// drop forgets the first rows and moves what was decoded behind them to the
// front.
func (l *leafReader) drop(rows int) {
	used := rows
	if l.node.rep > 0 {
		used = l.end(rows - 1)
		l.reps = append(l.reps[:0], l.reps[used:]...)
		l.starts = l.starts[:copy(l.starts, l.starts[rows:])]
		for i := range l.starts {
			l.starts[i] -= used
		}
	}
	rest := l.slots[used:]
	text, times, bad := l.beginnings(rest)
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
	l.defs = append(l.defs[:0], l.defs[min(used, len(l.defs)):]...)
}

// beginnings returns from where on rest needs the text, times and bad values.
func (l *leafReader) beginnings(rest []cell) (text, times, bad int) {
	text, times, bad = len(l.text), len(l.times), len(l.bad)
	for _, x := range slices.Backward(rest) {
		switch x.kind {
		case Null:
		case Time:
			times = int(x.off)
		case badKind:
			bad = int(x.off)
		default:
			text = int(x.off)
		}
	}
	return text, times, bad
}

// typedColumn is what the eight decoders, one to each physical type, share.
type typedColumn[T any] interface {
	HasNext() bool
	ReadBatch(n int64, values []T, defs, reps []int16) (levels int64, read int, err error)
	Err() error
}

// puller returns the pull function of a leaf whose values are added one by one
// with add.
func puller[T any](l *leafReader, column typedColumn[T], add func(*leafReader, T)) func(int) error {
	var values []T
	var defs, reps []int16
	return func(n int) error {
		if !column.HasNext() { // reads a page if there is none at hand
			if err := column.Err(); err != nil {
				return fmt.Errorf("decoding: %w; %w", err, errDamagedColumn)
			}
			return errEndsEarly
		}
		inPage := l.unread - l.pages.levels // of the page at hand, not yet pulled
		n = int(min(int64(n), inPage, int64(l.pages.step)))
		values = slices.Grow(values[:0], n)[:n]
		if l.node.def > 0 {
			defs = slices.Grow(defs[:0], n)[:n]
		}
		if l.node.rep > 0 {
			reps = slices.Grow(reps[:0], n)[:n]
		}
		levels, read, err := column.ReadBatch(int64(n), values, defs, reps)
		if err == nil {
			err = column.Err()
		}
		if err != nil {
			return fmt.Errorf("decoding: %w; %w", err, errDamagedColumn)
		}
		if levels == 0 {
			return errDamagedColumn
		}
		l.unread -= levels
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
	if err := l.keepStarts(reps); err != nil {
		return err
	}
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

// keepStarts adds repetition levels, and the rows that begin among them.
func (l *leafReader) keepStarts(reps []int16) error {
	for _, rep := range reps {
		if rep < 0 || rep > l.node.rep || rep > 0 && len(l.starts) == 0 {
			return errDamagedColumn
		}
		if rep == 0 {
			l.starts = append(l.starts, len(l.reps))
		}
		l.reps = append(l.reps, rep)
	}
	return nil
}
