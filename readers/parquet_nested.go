package readers

import (
	"github.com/go-json-experiment/json/jsontext"
)

// nestedWriter puts the values of one column's leaves in one row together as
// JSON, led by their levels. Each leaf has a cursor that moves on one level
// with every value, null or empty list.
type nestedWriter struct {
	leaves  []*leafReader
	cursor  []int
	end     []int
	dst     []byte
	entries entryStack
	bad     *badCell
	broken  bool // the leaves' levels contradict each other
}

// start turns to a row.
func (w *nestedWriter) start(leaves []*leafReader, row int) {
	w.leaves = leaves
	w.cursor, w.end, w.dst = w.cursor[:0], w.end[:0], w.dst[:0]
	w.bad, w.broken = nil, false
	for _, l := range leaves {
		from, to := row, row+1
		if l.node.rep > 0 {
			from, to = l.starts[row], l.end(row)
		}
		w.cursor = append(w.cursor, from)
		w.end = append(w.end, to)
	}
}

// finished reports whether every level of the row was used.
func (w *nestedWriter) finished() bool {
	for i, c := range w.cursor {
		if c != w.end[i] {
			return false
		}
	}
	return true
}

func (w *nestedWriter) isNull() bool { return string(w.dst) == "null" }

// def returns the definition level at the cursor of n's first leaf.
func (w *nestedWriter) def(n *parquetNode) int16 {
	i := n.leaf
	l := w.leaves[i]
	if w.cursor[i] >= w.end[i] {
		w.broken = true
		return 0
	}
	if l.node.def == 0 {
		return 0
	}
	return l.defs[w.cursor[i]]
}

// goesOn reports whether n's first leaf has another element of the list at
// level rep.
func (w *nestedWriter) goesOn(n *parquetNode, rep int16) bool {
	i := n.leaf
	return !w.broken && w.bad == nil && w.cursor[i] < w.end[i] && w.leaves[i].reps[w.cursor[i]] == rep
}

// skip moves every leaf of n on, over a null or an empty list.
func (w *nestedWriter) skip(n *parquetNode) {
	for i := n.leaf; i < n.leaf+n.leaves; i++ {
		if w.cursor[i] >= w.end[i] {
			w.broken = true
			return
		}
		w.cursor[i]++
	}
}

// field writes n with all its repetitions, or null.
func (w *nestedWriter) field(n *parquetNode) {
	if w.broken || w.bad != nil {
		return
	}
	switch {
	case n.repeated:
		w.list(n, n.body)
	case n.optional && w.def(n) < n.def:
		w.skip(n)
		w.dst = append(w.dst, "null"...)
	default:
		n.body(w)
	}
}

// list writes the repetitions of n as a list, each with element.
func (w *nestedWriter) list(n *parquetNode, element func(*nestedWriter)) {
	w.dst = append(w.dst, '[')
	if w.def(n) < n.def {
		w.skip(n)
		w.dst = append(w.dst, ']')
		return
	}
	element(w)
	for w.goesOn(n, n.rep) {
		w.dst = append(w.dst, ',')
		element(w)
	}
	w.dst = append(w.dst, ']')
}

// body writes one n that is there.
func (n *parquetNode) body(w *nestedWriter) {
	switch n.shape {
	case leafShape:
		w.value(n)
	case structShape:
		w.object(n)
	case listShape:
		child := n.children[0]
		if n.unwrap {
			w.list(child, func(w *nestedWriter) { w.field(child.children[0]) })
		} else {
			w.list(child, child.body)
		}
	case mapShape:
		w.mapping(n.children[0])
	}
}

func (w *nestedWriter) object(n *parquetNode) {
	w.dst = append(w.dst, '{')
	for i, child := range n.children {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.name(child.name)
		w.field(child)
	}
	w.dst = append(w.dst, '}')
}

// mapping writes the repetitions of n, a key and a value, as an object. Of
// entries with the same key the last one counts, at the place of the first.
func (w *nestedWriter) mapping(n *parquetNode) {
	w.dst = append(w.dst, '{')
	if w.def(n) < n.def {
		w.skip(n)
		w.dst = append(w.dst, '}')
		return
	}
	entries := w.entries.open()
	for first := true; first || w.goesOn(n, n.rep); first = false {
		if !first {
			w.dst = append(w.dst, ',')
		}
		start := len(w.dst)
		w.key(n.children[0])
		key := len(w.dst)
		w.dst = append(w.dst, ':')
		w.field(n.children[1])
		w.dst = entries.add(w.dst, entry{start, key, len(w.dst)})
	}
	entries.close()
	w.dst = append(w.dst, '}')
}

// key writes a map's key as a name.
func (w *nestedWriter) key(n *parquetNode) {
	at := len(w.dst)
	w.field(n)
	if len(w.dst) > at && w.dst[at] != '"' {
		text := string(w.dst[at:])
		w.dst = appendQuoted(w.dst[:at], text)
	}
}

func (w *nestedWriter) name(name string) {
	w.dst = appendQuoted(w.dst, name)
	w.dst = append(w.dst, ':')
}

// appendQuoted appends text as a JSON string. Where it is not UTF-8 the
// replacement character stands for the wrong bytes.
func appendQuoted[T ~string | ~[]byte](dst []byte, text T) []byte {
	quoted, err := jsontext.AppendQuote(dst, text)
	if err != nil {
		return appendJSONString(dst, string(text))
	}
	return quoted
}

// value writes the value of leaf n at its cursor and moves on.
func (w *nestedWriter) value(n *parquetNode) {
	i := n.leaf
	l := w.leaves[i]
	if w.def(n); w.broken {
		return
	}
	x := l.slots[w.cursor[i]]
	w.cursor[i]++
	switch x.kind {
	case Null:
		w.dst = append(w.dst, "null"...)
	case badKind:
		w.bad = l.badCell(x)
	case Time:
		t := l.times[x.off]
		w.dst = appendJSONValue(w.dst, Value{Kind: Time, Local: x.local, sec: t.sec, nsec: t.nsec})
	case Text:
		w.dst = appendQuoted(w.dst, l.text[x.off:x.off+x.len])
	default:
		w.dst = append(w.dst, l.text[x.off:x.off+x.len]...)
	}
}
