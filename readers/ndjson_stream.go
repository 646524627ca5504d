package readers

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// extent is where an object stands in a block's text, or what else stands there
// instead, which is no row for the given reason.
type extent struct {
	from, to int
	line     int // from 1, in the block
	reason   string
}

// objectSplitter cuts a text into objects that need not stand on lines of their
// own: the elements of one list, or objects one behind the other. It finds where
// they end by their braces; whether they are valid is not its business.
type objectSplitter struct {
	w      window
	inList bool
	opened int // the line of the list's bracket
	line   int // of the window's beginning

	seeking  bool    // behind a broken object
	indent   int     // that it had
	dropping bool    // the rest of a line
	matching *braces // of an object that is too long

	used  int // of the window, by the block at hand
	lines int // line ends in used
	found []extent
}

// objectBlock is a part of the text with its objects.
type objectBlock struct {
	text    string
	extents []extent
	lines   int // line ends in text
}

// next returns the next block, and io.EOF after the last. A list that is not
// closed is an error: the text was cut off.
func (s *objectSplitter) next(most int) (objectBlock, error) {
	s.used, s.lines, s.found = 0, 0, nil
	for len(s.found) < most && s.used < blockSize {
		if !s.step() {
			break
		}
	}
	b := objectBlock{text: string(s.w.bytes()[:s.used]), extents: s.found, lines: s.lines}
	s.w.consume(s.used)
	s.line += s.lines
	switch {
	case len(s.found) > 0 || s.used > 0:
		return b, nil
	case s.w.err != nil:
		return b, s.w.err
	case s.inList:
		return b, fmt.Errorf("the list that begins on line %d is not closed: the file is cut off", s.opened)
	}
	return b, io.EOF
}

// step takes what comes next: an object, a mark between objects, or what does
// not belong there. It reports false if the block must end here.
func (s *objectSplitter) step() bool {
	b, ok := s.rest()
	if !ok {
		return false
	}
	switch c := b[0]; {
	case s.matching != nil:
		s.match(b)
	case s.dropping:
		s.drop(b)
	case s.seeking:
		return s.seek(b)
	case isSpace(c):
		n := len(b) - len(bytes.TrimLeft(b, " \t\r\n"))
		s.use(b[:n])
	case s.inList && c == ',':
		s.use(b[:1])
	case s.inList && c == ']':
		s.inList = false
		s.use(b[:1])
	case !s.inList && isList(b):
		s.inList, s.opened = true, s.line+s.lines+1
		s.use(b[:1])
	case c == '{':
		return s.object()
	default:
		return s.other()
	}
	return true
}

// rest is what the block at hand has not used of the window; it is not empty.
func (s *objectSplitter) rest() ([]byte, bool) {
	if s.used == len(s.w.bytes()) && !s.w.more() {
		return nil, false
	}
	b := s.w.bytes()[s.used:]
	return b, len(b) > 0
}

func (s *objectSplitter) use(b []byte) {
	s.used += len(b)
	s.lines += bytes.Count(b, []byte{'\n'})
}

func (s *objectSplitter) take(n int, reason string) {
	s.found = append(s.found, extent{from: s.used, to: s.used + n, line: s.lines + 1, reason: reason})
	s.use(s.w.bytes()[s.used : s.used+n])
}

// object takes the object that begins here. One that does not end within
// recordCap costs its first line if that is short, as its end was most likely
// forgotten, or all up to its end.
func (s *objectSplitter) object() bool {
	b := s.w.bytes()[s.used:]
	var braces braces
	n := braces.feed(b[:min(len(b), recordCap+1)])
	switch {
	case n > 0 && n <= recordCap:
		s.take(n, "")
	case n == 0 && len(b) <= recordCap && !s.w.done:
		return s.refill()
	case n == 0 && len(b) <= recordCap && s.w.err != nil:
		return false
	case n >= 0 && len(b) > recordCap && bytes.IndexByte(b[:recordCap+1], '\n') < 0:
		s.take(recordCap+1, reasonLong)
		if n == 0 {
			s.matching = &braces
		}
	default:
		s.seeking, s.indent = true, s.column()
		line := bytes.IndexByte(b[:min(len(b), recordCap)], '\n')
		if line < 0 {
			line = min(len(b), recordCap)
		}
		s.take(line, "") // it will be found to end early
		s.dropping = true
	}
	return true
}

// refill reads on, if the block at hand is empty; the next block does otherwise.
func (s *objectSplitter) refill() bool { return s.used == 0 && s.w.more() }

// match leaves out what belongs to an object that is too long.
func (s *objectSplitter) match(b []byte) {
	n := s.matching.feed(b)
	if n == 0 {
		s.use(b)
		return
	}
	s.matching = nil
	if n > 0 {
		s.use(b[:n])
		return
	}
	s.seeking, s.indent, s.dropping = true, 0, true
}

// drop leaves out the rest of a line.
func (s *objectSplitter) drop(b []byte) {
	if n := bytes.IndexByte(b, '\n'); n >= 0 {
		s.dropping = false
		b = b[:n+1]
	}
	s.use(b)
}

// seek looks for an object behind a broken one: on a line where it begins no
// farther to the right, unless the list ends before.
func (s *objectSplitter) seek(b []byte) bool {
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 && !s.w.done && len(b) < recordCap {
		return s.refill()
	}
	line := b
	if n > 0 {
		line = b[:n]
	}
	begin := len(line) - len(bytes.TrimLeft(line, " \t\r,"))
	if begin <= s.indent && begin < len(line) && (line[begin] == '{' || line[begin] == ']') {
		s.seeking = false
		s.use(line[:begin])
		return true
	}
	s.dropping = true
	return true
}

// column is how far from the left of its line the next byte stands.
func (s *objectSplitter) column() int {
	before := s.w.bytes()[:s.used]
	return len(before) - 1 - bytes.LastIndexByte(before, '\n')
}

// other takes what is no object: a value of another kind, or what stands before
// the next mark.
func (s *objectSplitter) other() bool {
	b := s.w.bytes()[s.used:]
	n := bytes.IndexAny(b, "\n,{]")
	d := jsontext.NewDecoder(bytes.NewReader(b))
	switch _, err := d.ReadValue(); {
	case err == nil:
		n = int(d.InputOffset())
	case n < 0 && !s.w.done && len(b) < recordCap:
		return s.refill()
	case n < 0:
		n = len(b)
	}
	n = max(n, 1)
	s.take(n, reasonOther(string(b[:n])))
	return true
}

// reasonOther says what a piece of text is that is no object.
func reasonOther(text string) string {
	_, reason := (&jsonChecker{}).reason(strings.TrimSpace(text), 0, false)
	return reason
}

// braces follows an object to its end.
type braces struct {
	depth           int
	inText, escaped bool
}

// feed goes over the next bytes. It returns where the object ends, 0 if it goes
// on behind b, and -1 if it is broken: if a line ends inside a text.
func (x *braces) feed(b []byte) int {
	for i, c := range b {
		switch {
		case x.escaped:
			x.escaped = false
		case x.inText && c == '\n':
			return -1
		case c == '"':
			x.inText = !x.inText
		case x.inText:
			x.escaped = c == '\\'
		case c == '{' || c == '[':
			x.depth++
		case c == '}' || c == ']':
			if x.depth--; x.depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}
