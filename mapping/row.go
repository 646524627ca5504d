package mapping

import "mpimport/readers"

// row is one row being mapped.
type row struct {
	*Mapper
	chunk   *readers.Chunk
	index   int
	nulls   nullTexts
	junk    map[string]bool
	ids     []string // values of the identities that group, "" where the row has none
	element string   // the list element at hand, encoded; "" outside lists
	event   Event
	deleted []string // user attributes that the row deletes
	lacking *bound   // a member without a value that the object at hand needs
	given   int      // cells that have given a value so far; fixed values do not count
}

// nullTexts are the texts that mean "no value". Most mappings have the empty one
// alone, which costs no lookup.
type nullTexts struct {
	empty  bool
	others map[string]bool // nil if there are none
}

func newNullTexts(all ...string) nullTexts {
	var n nullTexts
	for _, text := range all {
		if text == "" {
			n.empty = true
			continue
		}
		if n.others == nil {
			n.others = map[string]bool{}
		}
		n.others[text] = true
	}
	return n
}

func (n nullTexts) has(text string) bool {
	if text == "" {
		return n.empty
	}
	return n.others != nil && n.others[text]
}

// isEmpty reports whether a cell holds no value.
func (r *row) isEmpty(x readers.Value) bool {
	return x.Kind == readers.Missing || x.Kind == readers.Null || x.Kind == readers.Text && r.nulls.has(x.Text)
}

// at returns the value that a reference leads to; within a list, that of the
// element at hand.
func (r *row) at(ref columnRef) readers.Value {
	if ref.index < 0 {
		return readers.Value{}
	}
	if ref.list && r.element != "" {
		return walk(r.element, ref.inside)
	}
	v := r.chunk.Value(r.index, ref.index)
	if v.Kind == readers.Missing && ref.behind != nil {
		return r.at(*ref.behind)
	}
	if len(ref.path) == 0 {
		return v
	}
	if v = asJSON(v); v.Kind != readers.Nested {
		return readers.Value{}
	}
	return walk(v.Text, ref.path)
}
