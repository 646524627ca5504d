package mapping

import (
	"fmt"
	"strings"
	"time"

	"mpimport/mparticle"
)

// value is where a field's value comes from and how it is converted.
type value struct {
	path      string // the field, as the mapping spells it
	field     *mparticle.Field
	line, col int // place in the mapping file
	ordinal   int // among all values of the mapping

	// The source: one of column, literal, now and expr; of a line that ends in
	// `.*` one of columns, json, rest and expr.
	column  string
	literal []byte // encoded JSON
	now     bool   // the literal `now` of a timestamp
	expr    *expression
	columns []string // names or globs
	json    string   // a column of objects, whose members become fields
	rest    bool     // all columns that nothing else maps
	strip   string   // prefix taken off the names
	except  []string // names or globs that are left out

	kind       mparticle.Type
	formats    []timeFormat
	zone       *time.Location
	number     *numberStyle
	nestedText bool // nested: text, or type: string, was written: objects and lists become their JSON text
	transforms []transform
	lookup     map[string]string
	lookupElse *string
	list       bool // type: list was written
	split      string
	fallback   []byte // encoded JSON of `default`
	required   bool
	needed     bool // required if the optional object that it is in has anything else
	omit       bool // on_invalid: omit
	deletes    bool // when_null: delete
}

// value compiles the source of one field.
func (l *loader) value(e entry, field *mparticle.Field) *value {
	v := &value{path: e.key, field: field, line: e.line, col: e.column, kind: field.Type, zone: l.zone(nil), number: l.sourceNumber}
	n := e.value
	if field.Shape == mparticle.List { // of leaves: one text, or several by split
		v.kind = mparticle.Attribute
	}
	v.required = field.Required
	switch n.kind {
	case listNode:
		l.at(n, e.key+" has a list where a column name or a group of keys is expected", "for a fixed list of values write {value: …}; columns: […] goes with "+e.key+".*")
		return nil
	case scalar:
		if n.null {
			l.problem(e.line, e.column, e.key+" has no source", "write a column name after the colon, or {value: …} for a fixed value")
			return nil
		}
		v.column = n.text
		v.line, v.col = n.line, n.column
		l.defaults(v)
		return v
	}
	return l.longValue(v, n)
}

func (l *loader) longValue(v *value, n *node) *value {
	before := len(l.problems)
	if !l.keys(n, v.path, valueKeys...) || len(l.problems) > before {
		return nil
	}
	name, source := l.oneSource(n, v.path, "column", "value", "expr")
	if source == nil {
		return nil
	}
	l.conversion(v, n)
	if name == "value" {
		return l.literal(v, source)
	}
	v.line, v.col = source.line, source.column
	if name == "expr" {
		if v.expr = l.expression(source, "expr"); v.expr == nil {
			return nil
		}
	} else if v.column = l.text(source, "column"); v.column == "" {
		l.at(source, "column is empty", "")
		return nil
	}
	l.finish(v, n)
	return v
}

// oneSource returns the one of the names that n has; none or several are a
// problem.
func (l *loader) oneSource(n *node, what string, names ...string) (string, *node) {
	var found []string
	for _, name := range names {
		if n.get(name) != nil {
			found = append(found, name)
		}
	}
	if len(found) == 1 {
		return found[0], n.get(found[0])
	}
	hint := ""
	if len(found) > 1 {
		hint = "it has " + strings.Join(found, " and ")
	}
	last := len(names) - 1
	l.at(n, fmt.Sprintf("%s needs exactly one of %s and %s", what, strings.Join(names[:last], ", "), names[last]), hint)
	return "", nil
}

// wildcard compiles the source of a line that ends in `.*`.
func (l *loader) wildcard(e entry, field *mparticle.Field) *value {
	v := &value{path: e.key, field: field, line: e.line, col: e.column, kind: field.Type, zone: l.zone(nil), number: l.sourceNumber}
	n := e.value
	if n.kind != mapNode {
		l.problem(e.line, e.column, e.key+" needs the columns that it stands for", "write "+e.key+": {columns: [first, second]}, a pattern: {columns: \"attr_*\", strip: \"attr_\"}, or all others: {rest: true}")
		return nil
	}
	if !l.keys(n, v.path, wildKeys...) {
		return nil
	}
	name, source := l.oneSource(n, v.path, "columns", "json", "rest", "expr")
	if source == nil {
		return nil
	}
	v.line, v.col = source.line, source.column
	switch name {
	case "columns":
		if v.columns = l.texts(source, "columns"); len(v.columns) == 0 {
			l.at(n, v.path+" needs columns", "write {columns: [first, second]}")
			return nil
		}
	case "json":
		if v.json = l.text(source, "json"); v.json == "" {
			l.at(source, "json needs a column", "write {json: COLUMN}, where COLUMN holds objects")
			return nil
		}
	case "rest":
		if v.rest = l.flag(source, "rest"); !v.rest {
			l.at(source, "rest can only be true", "remove the line, or write rest: true")
			return nil
		}
	case "expr":
		if v.expr = l.expression(source, "expr"); v.expr == nil {
			return nil
		}
	}
	v.strip = l.text(n.get("strip"), "strip")
	v.except = l.texts(n.get("except"), "except")
	l.conversion(v, n)
	l.finish(v, n)
	return v
}

// finish reads the keys that need the type of the value.
func (l *loader) finish(v *value, n *node) {
	l.defaults(v)
	if d := n.get("default"); d != nil {
		v.fallback, _ = l.constant(v, d, "default")
		if v.deletes {
			l.at(d, "default and when_null: delete exclude each other", "keep one of them")
		}
	}
	if m := n.get("map"); m != nil && m.kind == mapNode {
		for _, e := range m.entries { // what the table gives must fit the field
			l.constant(v, e.value, "map")
		}
	}
}

// defaults gives timestamps their default format.
func (l *loader) defaults(v *value) {
	if v.kind == mparticle.Timestamp && len(v.formats) == 0 {
		v.formats = []timeFormat{iso8601}
	}
}

// isIdentity reports whether the value says who the user is.
func (v *value) isIdentity() bool { return v.field.Identity }

// reads returns the references to columns that the value is made of, globs left
// out.
func (v *value) reads() []string {
	switch {
	case v.column != "":
		return []string{v.column}
	case v.json != "":
		return []string{v.json}
	case v.expr != nil:
		return v.expr.columns
	}
	return nil
}
