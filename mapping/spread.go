package mapping

import (
	"slices"
	"strings"

	"mpimport/readers"
)

// free is a member of a free-form map that a row has.
type freeMember struct {
	key     string
	encoded []byte
}

// spreadObject appends the members of a free-form map of which some come from
// the members of an object column. A line of its own for the same name wins.
func (r *row) spreadObject(dst []byte, b *bound) ([]byte, *Reject) {
	var all []freeMember
	for _, m := range b.members {
		encoded, has, reject := r.node(nil, m)
		if reject != nil {
			return nil, reject
		}
		if has {
			all = append(all, freeMember{m.target.key, encoded})
		}
	}
	for _, s := range b.spreads {
		var reject *Reject
		if all, reject = r.spread(all, b, s); reject != nil {
			return nil, reject
		}
	}
	slices.SortFunc(all, func(x, y freeMember) int { return strings.Compare(x.key, y.key) })
	for i, m := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(appendString(dst, m.key), ':'), m.encoded...)
	}
	return dst, b.tooMany(len(all))
}

// spread adds the members of one object to those that b has already.
func (r *row) spread(all []freeMember, b, s *bound) ([]freeMember, *Reject) {
	x, problem := r.source(s)
	if x = asJSON(x); problem == "" && x.Kind == readers.Text && !r.isEmpty(x) {
		problem = "is not a JSON object"
	}
	switch {
	case problem != "":
		_, _, reject := r.invalid(nil, s, x, problem)
		return all, reject
	case r.isEmpty(x):
		return all, nil
	case x.Kind != readers.Nested || x.Text[0] != '{':
		_, _, reject := r.invalid(nil, s, x, "is not an object")
		return all, reject
	}
	w := s.value
	for name, raw := range members(x.Text) {
		key := strings.TrimPrefix(name, w.strip)
		if key == "" || w.excluded(name) || b.has(key) || slices.ContainsFunc(all, func(m freeMember) bool { return m.key == key }) {
			continue
		}
		encoded, has, reject := r.spreadMember(s, key, jsonValue(raw))
		if reject != nil {
			return nil, reject
		}
		if has {
			all = append(all, freeMember{key, encoded})
		}
	}
	return all, nil
}

// spreadMember encodes one member of an object.
func (r *row) spreadMember(s *bound, key string, x readers.Value) ([]byte, bool, *Reject) {
	m := *s
	m.target = &target{key: key, path: s.target.path + "." + key, field: s.value.field}
	m.value = new(*s.value)
	m.value.path = m.target.path
	m.value.deletes = false
	if m.column != "" {
		m.column += "." + key
	}
	if r.isEmpty(x) {
		if s.value.deletes {
			r.deleted = append(r.deleted, key)
		}
		return r.empty(nil, &m)
	}
	return r.convert(nil, &m, x)
}

// deletions appends the names of the user attributes that the row deletes: those
// whose value is empty, and those that the leaf's own source names.
func (r *row) deletions(dst []byte, b *bound) ([]byte, bool, *Reject) {
	names := r.deleted
	if b.value != nil {
		encoded, has, reject := r.leaf(nil, b)
		if reject != nil {
			return nil, false, reject
		}
		if has {
			for _, raw := range elements(string(encoded)) {
				names = append(names, jsonValue(raw).Text)
			}
		}
	}
	if len(names) == 0 {
		return dst, false, nil
	}
	slices.Sort(names)
	return appendList(dst, slices.Compact(names)), true, nil
}
