package readers

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// GuessedDelimiter returns what the fields of a CSV source are divided by if
// nobody said it, so that it was guessed from the first rows, and else "".
func GuessedDelimiter(r Reader) string {
	if p, ok := r.(*partitioned); ok {
		r = p.Reader
	}
	if c, ok := r.(*csvReader); ok && c.guessed {
		return string(c.dialect.delimiter)
	}
	return ""
}

// csvReader reads delimited text. Every cell is Text; a row has as many fields
// as the header or it is a bad one.
type csvReader struct {
	in      *input
	dialect dialect
	guessed bool
	lossy   string
	names   []string
	columns []Column
	fields  []int  // by column, the field that it is decoded from; ascending
	listed  string // what says how many fields there are, for messages

	split lineSplitter
	first *csvBlock // what openCSV read and did not use

	at   Position // the rows and lines of the chunks given out
	rest string   // the beginning of a record that goes on in the next block
}

// openCSV reads the header, or takes the names in o for it. A text without a
// single record has no columns. Errors are a header that is not readable, and a
// wanted column name that the header has twice.
func openCSV(in *input, o Options) (Reader, error) {
	src, lossy := decoded(in, o.Encoding)
	r := &csvReader{in: in, lossy: lossy, listed: "the header has"}
	r.dialect, _ = dialectOf(o) // Open has checked it
	r.split = lineSplitter{src: src, cr: true, quote: r.dialect.quote, lines: linesOf(o)}
	if err := r.begin(o.Names); err != nil {
		return nil, err
	}
	if err := r.choose(newSelection(o.Columns).without(o.not)); err != nil {
		return nil, err
	}
	r.split.lines = max(1, min(r.split.lines, chunkCells/max(1, len(r.columns))))
	return r, nil
}

// linesOf is the number of lines of a chunk.
func linesOf(o Options) int {
	if o.ChunkRows > 0 {
		return o.ChunkRows
	}
	return chunkRows
}

// begin reads as far as the header goes, and settles the delimiter.
func (r *csvReader) begin(names []string) error {
	var text string
	for {
		block, final, err := r.split.next()
		if err != nil && err != io.EOF {
			return readError(r.in, int64(lineEnds(text))+1, err)
		}
		text += block
		whole, err := r.header(text, final, names)
		if err != nil || whole {
			return err
		}
		if len(text) > 2*windowMost {
			return fmt.Errorf("reading the header of %s: the lines before the header are longer than 4 MiB", r.in.name)
		}
	}
}

// header reads the header at the beginning of text, and leaves what is behind it
// for the first block. It reports false if there is not all of it.
func (r *csvReader) header(text string, final bool, names []string) (bool, error) {
	if r.dialect.delimiter == 0 {
		r.dialect.delimiter, r.guessed = r.dialect.sniff(text, r.lossy), true
	}
	s := newScanner(r.dialect, r.lossy)
	s.begin(text, final)
	ok := s.skipLines(r.dialect.skip)
	if names != nil {
		r.names, r.listed = slices.Clone(names), "names lists"
	} else if ok {
		switch s.next() {
		case cut:
			ok = false
		case none:
			ok = final
		default:
			if s.problem != "" {
				return false, fmt.Errorf("reading the header of %s: line %d %s", r.in.name, s.at, s.problem)
			}
			for _, f := range s.fields {
				r.names = append(r.names, s.fieldText(f))
			}
		}
	}
	if !ok {
		if r.guessed {
			r.dialect.delimiter = 0
		}
		return false, nil
	}
	r.at.Line = s.line - 1
	r.first = &csvBlock{r: r, text: text[s.pos:], final: final}
	return true, nil
}

func (s *csvScanner) fieldText(f span) string {
	if f.escaped {
		return string(s.appendField(nil, f))
	}
	return strings.Clone(s.text[f.from:f.to])
}

// choose settles which columns are decoded.
func (r *csvReader) choose(wanted selection) error {
	first := map[string]int{}
	for i, name := range r.names {
		if !wanted.reaches(name) {
			continue
		}
		if j, twice := first[name]; twice {
			return fmt.Errorf("reading the header of %s: columns %d and %d are both named %q: rename one of them, or leave the header out with skip_lines: 1 and header: false and name the columns with columns: […]",
				r.in.name, j+1, i+1, name)
		}
		first[name] = i
		r.columns = append(r.columns, Column{Name: name, Type: TextColumn})
		r.fields = append(r.fields, i)
	}
	return nil
}

// Columns returns the decoded columns in file order; they are final.
func (r *csvReader) Columns() ([]Column, bool) { return slices.Clone(r.columns), true }

// Names returns the names of all columns in file order.
func (r *csvReader) Names() []string { return slices.Clone(r.names) }

