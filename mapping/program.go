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
	where   *boundExpression
	batch   *bound
	events  []boundEvent
	group   []*bound // the identities of groupBy, in order
	order   *bound   // nil: the order of the rows
	used    []bool   // columns that are the source of a field
	rests   []rest   // wildcards for all columns that are not
	missing []missing
}

type boundEvent struct {
	eventType mparticle.EventType
	when      *boundExpression
	collect   *bound // the column of collect_by; nil: each row makes its own event
	data      *bound
}

// bound is a target joined to columns.
type bound struct {
	prefix  []byte // the member's name and colon, encoded; nil for roots and elements
	target  *target
	value   *value // of a leaf
	column  string // the column that a leaf reads, for messages
	ref     columnRef
	expr    *boundExpression // of a leaf that computes its value
	members []*bound
	spreads []*bound // of a Map: sources whose objects' members become its own
	elem    *bound
	driver  *bound // of a list: the leaf whose list column gives the elements; nil: one element
	slot    int    // of an identity: its place in row.ids; else -1
}

// rest is a wildcard that takes what nothing else maps.
type rest struct {
	into *bound
	wild *value
}

// Bind joins the mapping to the columns that a source has. Columns that it does
// not have read as missing; Check reports them.
func (m *Mapping) Bind(columns []readers.Column) *Program {
	p := &Program{mapping: m, columns: columns, where: m.where.bind(columns), group: make([]*bound, len(m.groupBy)), used: make([]bool, len(columns))}
	p.batch = p.bind(m.batch)
	for _, e := range m.events {
		p.events = append(p.events, boundEvent{eventType: e.eventType, when: e.when.bind(columns), collect: p.bindCollect(e), data: p.bind(e.data)})
	}
	for _, r := range p.rests {
		p.expandRest(r)
	}
	if m.order != nil {
		p.order = p.leaf(m.order, m.order.column)
	}
	for _, c := range m.conditions() {
		p.noteMissing(c.bind(columns))
	}
	return p
}

// noteMissing notes the columns that an expression reads and the source does not
// have.
func (p *Program) noteMissing(e *boundExpression) {
	for i, ref := range e.refs {
		if ref.index < 0 {
			p.lacks(e.columns[i], e.line, e.column)
		}
	}
	if text := e.fits(e.refs, p.columns); text != "" {
		p.missing = append(p.missing, missing{column: e.text, line: e.line, at: e.column, mismatch: "the expression does not fit its columns: " + text})
	}
}

// lacks notes that the source does not have a column, which stands at line and at
// of the mapping file.
func (p *Program) lacks(column string, line, at int) {
	if !p.mapping.Source.isOptional(column) {
		p.missing = append(p.missing, missing{column: column, line: line, at: at})
	}
}

func (p *Program) bindCollect(e eventRule) *bound {
	if e.collectBy == "" {
		return nil
	}
	v := &value{path: "collect_by", field: &mparticle.Field{}, column: e.collectBy, line: e.collectLine, col: e.collectColumn}
	return p.leaf(v, e.collectBy)
}

// leaf binds a value that stands by itself.
func (p *Program) leaf(v *value, column string) *bound {
	b := &bound{target: &target{field: v.field, path: v.path}, slot: -1}
	p.bindValue(b, v, column)
	return b
}

func (p *Program) bind(t *target) *bound {
	b := &bound{target: t, slot: -1, ref: columnRef{index: -1}}
	if t.key != "" {
		b.prefix = append(appendString(nil, t.key), ':')
	}
	if t.value != nil {
		p.bindValue(b, t.value, t.value.column)
		p.use(b)
	}
	for _, m := range t.members {
		b.members = append(b.members, p.bind(m))
	}
	for _, w := range t.wild {
		p.bindWild(b, w)
	}
	if len(t.wild) > 0 {
		b.sortMembers()
	}
	if t.elem != nil {
		b.elem = p.bind(t.elem)
		b.driver = b.elem.listLeaf()
	}
	return b
}

