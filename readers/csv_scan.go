package readers

import (
	"cmp"
	"math"
	"math/bits"
	"strings"
)

// span is a field within the text. A quoted one is what stands between the
// quotes.
type span struct {
	from, to uint32
	escaped  bool // it has doubled quotes, or backslashes
}

// outcome is how far an attempt to take a record came.
type outcome uint8

const (
	whole   outcome = iota
	cut             // the text ends in the midst of the record
	runaway         // a quote seems to open inside quotes from an earlier line
	none            // the text ends before a record
)

// csvScanner takes delimited text apart into records. After next has returned
// whole, the record is in at, raw(), count and problem, and if problem is empty its
// fields up to number last are in fields; they are valid until next is called.
//
// A line ends with CRLF, LF or a lone CR; inside quotes those are text. Empty
// lines are no records. A problem is a clause that goes on from the line's
// number: "has a nul byte".
type csvScanner struct {
	dialect
	lossy              string // as decoded returned it
	last               int    // the last field that is wanted
	stops              [256]bool
	delimiters, quotes uint64 // each eight times
	quoting            uint64 // all ones, or 0 if there is no quote

	text  string
	pos   int
	line  int64 // of pos, from 1
	final bool  // the source ends with the text
	clean bool  // all of the text is fit for rows

	at      int64
	from    int // of the record in text, and to, without its line end
	to      int
	fields  []span
	count   int
	problem string
	lines   int    // line ends in the record, its own included
	extra   []byte // the content of escaped fields
}

func newScanner(d dialect, lossy string) *csvScanner {
	s := &csvScanner{dialect: d, lossy: lossy, last: maxFields}
	for _, c := range []byte{d.delimiter, d.quote, d.escape, '\r', '\n'} {
		s.stops[c] = c != 0
	}
	s.delimiters = everyByte * uint64(d.delimiter)
	s.quotes = everyByte * uint64(cmp.Or(d.quote, d.delimiter))
	if d.quote != 0 {
		s.quoting = math.MaxUint64
	}
	return s
}

// maxFields as the last wanted field means all of them.
const maxFields = int(^uint(0) >> 1)

// begin takes up a text. final says that the source ends with it.
func (s *csvScanner) begin(text string, final bool) {
	s.text, s.pos, s.line, s.final = text, 0, 1, final
	s.clean = checkText(text, s.lossy) == ""
}

// next takes the next record. When the text ends in the midst of one, or before
// one, pos stays where that begins.
func (s *csvScanner) next() outcome {
	for {
		if s.at = s.line; s.problem != "" {
			s.problem = ""
		}
		b := s.text[s.pos:]
		if len(b) == 0 {
			return none
		}
		if s.comment != 0 && b[0] == s.comment {
			if !s.skipLine() {
				return cut
			}
			continue
		}
		n := 0
		if s.escape == 0 {
			if n = s.bare(b); n == 0 {
				n = s.simple(b)
			}
		}
		if n == 0 {
			var how outcome
			if n, how = s.record(b); how != whole {
				return how
			}
		}
		s.pos += n
		s.line += int64(s.lines)
		if s.from == s.to {
			continue
		}
		if !s.clean && s.problem == "" {
			s.problem = checkText(s.raw(), s.lossy)
		}
		return whole
	}
}

// raw is the record as it stands in the text, without its line end.
func (s *csvScanner) raw() string { return s.text[s.from:s.to] }

// record takes a record that is not simple. It looks no further than a record
// may be long.
func (s *csvScanner) record(b string) (int, outcome) {
	final, long := s.final, len(b) > recordCap+2
	if long {
		b, final = b[:recordCap+2], false
	}
	n, how := s.split(b, final)
	switch {
	case how == whole && s.lines <= recordLines && s.to-s.from <= recordCap:
		return n, whole
	case how == cut && !long && !final:
		return 0, cut
	case how == runaway:
		return s.reject(reasonRunaway)
	}
	return s.reject(reasonUnclosed)
}

// split takes any record at the beginning of b. If it is whole, the length with
// its line end is returned. Past a misplaced quote it goes on, to find where
// the record ends.
func (s *csvScanner) split(b string, final bool) (int, outcome) {
	s.fields, s.lines = s.fields[:0], 0
	i := 0
	for {
		var how outcome
		if i < len(b) && s.quote != 0 && b[i] == s.quote {
			i, how = s.quoted(b, i, final)
		} else {
			f := span{from: uint32(s.pos + i)}
			i, f.escaped = s.unquoted(b, i)
			f.to = uint32(s.pos + i)
			s.fields = append(s.fields, f)
		}
		if how != whole {
			return 0, how
		}
		if i < len(b) && b[i] == s.delimiter {
			i++
			continue
		}
		return s.ended(b, i, final)
	}
}

// ended finishes the record whose text ends at i, with a line end or the text's.
func (s *csvScanner) ended(b string, i int, final bool) (int, outcome) {
	s.from, s.to, s.count = s.pos, s.pos+i, len(s.fields)
	if i >= len(b) {
		if !final {
			return 0, cut
		}
		return i, whole
	}
	s.lines++
	if b[i] == '\r' {
		switch {
		case i+1 < len(b) && b[i+1] == '\n':
			i++
		case i+1 == len(b) && !final:
			return 0, cut
		}
	}
	return i + 1, whole
}

