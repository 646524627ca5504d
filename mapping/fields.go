package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mpimport/mparticle"
)

// fields compiles the lines "path: source" of n into a tree of targets under
// root.
func (l *loader) fields(n *node, root *mparticle.Field, what string) *target {
	t := &target{field: root}
	for _, e := range n.entries {
		l.field(t, e, what)
	}
	t.sort()
	l.lists(t)
	return t
}

func (l *loader) field(t *target, e entry, what string) {
	if what == "batch" && (e.key == "environment" || e.key == "source_request_id") {
		return // reported by the caller, with a better hint
	}
	steps, err := t.field.Resolve(e.key)
	if err != nil {
		l.unknownField(e, err, t.field, what)
		return
	}
	for _, s := range steps {
		t = t.step(s)
	}
	last := steps[len(steps)-1]
	if last.Key == "*" {
		if v := l.wildcard(e, last.Field); v != nil {
			t.wild = append(t.wild, v)
		}
		return
	}
	if len(last.Key) > mparticle.MaxAttributeNameChars {
		l.problem(e.line, e.column, fmt.Sprintf("the name is %d characters long, the API's limit is %d", len(last.Key), mparticle.MaxAttributeNameChars), "")
	}
	if t.value != nil {
		l.problem(e.line, e.column, e.key+" is mapped twice", fmt.Sprintf("it is mapped on line %d already; keep one of them", t.value.line))
		return
	}
	if v := l.value(e, last.Field); v != nil {
		t.value = v
		if len(steps) > 1 && optional(steps[len(steps)-2]) && e.value.get("required") == nil {
			v.needed, v.required = v.required, false
		}
	}
}

// optional reports whether an object may be left out as a whole, though some of
// its members are required.
func optional(s mparticle.Step) bool {
	return s.Key != "" && s.Field.Shape == mparticle.Object && !s.Field.Required && s.Field.OneOf == ""
}

// step returns t's child for s, made if it is not there. A wildcard's values
// stay with the map itself.
func (t *target) step(s mparticle.Step) *target {
	if s.Key == "*" {
		return t
	}
	if s.Key == "" {
		if t.elem == nil {
			t.elem = &target{field: s.Field, path: t.path + "[]"}
		}
		return t.elem
	}
	for _, m := range t.members {
		if m.key == s.Key {
			return m
		}
	}
	m := &target{key: s.Key, field: s.Field, path: t.prefix() + s.Key}
	t.members = append(t.members, m)
	return m
}

// sort puts members into the order in which they are encoded, and drops those
// whose source had a problem.
func (t *target) sort() {
	if t == nil {
		return
	}
	order := map[string]int{}
	for i, f := range t.field.Members {
		order[f.Name] = i
	}
	slices.SortFunc(t.members, func(a, b *target) int {
		if d := order[a.key] - order[b.key]; d != 0 {
			return d
		}
		return strings.Compare(a.key, b.key)
	})
	for _, m := range t.members {
		m.sort()
	}
	t.elem.sort()
}

// addDeletions makes room for the names of user attributes that an empty value
// deletes.
func (t *target) addDeletions() {
	deletes := false
	t.each(func(v *value) { deletes = deletes || v.deletes })
	field, ok := t.field.Member("deleted_user_attributes")
	if !deletes || !ok {
		return
	}
	t.step(mparticle.Step{Key: field.Name, Field: field}).deletes = true
	t.sort()
}

// addConsentTimes lets a consent whose time nothing maps have the time of the
// import: the API refuses one without a time.
func (t *target) addConsentTimes() {
	if consented, ok := t.field.Member("consented"); ok && t.has(consented.Name) {
		if at, ok := t.field.Member(eventTime); ok && !t.has(at.Name) {
			t.step(mparticle.Step{Key: at.Name, Field: at}).value = &value{path: t.prefix() + at.Name, field: at, kind: at.Type, now: true, needed: true}
			t.sort()
		}
	}
	for _, m := range t.members {
		m.addConsentTimes()
	}
}

