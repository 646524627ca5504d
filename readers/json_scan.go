package readers

import (
	"math/bits"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const depthMost = 100

// jsonScanner goes over JSON objects and notes what is wanted of them. It is as
// strict as jsontext, or stricter: what it is not sure of, it refuses, and
// jsontext decides. Where jsontext has found an object valid, trusted lets the
// scanner take it without the checks that it is not sure of.
//
// The text must be valid UTF-8.
type jsonScanner struct {
	text    string
	trusted bool
	keyOf   func(key string) *jsonKey // a key that was not expected
	found   []finding
	row     int // counts objects, to see a key twice

	expected, seen []*jsonKey // the keys of the last object, and of this one
	nested         []string   // keys of the nested objects that are open
	spaces         int        // how often white space was skipped
	escapes        int        // how often a backslash was seen
	scratch        []byte
}

// jsonKey is a key at the top of objects.
type jsonKey struct {
	name   string
	quoted string // as it stands in the text
	want   *want
	row    int  // the last object that had it
	known  bool // a readable row had it
}

// finding is a wanted value.
type finding struct {
	want     *want
	from, to int
	spaced   bool // it has white space between its parts
	escaped  bool // it has backslashes
}

// object goes over the object at i, and returns where it ends, or -1 if it is
// not valid, or not surely.
func (s *jsonScanner) object(i int) int {
	s.row++
	s.found, s.seen = s.found[:0], s.seen[:0]
	if i = s.space(i + 1); s.is(i, '}') {
		return i + 1
	}
	for {
		var key *jsonKey
		if key, i = s.key(i); i < 0 || key.row == s.row {
			return -1
		}
		key.row = s.row
		s.seen = append(s.seen, key)
		if i = s.space(i); !s.is(i, ':') {
			return -1
		}
		if i = s.value(s.space(i+1), 2, key.want); i < 0 {
			return -1
		}
		switch i = s.space(i); {
		case s.is(i, ','):
			i = s.space(i + 1)
		case s.is(i, '}'):
			s.expected, s.seen = s.seen, s.expected
			return i + 1
		default:
			return -1
		}
	}
}

// key takes the key at i. Objects mostly have the keys of the one before, in the
// same order.
func (s *jsonScanner) key(i int) (*jsonKey, int) {
	if n := len(s.seen); n < len(s.expected) {
		if k := s.expected[n]; strings.HasPrefix(s.text[min(i, len(s.text)):], k.quoted) {
			return k, i + len(k.quoted)
		}
	}
	if !s.is(i, '"') {
		return nil, -1
	}
	end, escaped := stringEnd(s.text, i+1)
	if end < 0 {
		return nil, -1
	}
	name := s.text[i+1 : end]
	if escaped {
		name = s.unquote(s.text[i : end+1])
	}
	k := s.keyOf(name)
	if !escaped {
		k.quoted = s.text[i : end+1]
	}
	return k, end + 1
}

func (s *jsonScanner) unquote(quoted string) string {
	s.scratch, _ = jsontext.AppendUnquote(s.scratch[:0], quoted) // stringEnd found it valid
	return string(s.scratch)
}

// is reports whether c stands at i.
func (s *jsonScanner) is(i int, c byte) bool { return i < len(s.text) && s.text[i] == c }

// space returns where the white space at i ends.
func (s *jsonScanner) space(i int) int {
	if i >= len(s.text) || s.text[i] > ' ' {
		return i
	}
	s.spaces++
	for i < len(s.text) && isSpace(s.text[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// value goes over the value at i, at a depth, and returns its end or -1.
func (s *jsonScanner) value(i, depth int, w *want) int {
	if i >= len(s.text) {
		return -1
	}
	spaces, escapes, end := s.spaces, s.escapes, 0
	switch s.text[i] {
	case '"':
		var escaped bool
		if end, escaped = stringEnd(s.text, i+1); escaped {
			s.escapes++
		}
		if end++; end == 0 {
			return -1
		}
	case '{':
		end = s.members(i, depth, w)
	case '[':
		end = s.elements(i, depth)
	case 't':
		end = s.word(i, "true")
	case 'f':
		end = s.word(i, "false")
	case 'n':
		end = s.word(i, "null")
	default:
		end = numberEnd(s.text, i)
	}
	if end > 0 && w != nil && w.column != "" {
		s.found = append(s.found, finding{want: w, from: i, to: end, spaced: s.spaces > spaces, escaped: s.escapes > escapes})
	}
	return end
}

func (s *jsonScanner) word(i int, word string) int {
	if !strings.HasPrefix(s.text[i:], word) {
		return -1
	}
	return i + len(word)
}

func (s *jsonScanner) elements(i, depth int) int {
	if depth > depthMost {
		return -1
	}
	if i = s.space(i + 1); s.is(i, ']') {
		return i + 1
	}
	for {
		if i = s.value(i, depth+1, nil); i < 0 {
			return -1
		}
		switch i = s.space(i); {
		case s.is(i, ','):
			i = s.space(i + 1)
		case s.is(i, ']'):
			return i + 1
		default:
			return -1
		}
	}
}

// members goes over a nested object.
func (s *jsonScanner) members(i, depth int, w *want) int {
	if depth > depthMost {
		return -1
	}
	if i = s.space(i + 1); s.is(i, '}') {
		return i + 1
	}
	mine, sieve := len(s.nested), uint64(0)
	for {
		name, end := s.nestedKey(i)
		if end < 0 || !s.trusted && s.twice(name, mine, &sieve) {
			return -1
		}
		s.nested = append(s.nested, name)
		if i = s.space(end); !s.is(i, ':') {
			return -1
		}
		if i = s.value(s.space(i+1), depth+1, w.step(name)); i < 0 {
			return -1
		}
		switch i = s.space(i); {
		case s.is(i, ','):
			i = s.space(i + 1)
		case s.is(i, '}'):
			s.nested = s.nested[:mine]
			return i + 1
		default:
			return -1
		}
	}
}

// step returns what is wanted of a member, or nil.
func (w *want) step(name string) *want {
	if w == nil {
		return nil
	}
	for i := range w.below {
		if w.below[i].name == name {
			return &w.below[i].want
		}
	}
	return nil
}

// nestedKey takes the key at i of a nested object. One with backslashes is not
// sure to be there only once.
func (s *jsonScanner) nestedKey(i int) (name string, end int) {
	if !s.is(i, '"') {
		return "", -1
	}
	end, escaped := stringEnd(s.text, i+1)
	switch {
	case end < 0 || escaped && !s.trusted:
		return "", -1
	case escaped:
		s.escapes++
		return s.unquote(s.text[i : end+1]), end + 1
	}
	return s.text[i+1 : end], end + 1
}

// twice reports whether an object, whose keys are nested[mine:], has the key
// already, or too many keys to say. The sieve spares most comparisons.
func (s *jsonScanner) twice(name string, mine int, sieve *uint64) bool {
	const most = 256
	hash := uint(len(name))
	if len(name) > 0 {
		hash += 7*uint(name[0]) + 13*uint(name[len(name)-1]) + 31*uint(name[len(name)/2])
	}
	bit := uint64(1) << (hash % 64)
	if *sieve&bit == 0 {
		*sieve |= bit
		return len(s.nested)-mine >= most
	}
	for _, other := range s.nested[mine:] {
		if other == name {
			return true
		}
	}
	return len(s.nested)-mine >= most
}

// stringEnd returns where the quote is that ends the JSON string whose content
// begins at i, or -1 if it is not valid.
func stringEnd(t string, i int) (end int, escaped bool) {
	for {
		for ; i+8 <= len(t); i += 8 {
			if m := specials(load64(t[i : i+8])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
		}
		for i < len(t) && t[i] >= ' ' && t[i] != '"' && t[i] != '\\' {
			i++
		}
		if i >= len(t) || t[i] < ' ' {
			return -1, escaped
		}
		if t[i] == '"' {
			return i, escaped
		}
		if escaped = true; i+1 >= len(t) {
			return -1, true
		}
		if i = escapeEnd(t, i+1); i < 0 {
			return -1, true
		}
	}
}

// specials marks the first of 8 bytes that is a quote, a backslash or a control
// character; marks above it mean nothing.
func specials(w uint64) uint64 {
	return zeros(w^everyByte*'"') | zeros(w^everyByte*'\\') | (w-everyByte*' ')&^w&(everyByte<<7)
}

// escapeEnd returns where the escape ends whose backslash is before i, or -1.
// Halves of a surrogate pair come in twos.
func escapeEnd(t string, i int) int {
	if t[i] != 'u' {
		if strings.IndexByte(`"\/bfnrt`, t[i]) < 0 {
			return -1
		}
		return i + 1
	}
	r := hex4(t, i+1)
	switch {
	case r < 0 || r >= 0xdc00 && r < 0xe000:
		return -1
	case r < 0xd800 || r >= 0xe000:
		return i + 5
	}
	if !strings.HasPrefix(t[i+5:], `\u`) {
		return -1
	}
	if low := hex4(t, i+7); low < 0xdc00 || low >= 0xe000 {
		return -1
	}
	return i + 11
}

// hex4 is the number that four hexadecimal digits write, or -1.
func hex4(t string, i int) int {
	if i+4 > len(t) {
		return -1
	}
	n := 0
	for _, c := range []byte(t[i : i+4]) {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 + int(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			n = n<<4 + int(c|0x20-'a') + 10
		default:
			return -1
		}
	}
	return n
}

// numberEnd returns where the JSON number at i ends, or -1.
func numberEnd(t string, i int) int {
	if i < len(t) && t[i] == '-' {
		i++
	}
	from := i
	if i = digitsEnd(t, i); i == from || t[from] == '0' && i > from+1 {
		return -1
	}
	if i < len(t) && t[i] == '.' {
		from = i + 1
		if i = digitsEnd(t, from); i == from {
			return -1
		}
	}
	if i < len(t) && t[i]|0x20 == 'e' {
		if i++; i < len(t) && (t[i] == '+' || t[i] == '-') {
			i++
		}
		from = i
		if i = digitsEnd(t, from); i == from {
			return -1
		}
	}
	return i
}

func digitsEnd(t string, i int) int {
	for i < len(t) && '0' <= t[i] && t[i] <= '9' {
		i++
	}
	return i
}
