package mapping

import (
	"fmt"

	"mpimport/readers"
)

// object appends the members of b that the row has, without braces.
func (r *row) object(dst []byte, b *bound) ([]byte, *Reject) {
	if len(b.spreads) > 0 {
		return r.spreadObject(dst, b)
	}
	start, count := len(dst), 0
	for _, m := range b.members {
		mark := len(dst)
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, m.prefix...)
		next, has, reject := r.node(dst, m)
		if reject != nil {
			return nil, reject
		}
		if !has {
			dst = dst[:mark]
			continue
		}
		dst = next
		count++
	}
	return dst, b.tooMany(count)
}

// tooMany rejects more attributes than the API takes.
func (b *bound) tooMany(count int) *Reject {
	if most := b.target.field.MaxNames; most > 0 && count > most {
		return &Reject{Field: b.target.path, Text: fmt.Sprintf("has %d attributes, the API's limit is %d", count, most)}
	}
	return nil
}

// node appends one member's value; has is false, and the dst returned of no use,
// where the row has nothing for it.
func (r *row) node(dst []byte, b *bound) (_ []byte, has bool, _ *Reject) {
	switch {
	case b.target.deletes:
		return r.deletions(dst, b)
	case b.value != nil:
		return r.leaf(dst, b)
	case b.elem != nil:
		return r.list(dst, b)
	}
	start, outer, given := len(dst), r.lacking, r.given
	r.lacking = nil
	dst, reject := r.object(append(dst, '{'), b)
	lacking := r.lacking
	r.lacking = outer
	switch {
	case reject != nil:
		return nil, false, reject
	case len(dst) == start+1 || lacking != nil && r.given == given:
		return dst, false, nil
	case lacking != nil:
		return nil, false, lacking.isRequired()
	}
	return append(dst, '}'), true, nil
}

// list appends a list: one element for each of the list column's, or a single
// one where the fields come from plain columns.
func (r *row) list(dst []byte, b *bound) ([]byte, bool, *Reject) {
	all := []string{r.element}
	if b.driver != nil {
		v := asJSON(r.at(columnRef{index: b.driver.ref.index, path: b.driver.ref.path}))
		switch {
		case r.isEmpty(v):
			return dst, false, nil
		case v.Kind != readers.Nested || v.Text[0] != '[':
			return nil, false, reject(b.driver, v, "is not a list")
		}
		all = elements(v.Text)
	}
	outer := r.element
	defer func() { r.element = outer }()
	start := len(dst)
	dst = append(dst, '[')
	for _, element := range all {
		r.element = element
		mark := len(dst)
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		next, has, reject := r.node(dst, b.elem)
		if reject != nil {
			return nil, false, reject
		}
		if dst = next; !has {
			dst = dst[:mark]
		}
	}
	if len(dst) == start+1 {
		return dst, false, nil
	}
	return append(dst, ']'), true, nil
}