// has reports whether a member of t is mapped.
func (t *target) has(key string) bool {
	return slices.ContainsFunc(t.members, func(m *target) bool { return m.key == key })
}

func (l *loader) unknownField(e entry, err error, root *mparticle.Field, what string) {
	var wrong *mparticle.PathError
	if !errors.As(err, &wrong) {
		l.problem(e.line, e.column, err.Error(), "")
		return
	}
	l.problem(e.line, e.column, wrong.Reason, fieldHint(wrong, root, what))
}

// fieldHint finds the nearest right path: the wrong word mended, or the field of
// that name somewhere else.
func fieldHint(wrong *mparticle.PathError, root *mparticle.Field, what string) string {
	if _, ok := mparticle.BatchFields().Member(wrong.Word); ok && what == "data" && wrong.Prefix == "" {
		return wrong.Word + " belongs under batch:"
	}
	if near := nearest(wrong.Word, wrong.Choices); wrong.Word != "" && near != "" {
		rest := strings.TrimPrefix(wrong.Path, wrong.Prefix+wrong.Word)
		return fmt.Sprintf("did you mean %s?", wrong.Prefix+near+rest)
	}
	if path := findField(root, wrong.Word, ""); wrong.Word != "" && path != "" {
		return fmt.Sprintf("did you mean %s?", path)
	}
	if what == "data" {
		return "your own attributes of an event are custom_attributes.NAME"
	}
	if wrong.Word != "" && wrong.Prefix == "" {
		return "attributes of the user are user_attributes.NAME"
	}
	if len(wrong.Choices) == 0 {
		return ""
	}
	return "known here: " + strings.Join(wrong.Choices, ", ")
}

// findField searches the members below f for one called name, outermost first.
func findField(f *mparticle.Field, name, path string) string {
	for _, m := range f.Members {
		if m.Name == name || slices.Contains(m.Aliases, name) {
			return path + m.Name
		}
	}
	for _, m := range f.Members {
		next, suffix := m, "."
		if m.Shape == mparticle.List {
			next, suffix = m.Elem, "[]."
		}
		if found := findField(next, name, path+m.Name+suffix); found != "" {
			return found
		}
	}
	return ""
}

// lists checks that the fields of a list's elements agree on the list that they
// come from.
func (l *loader) lists(t *target) {
	if t == nil {
		return
	}
	if t.elem != nil {
		l.oneList(t.elem)
	} else if t.value != nil && !strings.Contains(t.path, "[]") {
		l.noList(t)
	}
	for _, m := range t.members {
		l.lists(m)
	}
	l.lists(t.elem)
}

// oneList checks the fields of one list's elements.
func (l *loader) oneList(elem *target) {
	first := ""
	var item *value
	elem.each(func(v *value) {
		if v.expr != nil && v.expr.item {
			item = v
		}
		head, _, isList := strings.Cut(v.column, "[]")
		switch {
		case !isList:
		case first == "":
			first = head
		case head != first:
			l.problem(v.line, v.col, fmt.Sprintf("%s comes from %s[], but the fields above come from %s[]", v.path, head, first),
				"all fields of one list come from one list column")
		}
	})
	if item != nil && first == "" {
		l.problem(item.line, item.col, item.path+" reads item, but no field of its list comes from a list column", "map another field of the list, such as products[].id: items[].sku")
	}
}

// noList checks a field outside lists.
func (l *loader) noList(t *target) {
	v := t.value
	if strings.Contains(v.column, "[]") {
		l.problem(v.line, v.col, fmt.Sprintf("%s takes one value, but %s is a list", t.path, v.column), "")
	}
	if v.expr != nil && v.expr.item {
		l.problem(v.line, v.col, fmt.Sprintf("%s reads item, the element of a list, but is not in a list", t.path), `a column of that name is row["item"]`)
	}
}
