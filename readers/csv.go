package readers

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

// csvReader reads delimited text. Every cell is Text; a row has as many fields
// as the header or it is a bad one.
type csvReader struct {
	in      *input
	s       csvScanner
	names   []string
	columns []Column
	fields  []int  // by column, the field that it is decoded from; ascending
	listed  string // what says how many fields there are, for messages
	row     int64
	fill    filling
}

// openCSV reads the header, or takes the names in o for it. A text without a
// single record has no columns. Errors are a delimiter that cannot be used, a
// header that is not readable, and a wanted column name that the header has
// twice.
func openCSV(in *input, o Options) (Reader, error) {
	delimiter, err := delimiterOf(o)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", in.name, err)
	}
	src, lossy := decoded(in, o.Encoding)
	r := &csvReader{in: in, listed: "the header has", fill: newFilling(o.ChunkRows)}
	r.s.init(src, delimiter, o.Unquoted, lossy)
	if o.Names != nil {
		r.names, r.listed = slices.Clone(o.Names), "names lists"
	} else if err := r.readHeader(); err != nil {
		return nil, err
	}
	if err := r.choose(newSelection(o.Columns)); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *csvReader) readHeader() error {
	r.s.last = math.MaxInt
	ok, err := r.s.next()
	if err != nil {
		return readError(r.in, r.s.at, err)
	}
	if !ok {
		return nil
	}
	if r.s.problem != "" {
		return fmt.Errorf("reading the header of %s: line %d %s", r.in.name, r.s.at, r.s.problem)
	}
	for i := range r.s.fields {
		r.names = append(r.names, string(r.s.text(i)))
	}
	return nil
}

// choose settles which columns are decoded.
func (r *csvReader) choose(wanted selection) error {
	first := map[string]int{}
	r.s.last = -1
	for i, name := range r.names {
		if !wanted.has(name) {
			continue
		}
		if j, twice := first[name]; twice {
			return fmt.Errorf("reading the header of %s: columns %d and %d are both named %q: rename one of them", r.in.name, j+1, i+1, name)
		}
		first[name] = i
		r.columns = append(r.columns, Column{Name: name, Type: TextColumn})
		r.fields = append(r.fields, i)
		r.s.last = i
	}
	return nil
}

// Columns returns the decoded columns in file order; they are final.
func (r *csvReader) Columns() ([]Column, bool) { return slices.Clone(r.columns), true }

// Names returns the names of all columns in file order.
func (r *csvReader) Names() []string { return slices.Clone(r.names) }

// Next returns the next chunk. A read error comes after the rows before it.
func (r *csvReader) Next(ctx context.Context) (*Chunk, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := r.fill.builder(r.columns)
	var failed error
	for !r.fill.full(b) {
		ok, err := r.s.next()
		if !ok {
			failed = err
			break
		}
		r.add(b)
	}
	if c := r.fill.finish(b); c != nil {
		return c, nil
	}
	if failed != nil {
		return nil, readError(r.in, r.s.at, failed)
	}
	return nil, io.EOF
}

// add puts the scanned record into b.
func (r *csvReader) add(b *builder) {
	r.row++
	at := Position{Row: r.row, Line: r.s.at}
	reason := r.s.problem
	if reason == reasonNotUTF8 {
		reason = r.whichNotUTF8() + reason
	}
	if reason == "" && r.s.count != len(r.names) {
		reason = fmt.Sprintf("has %s, %s %d", plural(r.s.count, "field"), r.listed, len(r.names))
	}
	if reason != "" {
		b.bad(at, reason, rawHead(r.s.raw))
		return
	}
	b.begin(at)
	for column, field := range r.fields {
		b.set(column, Text, r.s.text(field))
	}
}

// whichNotUTF8 says in which column the scanned record is not UTF-8, or is empty
// if it is in one that was not taken apart.
func (r *csvReader) whichNotUTF8() string {
	for i := range min(len(r.s.fields), len(r.names)) {
		if !utf8.Valid(r.s.text(i)) {
			return fmt.Sprintf("column %q ", r.names[i])
		}
	}
	return ""
}

// Progress returns the bytes read of the file, before decoding.
func (r *csvReader) Progress() (read, total int64) { return r.in.progress() }

// Close closes the file.
func (r *csvReader) Close() error { return r.in.close() }

var _ Reader = (*csvReader)(nil)
