package mapping

import (
	"fmt"
	"slices"
	"strings"

	"mpimport/mparticle"
	"mpimport/readers"
)

// Program is a mapping joined to the columns of one source. Many goroutines may
// use it at once.
type Program struct {
	mapping *Mapping
	columns []readers.Column
	where   *boundCondition
	batch   *bound
	events  []boundEvent
	group   []*bound // the identities of groupBy, in order
	missing []missing
}

type boundEvent struct {
	eventType mparticle.EventType
	when      *boundCondition
	data      *bound
}

// bound is a target joined to columns.
type bound struct {
	prefix  []byte // the member's name and colon, encoded; nil for roots and elements
	target  *target
	value   *value // of a leaf
	column  string // the column that a leaf reads, for messages
	ref     columnRef
	members []*bound
	elem    *bound
	driver  *bound // of a list: the leaf whose list column gives the elements; nil: one element
	slot    int    // of an identity: its place in row.ids; else -1
}

// missing is a mapped column that the source does not have.
type missing struct {
	column       string
	line, at     int
	typeMismatch string
}

// Bind joins the mapping to the columns that a source has. Columns that it does
// not have read as missing; Check reports them.
func (m *Mapping) Bind(columns []readers.Column) *Program {
	p := &Program{mapping: m, columns: columns, where: m.where.bind(columns), group: make([]*bound, len(m.groupBy))}
	p.batch = p.bind(m.batch)
	for _, e := range m.events {
		p.events = append(p.events, boundEvent{eventType: e.eventType, when: e.when.bind(columns), data: p.bind(e.data)})
	}
	for _, c := range m.conditions() {
		for i, ref := range c.bind(columns).refs {
			if ref.index < 0 {
				p.missing = append(p.missing, missing{column: c.columns[i], line: c.line, at: c.column})
			}
		}
	}
	return p
}

func (p *Program) bind(t *target) *bound {
	b := &bound{target: t, slot: -1}
	if t.key != "" {
		b.prefix = append(appendString(nil, t.key), ':')
	}
	if t.value != nil {
		p.bindValue(b, t.value, t.value.column)
	}
	for _, m := range t.members {
		b.members = append(b.members, p.bind(m))
	}
	for _, w := range t.wild {
		p.expandWild(b, w)
	}
	if len(t.wild) > 0 {
		slices.SortFunc(b.members, func(x, y *bound) int { return strings.Compare(x.target.key, y.target.key) })
	}
	if t.elem != nil {
		b.elem = p.bind(t.elem)
		b.driver = b.elem.listLeaf()
	}
	return b
}

func (p *Program) bindValue(b *bound, v *value, column string) {
	b.value, b.column, b.ref = v, column, columnRef{index: -1}
	if column != "" {
		b.ref = resolve(column, p.columns)
		if b.ref.index < 0 {
			p.missing = append(p.missing, missing{column: column, line: v.line, at: v.col})
		} else if text := v.mismatch(b.ref, p.columns); text != "" {
			p.missing = append(p.missing, missing{column: column, line: v.line, at: v.col, typeMismatch: text})
		}
	}
	if i := slices.Index(p.mapping.groupBy, v.path); i >= 0 && v.isIdentity() {
		b.slot = i
		p.group[i] = b
	}
}

// mismatch says why a column's declared type can never become what the field
// takes.
func (v *value) mismatch(ref columnRef, columns []readers.Column) string {
	if v.kind != mparticle.Timestamp || len(ref.path) > 0 || ref.list || columns[ref.index].Type != readers.NumberColumn {
		return ""
	}
	if slices.ContainsFunc(v.formats, func(f timeFormat) bool { return f.unit > 0 }) {
		return ""
	}
	return fmt.Sprintf("column %q holds numbers, and %s needs their unit", columns[ref.index].Name, v.path)
}

// expandWild makes a member of each column that a wildcard names. A line of its
// own for the same name wins.
func (p *Program) expandWild(b *bound, w *value) {
	for _, pattern := range w.columns {
		if !strings.ContainsAny(pattern, "*?") {
			p.wildMember(b, w, pattern)
			continue
		}
		for _, c := range p.columns {
			if readers.MatchGlob(pattern, c.Name) {
				p.wildMember(b, w, c.Name)
			}
		}
	}
}

func (p *Program) wildMember(b *bound, w *value, column string) {
	key := strings.TrimPrefix(column, w.strip)
	if key == "" || slices.ContainsFunc(b.members, func(m *bound) bool { return m.target.key == key }) {
		return
	}
	v := *w
	v.path = strings.TrimSuffix(w.path, "*") + key
	m := &bound{prefix: append(appendString(nil, key), ':'), target: &target{key: key, path: v.path, field: w.field}, slot: -1}
	p.bindValue(m, &v, column)
	b.members = append(b.members, m)
}

// listLeaf is the first leaf below b that reads a list column, not looking into
// lists within.
func (b *bound) listLeaf() *bound {
	if b.value != nil && b.ref.list {
		return b
	}
	for _, m := range b.members {
		if found := m.listLeaf(); found != nil {
			return found
		}
	}
	return nil
}

// Check reports, as Problems, the mapped columns that the source does not have
// and columns whose type cannot fit. names are all columns of the source.
func (p *Program) Check(source string, names []string) error {
	var problems Problems
	said := map[string]bool{}
	ordered := slices.Clone(p.missing)
	slices.SortStableFunc(ordered, func(a, b missing) int { return a.line - b.line })
	for _, m := range ordered {
		if said[m.column+m.typeMismatch] {
			continue // a column that is mapped often is missing once
		}
		said[m.column+m.typeMismatch] = true
		if m.typeMismatch != "" {
			problems = append(problems, p.mapping.problem(m.line, m.at, source+": "+m.typeMismatch, "add format: unix_s, unix_ms, unix_us or unix_ns"))
			continue
		}
		hint := "it has " + list(names)
		if near := nearest(m.column, names); near != "" {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		problems = append(problems, p.mapping.problem(m.line, m.at, fmt.Sprintf("%s has no column %q", source, m.column), hint))
	}
	if len(problems) == 0 {
		return nil
	}
	return problems.sorted()
}
