package readers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/parquet/metadata"
)

const (
	parquetChunkRows  = 4096
	parquetChunkBytes = 32 << 20 // text that a chunk should not much exceed
)

// parquetReader streams a Parquet file, row group after row group. While one is
// returned, the next ones are decoded ahead as far as memory allows.
type parquetReader struct {
	name    string // of the source, for messages
	source  io.ReaderAt
	size    int64
	closer  io.Closer
	footer  *metadata.FileMetaData
	codecs  codecs
	columns []Column
	nodes   []*parquetNode // one for each column
	leaves  []*parquetNode // the leaves of all of nodes
	folders []folder       // columns of the path, which can leave out all of the file
	names   []string
	rows    int // rows to a chunk
	ahead   groupWindow

	groups []rowGroup
	next   int          // the row group to open next
	open   []*openGroup // those being decoded, in file order
	used   [][]*leafReader
	err    error // what ended the source

	readBytes atomic.Int64
	allBytes  int64
}

// newParquetReader reads a Parquet file of size bytes, and closes it in the end.
// Everything that the footer tells about the wanted columns is checked here,
// before a row is read. Many goroutines read source at once.
func newParquetReader(name string, source io.ReaderAt, size int64, closer io.Closer, o Options) (Reader, error) {
	p := &parquetReader{name: name, source: source, size: size, closer: closer, folders: foldersOf(name), codecs: newCodecs(), rows: o.ChunkRows, ahead: newGroupWindow()}
	if p.rows <= 0 {
		p.rows = parquetChunkRows
	}
	if err := guard("the footer", func() error { return p.prepare(o) }); err != nil {
		closer.Close()
		return nil, fmt.Errorf("opening parquet file %s: %w", name, notEOF(err))
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

// prepare reads the footer and lays out the wanted columns.
func (p *parquetReader) prepare(o Options) (err error) {
	if p.footer, err = readFooter(p.source, p.size); err != nil {
		return err
	}
	if err := p.chooseColumns(o); err != nil {
		return err
	}
	return p.chooseGroups(o)
}

// chooseColumns builds the nodes of the wanted top-level columns, and adds those
// that stand in the path.
func (p *parquetReader) chooseColumns(o Options) error {
	root := p.footer.Schema.Root()
	wanted, names := newSelection(o.Columns).without(o.not), map[string]bool{}
	for i := range root.NumFields() {
		p.names = append(p.names, root.Field(i).Name())
		names[root.Field(i).Name()] = true
	}
	p.folders = slices.DeleteFunc(p.folders, func(part folder) bool { return names[part.name] })
	layout := layoutReader{schema: p.footer.Schema}
	taken := map[string]bool{}
	for i, name := range p.names {
		node, err := layout.node(root.Field(i), nil)
		if err != nil {
			return err
		}
		all, paths := wantedPaths(wanted, o.Columns, name, names)
		if !all && len(paths) == 0 {
			continue
		}
		if taken[name] {
			return fmt.Errorf("two columns are named %q; rename one of them", name)
		}
		taken[name] = true
		if !all {
			node.restrict(paths)
		}
		leaves, err := node.prepareLeaves(nil)
		if err != nil {
			return err
		}
		p.leaves = append(p.leaves, leaves...)
		p.nodes = append(p.nodes, node)
		p.columns = append(p.columns, Column{Name: name, Type: node.columnType()})
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
	p.open, p.used = nil, nil
	if err := p.closer.Close(); err != nil {
		return fmt.Errorf("closing parquet file %s: %w", p.name, err)
	}
	return nil
}

func (p *parquetReader) Next(ctx context.Context) (*Chunk, error) {
	if p.err != nil {
		return nil, p.err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", p.name, err)
	}
	chunk, err := p.nextChunk(ctx)
	if err != nil {
		if err != io.EOF {
			err = fmt.Errorf("reading parquet file %s: %w", p.name, notEOF(err))
		}
		p.err = err
		return nil, err
	}
	return chunk, nil
}
