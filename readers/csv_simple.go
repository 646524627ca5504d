package readers

import (
	"math/bits"
	"slices"
	"strings"
)

// bare takes a record of one line without quotes, eight bytes at a time. It
// returns how long the line is with its end, or 0 if the record is not so simple.
func (s *csvScanner) bare(b string) int {
	fields, base, last := s.fields[:0], uint32(s.pos), s.last
	count, from := 1, uint32(0)
	for i := 0; i+8 <= len(b); i += 8 {
		w := load64(b[i : i+8])
		if zeros(w^s.quotes)&s.quoting != 0 || zeros(w^everyByte*'\r') != 0 && !endsWithCR(b, i) {
			return 0
		}
		ends := allZeros(w ^ everyByte*'\n')
		for m := ends | allZeros(w^s.delimiters); m != 0; m &= m - 1 {
			to := uint32(i + bits.TrailingZeros64(m)>>3)
			end := ends&m&-m != 0
			behind := to + 1
			if end && to > from && b[to-1] == '\r' {
				to--
			}
			if count-1 <= last {
				f := next(&fields)
				f.from, f.to, f.escaped = base+from, base+to, false
			}
			if end {
				s.from, s.to, s.lines, s.fields, s.count = s.pos, s.pos+int(to), 1, fields, count
				return int(behind)
			}
			from = behind
			count++
		}
	}
	return 0
}

// next adds a span to be set in place: to build and copy one costs more.
func next(fields *[]span) *span {
	n := len(*fields)
	if n == cap(*fields) {
		*fields = slices.Grow(*fields, 16)
	}
	*fields = (*fields)[:n+1]
	return &(*fields)[n]
}

// endsWithCR reports whether the first CR in the 8 bytes at i ends a line together
// with an LF.
func endsWithCR(b string, i int) bool {
	i += strings.IndexByte(b[i:i+8], '\r')
	return i+1 < len(b) && b[i+1] == '\n'
}

// simple takes a record of one line that is in order: whose quotes enclose whole
// fields. It returns how long the line is with its end, or 0 if the record is not
// so simple.
func (s *csvScanner) simple(b string) int {
	fields, base, last := s.fields[:0], uint32(s.pos), s.last
	delimiters, quotes := s.delimiters, s.quotes
	count, i := 1, 0
	for {
		from, escaped, closed := i, false, 0
		if s.quote != 0 && i < len(b) && b[i] == s.quote {
			from, closed = i+1, 1
			if i, escaped = s.inQuotes(b, from); i < 0 {
				return 0
			}
		} else {
			for ; i+8 <= len(b); i += 8 { // as stop does, but on the spot
				w := load64(b[i : i+8])
				if m := zeros(w^delimiters) | zeros(w^quotes) | controls(w); m != 0 {
					i += bits.TrailingZeros64(m) >> 3
					break
				}
			}
			if i < len(b) && !s.stops[b[i]] {
				i = s.stop(b, i)
			}
		}
		to := i
		i += closed
		if count-1 <= last {
			f := next(&fields)
			f.from, f.to, f.escaped = base+uint32(from), base+uint32(to), escaped
		}
		switch {
		case i >= len(b):
			return 0
		case b[i] == s.delimiter:
			count++
			i++
			continue
		case b[i] == '\n':
			s.to, i = s.pos+i, i+1
		case b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n':
			s.to, i = s.pos+i, i+2
		default:
			return 0
		}
		s.from, s.lines, s.fields, s.count = s.pos, 1, fields, count
		if i > recordCap {
			return 0
		}
		return i
	}
}

// inQuotes returns where the quote is that ends the text at i, or -1 if it is not
// on the same line, and whether the text has doubled quotes.
func (s *csvScanner) inQuotes(b string, i int) (end int, doubled bool) {
	for {
		for ; i+8 <= len(b); i += 8 {
			w := load64(b[i : i+8])
			if m := zeros(w^s.quotes) | controls(w); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
		}
		for i < len(b) && b[i] != s.quote && b[i] != '\n' && b[i] != '\r' {
			i++
		}
		switch {
		case i+1 >= len(b) || b[i] != s.quote:
			return -1, false
		case b[i+1] != s.quote:
			return i, doubled
		}
		i, doubled = i+2, true
	}
}