// Next returns the next chunk. A read error comes after the rows before it.
func (r *csvReader) Next(ctx context.Context) (*Chunk, error) { return nextOf(ctx, r) }

// Split returns the next block.
func (r *csvReader) Split(ctx context.Context) (Block, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if b := r.first; b != nil {
		r.first = nil
		return b, nil
	}
	text, final, err := r.split.next()
	if err == io.EOF {
		return nil, err
	}
	return &csvBlock{r: r, text: text, final: final, err: err}, nil
}

// Progress returns the bytes read of the file, before decoding.
func (r *csvReader) Progress() (read, total int64) { return r.in.progress() }

// Close closes the file.
func (r *csvReader) Close() error { return r.in.close() }

// csvBlock is a block of CSV. It is parsed as if a record began with it, which
// only the blocks before can tell.
type csvBlock struct {
	r     *csvReader
	text  string
	final bool
	err   error // the source broke off here

	chunk *Chunk
	end   Position // the rows and lines in the block
	rest  string   // the beginning of a record that goes on in the next block
}

func (b *csvBlock) Parse() {
	s := newScanner(b.r.dialect, b.r.lossy)
	s.last = -1
	if n := len(b.r.fields); n > 0 {
		s.last = b.r.fields[n-1]
	}
	s.begin(b.text, b.final)
	rows := strings.Count(b.text, "\n") + 1
	c := &Chunk{Columns: b.r.columns, width: len(b.r.columns), text: b.text}
	c.positions = make([]Position, 0, rows)
	c.cells = make([]cell, 0, rows*c.width)
	b.end = Position{}
	for s.next() == whole {
		b.end.Row++
		at := Position{Row: b.end.Row, Line: s.at}
		if reason := b.r.reason(s); reason != "" {
			c.bad(at, reason, s.raw())
			continue
		}
		c.positions = append(c.positions, at)
		n := len(c.cells)
		c.cells = slices.Grow(c.cells, c.width)[:n+c.width]
		s.setCells(c.cells[n:], b.r.fields)
	}
	c.extra = string(s.extra)
	b.chunk, b.end.Line, b.rest = c, s.line-1, b.text[s.pos:]
}

// setCells sets a row's cells to the record's wanted fields.
func (s *csvScanner) setCells(row []cell, wanted []int) {
	for column, i := range wanted {
		if i >= len(s.fields) {
			continue
		}
		x, f := &row[column], &s.fields[i] // in place: to build and copy a cell costs more
		x.kind, x.off, x.len = Text, f.from, f.to-f.from
		if f.escaped {
			from := len(s.extra)
			s.extra = s.appendField(s.extra, *f)
			x.off, x.len = uint32(len(s.text)+from), uint32(len(s.extra)-from)
		}
	}
}

// reason says why the scanned record is no row, or is empty.
func (r *csvReader) reason(s *csvScanner) string {
	switch {
	case s.problem == reasonNotUTF8:
		return r.whichNotUTF8(s) + reasonNotUTF8
	case s.problem != "":
		return s.problem
	case s.count == len(r.names):
		return ""
	case r.dialect.pad && (s.count < len(r.names) || s.emptyBehind(len(r.names))):
		return ""
	}
	return fmt.Sprintf("has %s, %s %d", plural(s.count, "field"), r.listed, len(r.names))
}

// emptyBehind reports whether the record has only empty fields behind the first
// n. The fields are taken anew, as only the wanted ones were.
func (s *csvScanner) emptyBehind(n int) bool {
	again := *s
	again.fields, again.last = nil, maxFields
	again.begin(s.raw(), true)
	again.next()
	for _, f := range again.fields[min(n, len(again.fields)):] {
		if f.to > f.from {
			return false
		}
	}
	return true
}

// whichNotUTF8 says in which column the scanned record is not UTF-8, or is empty
// if it is in one that was not taken apart.
func (r *csvReader) whichNotUTF8(s *csvScanner) string {
	for i := range min(len(s.fields), len(r.names)) {
		if f := s.fields[i]; !utf8.ValidString(s.text[f.from:f.to]) {
			return fmt.Sprintf("column %q ", r.names[i])
		}
	}
	return ""
}

// Chunk settles what the blocks before decide: where the first record begins,
// and how many rows and lines there were.
func (b *csvBlock) Chunk() (*Chunk, error) {
	r := b.r
	if b.err != nil {
		return nil, readError(r.in, r.at.Line+1, b.err)
	}
	if r.rest != "" {
		b.text = r.rest + b.text
		b.Parse()
	}
	c := b.chunk
	c.begin(r.at)
	r.at, r.rest = r.at.plus(b.end), b.rest
	if c.Len() == 0 && len(c.Bad) == 0 {
		return nil, nil
	}
	return c, nil
}

var _ Splitter = (*csvReader)(nil)