// unquoted returns where the unquoted field that begins at i ends, and whether it
// has backslashes.
func (s *csvScanner) unquoted(b string, i int) (end int, escaped bool) {
	for {
		i = s.stop(b, i)
		switch {
		case i < len(b) && s.escape != 0 && b[i] == s.escape:
			escaped = true
			if i++; i < len(b) && b[i] != '\r' && b[i] != '\n' {
				i++
			}
			continue
		case i == len(b) || s.quote == 0 || b[i] != s.quote:
			return i, escaped
		}
		if s.problem == "" {
			s.problem = reasonBareQuote
		}
		i++
	}
}

// stop returns where the next byte is that may end a field, or means something
// in it.
func (s *csvScanner) stop(b string, i int) int {
	for ; s.escape == 0 && i+8 <= len(b); i += 8 {
		w := load64(b[i : i+8])
		if m := zeros(w^s.delimiters) | zeros(w^s.quotes) | controls(w); m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			break
		}
	}
	for i < len(b) && !s.stops[b[i]] {
		i++
	}
	return i
}

// quoted takes the field whose opening quote is at i and returns where it ends.
func (s *csvScanner) quoted(b string, i int, final bool) (int, outcome) {
	from := i + 1
	i, escaped := s.closing(b, from, final)
	if i < 0 {
		return 0, cut
	}
	text := b[from:i]
	lines := lineEnds(text)
	if i+1 < len(b) && !s.stops[b[i+1]] && lines > 0 && s.opensAnew(text) {
		return 0, runaway
	}
	s.fields = append(s.fields, span{from: uint32(s.pos + from), to: uint32(s.pos + i), escaped: escaped})
	s.lines += lines
	i++
	if i < len(b) && (b[i] == s.quote || !s.stops[b[i]]) {
		if s.problem == "" {
			s.problem = reasonAfter
		}
		i, _ = s.unquoted(b, i)
	}
	return i, whole
}

// closing returns where the quote that ends the quoted text at i is, or -1.
func (s *csvScanner) closing(b string, i int, final bool) (end int, escaped bool) {
	for {
		n := strings.IndexByte(b[i:], s.quote)
		if s.escape != 0 {
			before := b[i:]
			if n >= 0 {
				before = before[:n]
			}
			if m := strings.IndexByte(before, s.escape); m >= 0 {
				i, escaped = min(i+m+2, len(b)), true
				continue
			}
		}
		if n < 0 {
			return -1, false
		}
		i += n
		if i+1 == len(b) && !final {
			return -1, false
		}
		if i+1 == len(b) || b[i+1] != s.quote {
			return i, escaped
		}
		i, escaped = i+2, true
	}
}

// opensAnew reports whether a quote with text behind it looks like the opening
// one of another field: text, what stands between it and the opening quote of
// its own field, spans lines and ends where a field begins. Then the first quote
// was never closed, and must not cost the lines between them.
func (s *csvScanner) opensAnew(text string) bool {
	end := text[len(text)-1]
	return end == s.delimiter || end == '\n' || end == '\r'
}

// reject makes a bad record of the first line of one that is over the limits, or
// whose quote was never closed.
func (s *csvScanner) reject(reason string) (int, outcome) {
	b := s.text[s.pos:]
	first, n := b, len(b)
	s.lines = 0
	if end := strings.IndexAny(b, "\r\n"); end >= 0 {
		first, s.lines = b[:end], 1
		n = end + 1
		if b[end] == '\r' && n < len(b) && b[n] == '\n' {
			n++
		}
	}
	s.from, s.to = s.pos, s.pos+len(first)
	s.fields, s.count, s.problem = s.fields[:0], 0, reason
	if len(first) > recordCap {
		s.problem = reasonLong
	}
	return n, whole
}

// skipLine leaves out a line, whatever is in it, if the text has its end.
func (s *csvScanner) skipLine() bool {
	end := strings.IndexAny(s.text[s.pos:], "\r\n")
	if end < 0 {
		if s.final {
			s.pos = len(s.text)
		}
		return s.final
	}
	end += s.pos + 1
	if s.text[end-1] == '\r' && end < len(s.text) && s.text[end] == '\n' {
		end++
	}
	s.pos, s.line = end, s.line+1
	return true
}

// skipLines leaves out lines, and reports whether the text has as many.
func (s *csvScanner) skipLines(n int) bool {
	for range n {
		if s.pos < len(s.text) && !s.skipLine() || s.pos == len(s.text) && !s.final {
			return false
		}
	}
	return true
}

// appendField appends the content of an escaped field.
func (s *csvScanner) appendField(dst []byte, f span) []byte {
	raw := s.text[f.from:f.to]
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if i+1 < len(raw) {
			next := raw[i+1]
			switch {
			case c == s.quote && next == s.quote && s.quote != 0:
				i++
			case c == s.escape && s.escape != 0 && (next == s.escape || next == s.quote || next == s.delimiter):
				i++
				c = next
			}
		}
		dst = append(dst, c)
	}
	return dst
}
