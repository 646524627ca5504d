package readers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
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
	src, utf16 := decoded(in, o.Encoding)
	r := &csvReader{in: in, listed: "the header has", fill: newFilling(o.ChunkRows)}
	r.s.init(src, delimiter, utf16)
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

// Progress returns the bytes read of the file, before decoding.
func (r *csvReader) Progress() (read, total int64) { return r.in.progress() }

// Close closes the file.
func (r *csvReader) Close() error { return r.in.close() }

var _ Reader = (*csvReader)(nil)

// span is a field within the record's raw text. A quoted one is what stands
// between the quotes.
type span struct {
	from, to int
	doubled  bool // it has doubled quotes
}

// outcome is how far an attempt to split a record came.
type outcome uint8

const (
	whole    outcome = iota
	cutPlain         // the window ends outside quotes, or right behind a CR
	cutQuote         // the window ends inside quotes
)

// csvScanner takes delimited text apart into records. After next has returned
// true, the record is in at, raw, count and problem, and if problem is empty its
// fields up to number last are in fields; they are valid until next is called.
//
// A line ends with CRLF, LF or a lone CR; inside quotes those are text. Empty
// lines are no records. A problem is a clause that goes on from the line's
// number: "has a nul byte".
type csvScanner struct {
	w         window
	delimiter byte
	utf16     bool
	last      int // the last field that is wanted
	stops     [256]bool
	line      int64 // the line that the window begins with

	at      int64
	raw     []byte
	fields  []span
	count   int
	problem string
	lines   int // line ends in the record, its own included
	scratch []byte
}

func (s *csvScanner) init(src io.Reader, delimiter byte, utf16 bool) {
	s.w, s.delimiter, s.utf16, s.line = newWindow(src), delimiter, utf16, 1
	for _, c := range []byte{delimiter, '"', '\r', '\n'} {
		s.stops[c] = true
	}
}

// next scans one record and reports whether there was one. The error is the
// source's; a record that it breaks off is none.
func (s *csvScanner) next() (bool, error) {
	for {
		s.at, s.problem = s.line, ""
		b := s.w.bytes()
		if len(b) == 0 {
			if s.w.more() {
				continue
			}
			return false, s.w.err
		}
		n := s.simple(b)
		if n == 0 {
			how := whole
			n, how = s.split(b)
			over := len(b) > recordCap+1
			switch {
			case how == whole && s.lines <= recordLines && len(s.raw) <= recordCap:
			case how != whole && !over && s.w.more():
				continue
			case how != whole && !over && s.w.err != nil:
				return false, s.w.err
			default:
				s.reject()
				return true, nil
			}
		}
		s.w.consume(n)
		s.line += int64(s.lines)
		if len(s.raw) == 0 {
			continue
		}
		if p := checkText(s.raw, s.utf16); p != "" {
			s.problem = p
		}
		return true, nil
	}
}

// simple scans a record that is a line without quotes that ends with LF or CRLF
// and is not too long to look for that. It returns how long the line is with its
// end, or 0 if the record is not so simple.
func (s *csvScanner) simple(b []byte) int {
	const near = 4 << 10
	n := bytes.IndexByte(b[:min(len(b), near)], '\n')
	if n < 0 {
		return 0
	}
	line := b[:n]
	if n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if bytes.IndexByte(line, '"') >= 0 || bytes.IndexByte(line, '\r') >= 0 {
		return 0
	}
	s.raw, s.lines, s.fields = line, 1, s.fields[:0]
	s.count = bytes.Count(line, []byte{s.delimiter}) + 1
	from := 0
	for len(s.fields) < s.count && len(s.fields) <= s.last {
		length := bytes.IndexByte(line[from:], s.delimiter)
		if length < 0 {
			length = len(line) - from
		}
		s.fields = append(s.fields, span{from: from, to: from + length})
		from += length + 1
	}
	return n + 1
}

// split scans any record at the beginning of b. If it is whole, the length with
// its line end is returned. Past a misplaced quote it goes on, to find where
// the record ends.
func (s *csvScanner) split(b []byte) (int, outcome) {
	s.fields, s.lines, s.problem = s.fields[:0], 0, ""
	i := 0
	for {
		var how outcome
		if i < len(b) && b[i] == '"' {
			i, how = s.quoted(b, i)
		} else {
			from := i
			i = s.plain(b, i)
			s.fields = append(s.fields, span{from: from, to: i})
		}
		if how != whole {
			return 0, how
		}
		if i < len(b) && b[i] == s.delimiter {
			i++
			continue
		}
		return s.ended(b, i)
	}
}

// ended finishes the record whose text ends at i, with a line end or the text's.
func (s *csvScanner) ended(b []byte, i int) (int, outcome) {
	s.raw, s.count = b[:i], len(s.fields)
	if i >= len(b) {
		if !s.w.done || s.w.err != nil {
			return 0, cutPlain
		}
		return i, whole
	}
	s.lines++
	if b[i] == '\r' {
		if i+1 < len(b) {
			if b[i+1] == '\n' {
				i++
			}
		} else if !s.w.done {
			return 0, cutPlain
		}
	}
	return i + 1, whole
}

// plain returns where the unquoted field that begins at i ends.
func (s *csvScanner) plain(b []byte, i int) int {
	for {
		for i < len(b) && !s.stops[b[i]] {
			i++
		}
		if i == len(b) || b[i] != '"' {
			return i
		}
		if s.problem == "" {
			s.problem = reasonBareQuote
		}
		i++
	}
}

// quoted scans the field whose opening quote is at i and returns where it ends.
func (s *csvScanner) quoted(b []byte, i int) (int, outcome) {
	f := span{from: i + 1}
	for i++; ; i += 2 {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return 0, cutQuote
		}
		i += n
		if i+1 == len(b) && !s.w.done {
			return 0, cutQuote
		}
		if i+1 == len(b) || b[i+1] != '"' {
			break
		}
		f.doubled = true
	}
	f.to = i
	s.fields = append(s.fields, f)
	s.lines += lineEnds(b[f.from:f.to])
	i++
	if i < len(b) && (b[i] == '"' || !s.stops[b[i]]) {
		if s.problem == "" {
			s.problem = reasonAfter
		}
		return s.plain(b, i), whole
	}
	return i, whole
}

// reject makes a bad record of the first line of one that is over the limits,
// or whose quote is open at the end of the text.
func (s *csvScanner) reject() {
	first := s.w.bytes()
	if end := bytes.IndexAny(first, "\r\n"); end >= 0 {
		first = first[:end]
	}
	s.problem = reasonUnclosed
	if len(first) > recordCap {
		s.problem = reasonLong
	}
	s.raw = []byte(rawHead(first)) // the window moves on
	if s.w.skipTo("\r\n") == '\r' {
		if len(s.w.bytes()) == 0 {
			s.w.more()
		}
		if bytes.HasPrefix(s.w.bytes(), []byte{'\n'}) {
			s.w.consume(1)
		}
	}
	s.line++
}

// text returns the content of field i. It is valid until the next call.
func (s *csvScanner) text(i int) []byte {
	f := s.fields[i]
	raw := s.raw[f.from:f.to]
	if !f.doubled {
		return raw
	}
	s.scratch = s.scratch[:0]
	for {
		n := bytes.IndexByte(raw, '"')
		if n < 0 {
			s.scratch = append(s.scratch, raw...)
			return s.scratch
		}
		s.scratch = append(s.scratch, raw[:n+1]...)
		raw = raw[n+2:]
	}
}
