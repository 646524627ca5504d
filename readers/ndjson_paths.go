package readers

import "strings"

// A want is what is decoded of a value: the value itself as a column, what lies
// below names within it, or both.
type want struct {
	column string // "": the value itself is not wanted
	text   bool   // only texts are wanted as the column
	index  int    // of the column in the chunk at hand
	rank   uint8  // where several places can give one column, the lowest wins
	below  []step
}

// step leads from an object to a member of it.
type step struct {
	name string
	want want
}

// wantOf says what is decoded of the value of a key at the top of an object. It
// is nil for nothing. A wanted name with dots is looked for as a key first, then
// as what its parts lead to: the longest key that it begins with, and from there
// name by name.
func (s selection) wantOf(key string) *want {
	w := &want{}
	if s.whole(key) {
		w.column = key
	}
	if !s.leads[key] || s.not[key] {
		if w.column == "" {
			return nil
		}
		return w
	}
	for _, name := range s.ordered {
		name, _, _ = strings.Cut(name, "[]") // the list, of which mapping takes the members
		if rest, ok := strings.CutPrefix(name, key+"."); ok && !s.not[name] {
			w.add(name, uint8(min(strings.Count(rest, ".")+1, 255)), strings.Split(rest, "."))
		}
	}
	if w.column == "" { // a text may hold the JSON that the names lead into
		w.column, w.text = key, true
	}
	return w
}

// add notes that the member that names lead to is wanted as a column.
func (w *want) add(column string, rank uint8, names []string) {
	if len(names) == 0 {
		w.column, w.rank = column, rank
		return
	}
	for i := range w.below {
		if w.below[i].name == names[0] {
			w.below[i].want.add(column, rank, names[1:])
			return
		}
	}
	w.below = append(w.below, step{name: names[0]})
	w.below[len(w.below)-1].want.add(column, rank, names[1:])
}

// each calls do for w and all below that are columns.
func (w *want) each(do func(*want)) {
	if w == nil {
		return
	}
	if w.column != "" {
		do(w)
	}
	for i := range w.below {
		w.below[i].want.each(do)
	}
}
