package readers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/apache/arrow/go/v17/parquet/file"
	"golang.org/x/sync/errgroup"
)

const (
	parquetChunkRows  = 4096
	parquetChunkBytes = 32 << 20         // text that a chunk should not much exceed
	parquetPatience   = 60 * time.Second // for one batch of one column
)

// parquetReader streams a Parquet file, row group after row group. In each it
// holds one leafReader for every wanted leaf column.
type parquetReader struct {
	source   string
	file     *io.SectionReader
	close    func() error
	data     *file.Reader
	columns  []Column
	nodes    []*parquetNode // one for each column
	leaves   []*parquetNode // the leaves of all of nodes, in file order
	names    []string
	rows     int // rows to a chunk
	most     int // what the caller asked for
	patience time.Duration

	group   int // the row group to open next, from 0
	open    []*leafReader
	left    int64 // rows of the open group not yet returned
	total   int64 // rows of the open group
	row     int64 // rows returned so far
	err     error // what ended the source
	nesting nestedWriter

	sizes     []int64 // compressed bytes of the wanted columns, by row group
	doneBytes int64   // of finished row groups
	readBytes atomic.Int64
	allBytes  int64
}

// openParquet opens the Parquet file at source. Everything that the footer
// tells about the wanted columns is checked here, before a row is read.
func openParquet(source string, o Options) (Reader, error) {
	if source == "-" {
		return nil, errors.New("reading standard input: parquet cannot be read from a pipe; save it to a file and name that")
	}
	f, err := os.Open(source)
	if err != nil {
		return nil, fmt.Errorf("opening parquet file: %w", err)
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		f.Close()
		return nil, cmp.Or(err, fmt.Errorf("opening parquet file %s: it is a directory; name a file in it", source))
	}
	r, err := newParquetReader(source, f, info.Size(), f, o)
	if err != nil {
		f.Close()
	}
	return r, err
}

// newParquetReader opens a Parquet file that is read by range. The reader closes it.
func newParquetReader(source string, f io.ReaderAt, size int64, closer io.Closer, o Options) (Reader, error) {
	p := &parquetReader{source: source, file: io.NewSectionReader(f, 0, size), close: closer.Close, rows: o.ChunkRows, patience: parquetPatience}
	if p.rows <= 0 {
		p.rows = parquetChunkRows
	}
	p.most = p.rows
	if err := guard(func() error { return p.prepare(o) }); err != nil {
		return nil, fmt.Errorf("opening parquet file %s: %w", source, notEOF(err))
	}
	return p, nil
}

// notEOF hides an io.EOF that err wraps: where the decoder meets the end in the
// midst of a value, the source must not seem to have ended well.
func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New(err.Error())
	}
	return err
}

// guard runs do and turns a panic, which the decoder raises on broken data,
// into an error.
func guard(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file is damaged (%v); get or write it anew", r)
		}
	}()
	return do()
}

// prepare reads the footer and lays out the wanted columns.
func (p *parquetReader) prepare(o Options) error {
	if err := checkFooter(p.file); err != nil {
		return err
	}
	data, err := file.NewParquetReader(p.file)
	if err != nil {
		return fmt.Errorf("reading the footer: %w; the file is cut off, damaged or not parquet", err)
	}
	p.data = data
	if err := p.chooseColumns(o); err != nil {
		return err
	}
	return p.checkGroups()
}

// chooseColumns builds the nodes of the wanted top-level columns.
func (p *parquetReader) chooseColumns(o Options) error {
	root := p.data.MetaData().Schema.Root()
	wanted := newSelection(o.Columns).without(o.not)
	layout := layoutReader{schema: p.data.MetaData().Schema}
	for i := range root.NumFields() {
		field := root.Field(i)
		p.names = append(p.names, field.Name())
		node, err := layout.node(field, nil)
		if err != nil {
			return err
		}
		if !wanted.reaches(field.Name()) {
			continue
		}
		if slices.ContainsFunc(p.columns, func(c Column) bool { return c.Name == field.Name() }) {
			return fmt.Errorf("two columns are named %q; rename one of them", field.Name())
		}
		leaves, err := node.prepareLeaves(nil)
		if err != nil {
			return err
		}
		p.leaves = append(p.leaves, leaves...)
		p.nodes = append(p.nodes, node)
		p.columns = append(p.columns, Column{Name: field.Name(), Type: node.columnType()})
	}
	return nil
}

