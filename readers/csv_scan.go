package readers

import (
	"bytes"
	"io"
)

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
	runaway          // a quote seems to open inside quotes from an earlier line
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
	unquoted  bool   // quotes are text like any other
	lossy     string // as decoded returned it
	last      int    // the last field that is wanted
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

func (s *csvScanner) init(src io.Reader, delimiter byte, unquoted bool, lossy string) {
	s.w, s.delimiter, s.unquoted, s.lossy, s.line = newWindow(src), delimiter, unquoted, lossy, 1
	for _, c := range []byte{delimiter, '\r', '\n'} {
		s.stops[c] = true
	}
	s.stops['"'] = !unquoted
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
			case how == runaway:
				s.reject(reasonRunaway)
				return true, nil
			case how != whole && !over && s.w.more():
				continue
			case how != whole && !over && s.w.err != nil:
				return false, s.w.err
			default:
				s.reject(reasonUnclosed)
				return true, nil
			}
		}
		s.w.consume(n)
		s.line += int64(s.lines)
		if len(s.raw) == 0 {
			continue
		}
		if p := checkText(s.raw, s.lossy); p != "" {
			s.problem = p
		}
		return true, nil
	}
}

// simple scans a record that is a line without meaningful quotes that ends with LF or CRLF
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
	if !s.unquoted && bytes.IndexByte(line, '"') >= 0 || bytes.IndexByte(line, '\r') >= 0 {
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
		if i < len(b) && b[i] == '"' && !s.unquoted {
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
	if i+1 < len(b) && !s.stops[b[i+1]] && s.opensAnew(b[f.from:i]) {
		return 0, runaway
	}
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

// opensAnew reports whether a quote with text behind it looks like the opening
// one of another field: text, what stands between it and the opening quote of
// its own field, spans lines and ends where a field begins. Then the first quote
// was never closed, and must not cost the lines between them.
func (s *csvScanner) opensAnew(text []byte) bool {
	if len(text) == 0 || lineEnds(text) == 0 {
		return false
	}
	end := text[len(text)-1]
	return end == s.delimiter || end == '\n' || end == '\r'
}

// reject makes a bad record of the first line of one that is over the limits,
// or whose quote was never closed.
func (s *csvScanner) reject(reason string) {
	first := s.w.bytes()
	if end := bytes.IndexAny(first, "\r\n"); end >= 0 {
		first = first[:end]
	}
	s.problem = reason
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