// sortMembers puts free-form members into the order of their names.
func (b *bound) sortMembers() {
	slices.SortFunc(b.members, func(x, y *bound) int { return strings.Compare(x.target.key, y.target.key) })
}

func (p *Program) bindValue(b *bound, v *value, column string) {
	b.value, b.column, b.ref = v, column, columnRef{index: -1}
	if v.expr != nil {
		b.expr = v.expr.bind(p.columns)
		p.noteMissing(b.expr)
	}
	if column != "" {
		b.ref = resolve(column, p.columns)
		if b.ref.index < 0 {
			p.lacks(column, v.line, v.col)
		} else if text, hint := v.mismatch(b.ref, p.columns); text != "" {
			p.missing = append(p.missing, missing{column: column, line: v.line, at: v.col, mismatch: text, hint: hint})
		}
	}
	if i := slices.Index(p.mapping.groupBy, b.target.path); i >= 0 && v.isIdentity() {
		b.slot = i
		p.group[i] = b
	}
}

// use notes that the columns of b are the source of a field.
func (p *Program) use(b *bound) {
	mark := func(index int) { p.used[index] = true }
	b.ref.each(mark)
	if b.expr != nil {
		for i := range b.expr.refs {
			b.expr.refs[i].each(mark)
		}
	}
}

// bindWild joins a wildcard to the columns that it stands for. A line of its own
// for the same name wins.
func (p *Program) bindWild(b *bound, w *value) {
	switch {
	case w.rest:
		p.rests = append(p.rests, rest{into: b, wild: w})
		return
	case w.json != "" || w.expr != nil:
		spread := p.leaf(w, w.json)
		spread.target.path = b.target.path
		p.use(spread)
		b.spreads = append(b.spreads, spread)
		return
	}
	for _, pattern := range w.columns {
		if !strings.ContainsAny(pattern, "*?") {
			p.wildMember(b, w, pattern)
			continue
		}
		for _, c := range p.columns {
			if readers.MatchGlob(pattern, c.Name) && !w.excluded(c.Name) {
				p.wildMember(b, w, c.Name)
			}
		}
	}
}

// expandRest makes members of the columns that nothing else maps.
func (p *Program) expandRest(r rest) {
	for i, c := range p.columns {
		if !p.used[i] && !r.wild.excluded(c.Name) {
			p.wildMember(r.into, r.wild, c.Name)
		}
	}
	r.into.sortMembers()
}

func (p *Program) wildMember(b *bound, w *value, column string) {
	key := strings.TrimPrefix(column, w.strip)
	if key == "" || b.has(key) {
		return
	}
	v := *w
	v.path = strings.TrimSuffix(w.path, "*") + key
	m := &bound{prefix: append(appendString(nil, key), ':'), target: &target{key: key, path: v.path, field: w.field}, slot: -1}
	p.bindValue(m, &v, column)
	if !w.rest {
		p.use(m)
	}
	b.members = append(b.members, m)
}

// has reports whether b has a member of that name.
func (b *bound) has(key string) bool {
	return slices.ContainsFunc(b.members, func(m *bound) bool { return m.target.key == key })
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

// Unmapped returns those of a source's columns that the mapping reads nowhere.
func (m *Mapping) Unmapped(names []string) []string {
	columns := make([]readers.Column, len(names))
	for i, name := range names {
		columns[i].Name = name
	}
	p := m.Bind(columns)
	if len(p.rests) > 0 || m.replays() {
		return nil
	}
	for _, ref := range m.otherColumns() {
		r := resolve(ref, columns)
		r.each(func(index int) { p.used[index] = true })
	}
	var unmapped []string
	for i, used := range p.used {
		if !used {
			unmapped = append(unmapped, names[i])
		}
	}
	return unmapped
}

// missingHint names what was probably meant.
func missingHint(column string, names []string) string {
	if len(names) == 1 {
		for _, d := range []string{",", ";", "\t", "|"} {
			if strings.Contains(names[0], d) {
				return fmt.Sprintf("it has one column, %q: does it need source.delimiter: %q?", names[0], d)
			}
		}
	}
	hint := "it has " + list(names)
	if near := nearest(column, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return hint
}