// checkGroups holds what the footer says of every wanted column chunk against
// the file and what can be decoded.
func (p *parquetReader) checkGroups() error {
	var rows int64
	for g := range p.data.NumRowGroups() {
		group := p.data.MetaData().RowGroup(g)
		if group.NumRows() < 0 || group.NumColumns() != p.data.MetaData().Schema.NumColumns() {
			return fmt.Errorf("row group %d: the footer is damaged (rows or columns do not add up); get or write the file anew", g+1)
		}
		rows += group.NumRows()
		var size int64
		for _, leaf := range p.leaves {
			chunk, err := group.ColumnChunk(leaf.leaf)
			if err == nil {
				err = checkColumnChunk(chunk, leaf, group.NumRows(), p.file.Size())
			}
			if err != nil {
				return fmt.Errorf("row group %d, column %s: %w", g+1, leaf.path, err)
			}
			size += chunk.TotalCompressedSize()
		}
		p.sizes = append(p.sizes, size)
		p.allBytes += size
	}
	if rows != p.data.NumRows() {
		return fmt.Errorf("the footer is damaged: %d rows in all, but %d in the row groups; get or write the file anew", p.data.NumRows(), rows)
	}
	return nil
}

func (p *parquetReader) Columns() ([]Column, bool) { return p.columns, true }

func (p *parquetReader) Names() []string { return p.names }

func (p *parquetReader) Progress() (read, total int64) { return p.readBytes.Load(), p.allBytes }

func (p *parquetReader) Close() error {
	if p.err == nil {
		p.err = errors.New("the file is closed")
	}
	p.open = nil
	if err := p.close(); err != nil {
		return fmt.Errorf("closing parquet file %s: %w", p.source, err)
	}
	return nil
}

func (p *parquetReader) Next(ctx context.Context) (*Chunk, error) {
	if p.err != nil {
		return nil, p.err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", p.source, err)
	}
	chunk, err := p.next(ctx)
	if err != nil {
		if err != io.EOF {
			err = fmt.Errorf("reading parquet file %s: %w", p.source, notEOF(err))
		}
		p.err = err
		return nil, err
	}
	return chunk, nil
}

// next pulls the next rows from every open leaf and puts them together.
func (p *parquetReader) next(ctx context.Context) (*Chunk, error) {
	for p.left == 0 {
		if p.group == p.data.NumRowGroups() {
			return nil, io.EOF
		}
		if err := p.openGroup(); err != nil {
			return nil, err
		}
	}
	rows := int(min(int64(p.rows), p.left))
	if err := p.fill(ctx, rows); err != nil {
		return nil, err
	}
	var chunk *Chunk
	err := guard(func() (err error) {
		chunk, err = p.assemble(rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("row group %d: %w", p.group, err)
	}
	p.advance(rows)
	return chunk, nil
}

// openGroup opens the next row group's leaves.
func (p *parquetReader) openGroup() error {
	g := p.group
	p.group++
	p.open = p.open[:0]
	p.total = p.data.MetaData().RowGroup(g).NumRows()
	p.left = p.total
	if p.total == 0 {
		p.doneBytes += p.sizes[g]
		p.readBytes.Store(p.doneBytes)
		return nil
	}
	for _, node := range p.leaves {
		var leaf *leafReader
		err := guard(func() (err error) {
			leaf, err = openLeaf(p.data, p.file, g, node)
			return err
		})
		if err != nil {
			return fmt.Errorf("row group %d, column %s: %w", g+1, node.path, err)
		}
		p.open = append(p.open, leaf)
	}
	return nil
}

// fill has every open leaf decode its next rows, on as many processors as there
// are.
func (p *parquetReader) fill(ctx context.Context, rows int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	last := int64(rows) == p.left
	for _, leaf := range p.open {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := watched(p.patience, func() error { return leaf.fill(rows, last) })
			if err != nil {
				return fmt.Errorf("row group %d, column %s: %w", p.group, leaf.node.path, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// watched runs do behind a recover and gives up on it after patience. What is
// given up on runs on by itself: the caller must never use its state again.
func watched(patience time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- guard(do) }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return fmt.Errorf("no progress within %v: the file is most likely damaged; get or write it anew", patience)
	}
}

// advance notes that rows were returned, and fits the next chunk's rows to the
// size that these had.
func (p *parquetReader) advance(rows int) {
	p.row += int64(rows)
	p.left -= int64(rows)
	var size int
	for _, leaf := range p.open {
		size += len(leaf.text)
	}
	if size > parquetChunkBytes {
		p.rows = max(1, p.rows/2)
	} else if size < parquetChunkBytes/4 {
		p.rows = min(p.most, p.rows*2)
	}
	bytes := p.sizes[p.group-1]
	if p.left == 0 {
		p.doneBytes += bytes
		p.readBytes.Store(p.doneBytes)
		return
	}
	part := float64(p.total-p.left) / float64(p.total)
	p.readBytes.Store(p.doneBytes + int64(part*float64(bytes)))
}
