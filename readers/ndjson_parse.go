package readers

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	keysMost    = 10_000 // names remembered, decoded or not
	columnsMost = 2_000  // columns decoded
)

// objectParser makes a chunk of objects. Its columns are the wanted keys in the
// order in which they appear in readable rows.
type objectParser struct {
	wanted selection
	lossy  string // as decoded returned it; "" too where the text has no U+FFFD
	valid  bool   // the text is UTF-8

	scan    jsonScanner
	check   jsonChecker
	keys    map[string]*jsonKey
	columns []Column
	index   map[string]int // of columns
	names   []string       // keys of readable rows, as they appeared
	chunk   *Chunk
	extra   []byte
	ranks   []uint8 // of the cells of the row at hand
	row     int64
}

// newObjectParser returns a parser of text that knows columns already.
func newObjectParser(text string, wanted selection, lossy string, columns []Column) *objectParser {
	if lossy != "" && !strings.Contains(text, replacement) {
		lossy = ""
	}
	p := &objectParser{
		wanted: wanted, lossy: lossy, valid: utf8.ValidString(text),
		keys: map[string]*jsonKey{}, index: map[string]int{}, columns: slices.Clip(columns),
		chunk: &Chunk{text: text, starts: []uint32{0}},
	}
	for i, c := range columns {
		p.index[c.Name] = i
	}
	p.scan.keyOf = p.key
	return p
}

// key returns what is known of a key.
func (p *objectParser) key(name string) *jsonKey {
	k := p.keys[name]
	if k == nil {
		k = &jsonKey{name: name, want: p.wanted.wantOf(name)}
		p.keys[name] = k
		k.quoted = "\x00" // until it was seen without escapes
	}
	return k
}

// line takes the objects that stand on a line of the text.
func (p *objectParser) line(from, to, line int) {
	text := p.chunk.text[from:to]
	if i := from + len(text) - len(strings.TrimLeft(text, " \t\r")); i < to {
		p.objects(i, from, to, line)
	}
}

func (p *objectParser) objects(i, from, to, line int) {
	text := p.chunk.text[from:to]
	for i < to {
		p.row++
		at := Position{Row: p.row, Line: int64(line)}
		reason := p.unfit(text)
		if reason == "" {
			i, reason = p.object(from, i, to, true)
		}
		if reason == "" {
			reason = p.take(at)
		}
		if reason != "" {
			p.chunk.bad(at, reason, strings.TrimRight(text, "\r"))
			if reason != reasonWide {
				return
			}
		}
		for i < to && isSpace(p.chunk.text[i]) {
			i++
		}
	}
}

// record takes an object that may span lines and stands alone from from to to.
func (p *objectParser) record(from, to, line int) {
	p.row++
	at := Position{Row: p.row, Line: int64(line)}
	reason := p.unfit(p.chunk.text[from:to])
	if reason == "" {
		_, reason = p.object(from, from, to, false)
	}
	if reason == "" {
		reason = p.take(at)
	}
	if reason != "" {
		p.chunk.bad(at, reason, strings.TrimRight(p.chunk.text[from:to], "\r"))
	}
}

// unfit says why a line, or a record, cannot be read whatever it holds.
func (p *objectParser) unfit(text string) string {
	switch {
	case len(text) > recordCap:
		return reasonLong
	case p.lossy != "" && strings.Contains(text, replacement):
		return p.lossy
	}
	return ""
}

// object scans the object at i of the line from from to to. It returns where it
// ends, or what is wrong with it. What stands behind it on the line, if anything,
// must be another object.
func (p *objectParser) object(from, i, to int, only bool) (end int, reason string) {
	s := &p.scan
	s.text, s.trusted = p.chunk.text[:to], false
	if p.chunk.text[i] == '{' && (p.valid || utf8.ValidString(p.chunk.text[from:to])) {
		end = s.object(i)
		if next := s.space(max(end, 0)); end > 0 && (next == to || s.text[next] == '{') {
			return end, ""
		}
	}
	s.nested = s.nested[:0]
	end, reason = p.check.reason(p.chunk.text[from:to], i-from, only)
	if reason != "" {
		return 0, reason
	}
	s.trusted = true
	if got := s.object(i); got != from+end {
		return 0, "is not valid json" // jsontext and the scanner must agree
	}
	return from + end, ""
}

