package readers

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
)

// ndjsonReader reads JSON objects. Mostly one stands on each line; then the text
// is cut into lines, and any number of goroutines can parse them. If the text
// begins with a list or with an object that goes on over lines, it is cut into
// objects. The columns are the wanted keys in the order in which they appear in
// readable rows.
type ndjsonReader struct {
	in     *input
	lossy  string // as decoded returned it
	wanted selection
	lines  lineSplitter
	values *objectSplitter // nil: objects on lines
	rows   int

	at      Position // the rows and lines of the chunks given out
	columns []Column
	index   map[string]int // of columns
	names   []string
	known   map[string]bool // names
	final   bool
}

func openNDJSON(in *input, o Options) (Reader, error) {
	src, lossy := decoded(in, o.Encoding)
	head := make([]byte, blockSize)
	n, _, err := readFull(src, head)
	head = head[:n]
	if err != nil {
		src = brokenReader{err}
	}
	src = io.MultiReader(bytes.NewReader(head), src)
	r := &ndjsonReader{in: in, lossy: lossy, wanted: newSelection(o.Columns).without(o.not), rows: linesOf(o), index: map[string]int{}, known: map[string]bool{}}
	if onLines(head) {
		r.lines = lineSplitter{src: src, lines: r.rows}
	} else {
		r.values = &objectSplitter{w: newWindow(src)}
	}
	return r, nil
}

// brokenReader gives the error that a source broke off with.
type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// onLines reports whether the first object of a text ends on its line, as far as
// the head shows. A text that begins with something else is taken by lines too,
// unless that is a list of objects.
func onLines(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	line, _, ended := bytes.Cut(head, []byte{'\n'})
	if bytes.HasPrefix(line, []byte{'{'}) {
		end := (&braces{}).feed(line)
		return end > 0 || end == 0 && !ended && len(line) > blockSize/2
	}
	return !isList(head)
}

// isList reports whether b begins a list of objects, or an empty one.
func isList(b []byte) bool {
	if len(b) == 0 || b[0] != '[' {
		return false
	}
	for _, c := range b[1:] {
		switch {
		case c == '\n' || c == '{' || c == ']':
			return true
		case !isSpace(c):
			return false
		}
	}
	return true
}

// Columns returns the wanted keys seen so far; they are final after io.EOF.
func (r *ndjsonReader) Columns() ([]Column, bool) { return slices.Clone(r.columns), r.final }

// Names returns the keys seen so far, at most 10,000.
func (r *ndjsonReader) Names() []string { return slices.Clone(r.names) }

// Next returns the next chunk. A read error comes after the rows before it.
func (r *ndjsonReader) Next(ctx context.Context) (*Chunk, error) { return nextOf(ctx, r) }

// Split returns the next block.
func (r *ndjsonReader) Split(ctx context.Context) (Block, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := &ndjsonBlock{r: r}
	if r.values == nil {
		b.text, _, b.err = r.lines.next()
	} else {
		var values objectBlock
		values, b.err = r.values.next(r.rows)
		b.text, b.objects, b.byObject = values.text, values.extents, true
		b.end.Line = int64(values.lines)
	}
	if b.err == io.EOF {
		r.final = true
		return nil, io.EOF
	}
	if b.err != nil { // it is told in its turn, and only once
		r.values, r.lines.over = nil, true
	}
	return b, nil
}

// Progress returns the bytes read of the file, before decoding.
func (r *ndjsonReader) Progress() (read, total int64) { return r.in.progress() }

// Close closes the file.
func (r *ndjsonReader) Close() error { return r.in.close() }

// ndjsonBlock is a block of lines, or of objects.
type ndjsonBlock struct {
	r        *ndjsonReader
	text     string
	objects  []extent // if byObject
	byObject bool
	err      error // the source broke off here

	parser *objectParser
	end    Position // the rows and lines in the block
}

func (b *ndjsonBlock) Parse() { b.parse(nil) }

// parse parses the block, with columns that are known already.
func (b *ndjsonBlock) parse(columns []Column) {
	p := newObjectParser(b.text, b.r.wanted, b.r.lossy, columns)
	if b.byObject {
		for _, x := range b.objects {
			p.extent(x)
		}
	} else {
		b.end.Line = p.lines()
	}
	b.parser, b.end.Row = p, p.row
}

// lines takes all lines of the text, and returns how many there are.
func (p *objectParser) lines() int64 {
	line := 0
	for from := 0; from < len(p.chunk.text); line++ {
		to := strings.IndexByte(p.chunk.text[from:], '\n')
		if to < 0 {
			to = len(p.chunk.text) - from
		}
		p.line(from, from+to, line+1)
		from += to + 1
	}
	return int64(line)
}

func (p *objectParser) extent(x extent) {
	if x.reason == "" {
		p.record(x.from, x.to, x.line)
		return
	}
	p.row++
	p.chunk.bad(Position{Row: p.row, Line: int64(x.line)}, x.reason, strings.TrimRight(p.chunk.text[x.from:x.to], "\r"))
}

// Chunk settles what the blocks before decide: which columns there are in what
// order, and how many rows and lines there were.
func (b *ndjsonBlock) Chunk() (*Chunk, error) {
	r := b.r
	if b.err != nil {
		return nil, readError(r.in, r.at.Line+1, b.err)
	}
	if r.fresh(b.parser.columns)+len(r.columns) > columnsMost {
		b.parse(r.columns) // so that the row is found that brings too many
	}
	r.learn(b.parser)
	c := b.parser.finish()
	c.Columns = slices.Clip(r.columns)
	c.order = r.order(b.parser.index)
	c.begin(r.at)
	r.at = r.at.plus(b.end)
	if c.Len() == 0 && len(c.Bad) == 0 {
		return nil, nil
	}
	return c, nil
}

// fresh counts the columns that are new.
func (r *ndjsonReader) fresh(columns []Column) int {
	n := 0
	for _, c := range columns {
		if _, known := r.index[c.Name]; !known {
			n++
		}
	}
	return n
}

// learn takes over the columns and names of a block.
func (r *ndjsonReader) learn(p *objectParser) {
	for _, c := range p.columns {
		if _, known := r.index[c.Name]; !known {
			c.Name = strings.Clone(c.Name) // it would keep the block in memory
			r.index[c.Name] = len(r.columns)
			r.columns = append(r.columns, c)
		}
	}
	for _, name := range p.names {
		if !r.known[name] && len(r.names) < keysMost {
			name = strings.Clone(name)
			r.known[name] = true
			r.names = append(r.names, name)
		}
	}
}

// order says for each column where a block has it; nil if at the same place.
func (r *ndjsonReader) order(index map[string]int) []int {
	order, same := make([]int, len(r.columns)), true
	for i, c := range r.columns {
		j, has := index[c.Name]
		if !has {
			j = -1
		}
		order[i], same = j, same && i == j
	}
	if same {
		return nil
	}
	return order
}

var _ Splitter = (*ndjsonReader)(nil)