// take makes a row of what was found. It returns why that cannot be, or "".
func (p *objectParser) take(at Position) string {
	if reason := p.learn(); reason != "" {
		return reason
	}
	c := p.chunk
	c.positions = append(c.positions, at)
	from := len(c.cells)
	p.ranks = p.ranks[:0]
	for _, f := range p.scan.found {
		if !f.want.text || c.text[f.from] == '"' {
			p.put(from, f)
		}
	}
	if row := c.cells[from:]; !slices.IsSortedFunc(row, byColumn) {
		slices.SortFunc(row, byColumn)
	}
	c.starts = append(c.starts, uint32(len(c.cells)))
	return ""
}

func byColumn(a, b cell) int { return int(a.column) - int(b.column) }

// put adds a cell to the row whose cells begin at from. Where two places in the
// row give one column, the better one stays.
func (p *objectParser) put(from int, f finding) {
	x := p.cell(f)
	if len(p.wanted.leads) > 0 {
		for i, other := range p.chunk.cells[from:] {
			if other.column == x.column {
				if f.want.rank < p.ranks[i] {
					p.chunk.cells[from+i], p.ranks[i] = x, f.want.rank
				}
				return
			}
		}
		p.ranks = append(p.ranks, f.want.rank)
	}
	p.chunk.cells = append(p.chunk.cells, x)
}

// learn makes columns of the row's wanted keys that are new.
func (p *objectParser) learn() string {
	fresh := 0
	for _, k := range p.scan.expected {
		if !k.known && k.row == p.scan.row {
			k.want.each(func(w *want) {
				if _, known := p.index[w.column]; !known {
					fresh++
				}
			})
		}
	}
	if len(p.columns)+fresh > columnsMost {
		return reasonWide
	}
	for _, k := range p.scan.expected {
		if k.known || k.row != p.scan.row {
			continue
		}
		k.known = true
		k.want.each(p.column)
		if len(p.names) < keysMost || k.want != nil {
			p.names = append(p.names, k.name)
		}
	}
	return ""
}

// column gives a wanted value its column.
func (p *objectParser) column(w *want) {
	i, known := p.index[w.column]
	if !known {
		i = len(p.columns)
		p.index[w.column] = i
		p.columns = append(p.columns, Column{Name: w.column, Type: AnyColumn})
	}
	w.index = i
}

// cell makes a cell of a valid JSON value.
func (p *objectParser) cell(f finding) cell {
	x := cell{column: uint16(f.want.index), off: uint32(f.from), len: uint32(f.to - f.from)}
	raw := p.chunk.text[f.from:f.to]
	switch raw[0] {
	case '"':
		x.kind = Text
		if !f.escaped {
			x.off, x.len = x.off+1, x.len-2
			return x
		}
		from := len(p.extra)
		p.extra, _ = jsontext.AppendUnquote(p.extra, raw) // it was found valid
		return p.within(x, from)
	case '{', '[':
		x.kind = Nested
		if f.spaced {
			from := len(p.extra)
			p.extra = appendCompact(p.extra, raw)
			return p.within(x, from)
		}
	case 't', 'f':
		x.kind = Bool
	case 'n':
		x.kind = Null
	default:
		x.kind = Number
	}
	return x
}

// within is the cell whose text is that of extra from from on.
func (p *objectParser) within(x cell, from int) cell {
	x.off, x.len = uint32(len(p.chunk.text)+from), uint32(len(p.extra)-from)
	return x
}

// finish returns the chunk.
func (p *objectParser) finish() *Chunk {
	p.chunk.extra = string(p.extra)
	return p.chunk
}

// appendCompact appends a valid JSON value without the space between its parts.
func appendCompact[T ~string | ~[]byte](dst []byte, value T) []byte {
	inText := false
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case inText && c == '\\':
			dst = append(dst, c)
			i++
			c = value[i]
		case c == '"':
			inText = !inText
		case !inText && isSpace(c):
			continue
		}
		dst = append(dst, c)
	}
	return dst
}
