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

	column  string   // the column; "" for a literal or a wildcard
	columns []string // of a wildcard: names or globs
	strip   string   // of a wildcard: prefix taken off the names

	literal []byte // encoded JSON of a literal
	now     bool   // the literal `now` of a timestamp

	kind       mparticle.Type
	formats    []timeFormat
	zone       *time.Location
	transforms []transform
	lookup     map[string]string
	lookupElse *string
	split      string
	fallback   []byte // encoded JSON of `default`
	required   bool
	omit       bool // on_invalid: omit
}

// conversions are the keys that say how a value is converted.
var conversions = []string{"type", "format", "timezone", "transform", "map", "map_else", "split", "default", "required", "on_invalid"}

// value compiles the source of one field.
func (l *loader) value(e entry, field *mparticle.Field) *value {
	v := &value{path: e.key, field: field, line: e.line, col: e.column, kind: field.Type, zone: l.zone(nil)}
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
	if !l.keys(n, v.path, append([]string{"column", "value"}, conversions...)...) || len(l.problems) > before {
		return nil
	}
	column, literal := n.get("column"), n.get("value")
	if (column == nil) == (literal == nil) {
		l.at(n, v.path+" needs exactly one of column and value", "")
		return nil
	}
	l.conversion(v, n)
	if literal != nil {
		return l.literal(v, literal)
	}
	if v.column = l.text(column, "column"); v.column == "" {
		l.at(column, "column is empty", "")
		return nil
	}
	v.line, v.col = column.line, column.column
	l.defaults(v)
	if d := n.get("default"); d != nil {
		v.fallback, _ = l.constant(v, d, "default")
	}
	l.lookupValues(v, n.get("map"))
	return v
}

// wildcard compiles the source of a line that ends in `.*`.
func (l *loader) wildcard(e entry, field *mparticle.Field) *value {
	v := &value{path: e.key, field: field, line: e.line, col: e.column, kind: field.Type, zone: l.zone(nil)}
	n := e.value
	if n.kind != mapNode {
		l.problem(e.line, e.column, e.key+" needs the columns that it stands for", "write "+e.key+": {columns: [first, second]}, or a pattern: {columns: \"attr_*\", strip: \"attr_\"}")
		return nil
	}
	if !l.keys(n, v.path, append([]string{"columns", "strip"}, conversions...)...) {
		return nil
	}
	v.columns = l.texts(n.get("columns"), "columns")
	if len(v.columns) == 0 {
		l.at(n, v.path+" needs columns", "write {columns: [first, second]}")
		return nil
	}
	v.strip = l.text(n.get("strip"), "strip")
	l.conversion(v, n)
	l.defaults(v)
	if d := n.get("default"); d != nil {
		v.fallback, _ = l.constant(v, d, "default")
	}
	l.lookupValues(v, n.get("map"))
	return v
}

var typeChoices = []string{"string", "integer", "number", "boolean", "timestamp", "list"}

// conversion reads the keys that say how a value is converted.
func (l *loader) conversion(v *value, n *node) {
	if t := n.get("type"); t != nil {
		l.setType(v, t)
	}
	if z := n.get("timezone"); z != nil {
		v.zone = l.zone(z)
	}
	for _, f := range l.formatNodes(n.get("format")) {
		format, err := parseTimeFormat(f.text)
		if err != nil {
			l.at(f, err.Error(), "named formats: "+strings.Join(formatNames(), ", ")+"; or a pattern such as %d/%m/%Y %H:%M:%S")
			continue
		}
		v.formats = append(v.formats, format)
	}
	if len(v.formats) > 0 && v.kind != mparticle.Timestamp {
		l.at(n.get("format"), fmt.Sprintf("format is for timestamps, but %s is a %s", v.path, v.kind), "add type: timestamp, or remove format")
	}
	for _, name := range l.texts(n.get("transform"), "transform") {
		t, ok := transforms[name]
		if !ok {
			l.unknownTransform(n.get("transform"), name)
			continue
		}
		v.transforms = append(v.transforms, t)
	}
	if m := n.get("map"); l.keys(m, "map", mapKeys(m)...) {
		v.lookup = map[string]string{}
		for _, e := range m.entries {
			v.lookup[e.key] = l.text(e.value, "map")
		}
	}
	if e := n.get("map_else"); e != nil {
		v.lookupElse = new(l.text(e, "map_else"))
	}
	v.split = l.text(n.get("split"), "split")
	if v.split != "" && v.kind != mparticle.Attribute {
		l.at(n.get("split"), fmt.Sprintf("split makes a list, but %s takes a %s", v.path, v.kind), "")
	}
	if r := l.oneOf(n.get("required"), "required", "true", "false"); r != "" {
		v.required = r == "true"
	}
	v.omit = l.oneOf(n.get("on_invalid"), "on_invalid", "reject", "omit") == "omit"
}

func mapKeys(n *node) []string {
	if n == nil {
		return nil
	}
	var keys []string
	for _, e := range n.entries {
		keys = append(keys, e.key)
	}
	return keys
}

func (l *loader) formatNodes(n *node) []*node {
	if n == nil {
		return nil
	}
	l.texts(n, "format") // reports what is no text
	if n.kind == listNode {
		return n.items
	}
	return []*node{n}
}

func (l *loader) unknownTransform(n *node, name string) {
	names := transformNames()
	hint := "known are " + strings.Join(names, ", ")
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	l.at(n, "unknown transform "+name, hint)
}

// setType takes `type`, which must fit what the field wants.
func (l *loader) setType(v *value, n *node) {
	name := l.oneOf(n, "type", typeChoices...)
	free := v.field.Type == mparticle.Scalar || v.field.Type == mparticle.Attribute
	fits := map[string]mparticle.Type{"string": mparticle.String, "integer": mparticle.Integer, "number": mparticle.Number,
		"boolean": mparticle.Boolean, "timestamp": mparticle.Timestamp, "list": mparticle.Attribute}
	kind, ok := fits[name]
	switch {
	case !ok:
	case free && (name != "list" || v.field.Type == mparticle.Attribute):
		v.kind = kind
	case kind != v.field.Type && !(kind == mparticle.Integer && v.field.Type == mparticle.Number) && !(kind == mparticle.String && v.field.Type >= mparticle.UUID):
		l.at(n, fmt.Sprintf("type %s does not fit: %s takes a %s", name, v.path, v.field.Type), "leave type out, the field knows its own")
	}
}

// zone reads a time zone; nil gives the mapping's own.
func (l *loader) zone(n *node) *time.Location {
	if n == nil {
		if l.sourceZone == nil {
			return time.UTC
		}
		return l.sourceZone
	}
	name := l.text(n, "timezone")
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		l.at(n, fmt.Sprintf("unknown time zone %q", name), "write a name such as Europe/Berlin or UTC")
		return time.UTC
	}
	return zone
}

// defaults gives timestamps their default format.
func (l *loader) defaults(v *value) {
	if v.kind == mparticle.Timestamp && len(v.formats) == 0 {
		v.formats = []timeFormat{iso8601}
	}
}

// literal compiles {value: …}.
func (l *loader) literal(v *value, n *node) *value {
	if n.null {
		l.at(n, v.path+" has the value null, which is never sent", "remove the line")
		return nil
	}
	if v.kind == mparticle.Timestamp && n.kind == scalar && n.text == "now" {
		if v.path != "timestamp_unixtime_ms" {
			l.at(n, "now is for timestamp_unixtime_ms of an event", "")
			return nil
		}
		v.now = true
		return v
	}
	encoded, ok := l.constant(v, n, "value")
	if !ok {
		return nil
	}
	v.literal = encoded
	return v
}

// constant converts a value that is written in the mapping file.
func (l *loader) constant(v *value, n *node, what string) ([]byte, bool) {
	if n.kind == listNode {
		if v.kind != mparticle.Attribute {
			l.at(n, fmt.Sprintf("%s is a list, but %s takes a %s", what, v.path, v.kind), "")
			return nil, false
		}
		return appendList(nil, l.texts(n, what)), true
	}
	text, ok := l.expand(n, l.text(n, what))
	if !ok {
		return nil, false
	}
	plain := value{path: v.path, field: v.field, kind: v.kind, formats: v.formats, zone: v.zone}
	l.defaults(&plain)
	encoded, problem := plain.convert(nil, textValue(text))
	if problem != "" {
		hint := ""
		if len(v.field.Enum) > 0 {
			if near := nearest(text, v.field.Enum); near != "" {
				hint = fmt.Sprintf("did you mean %s?", near)
			}
		}
		l.at(n, fmt.Sprintf("%s: %s %q %s", v.path, what, cut(text), problem), hint)
		return nil, false
	}
	return encoded, true
}

// expand replaces ${NAME} in a text of the mapping file.
func (l *loader) expand(n *node, text string) (string, bool) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String(), true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			l.at(n, "${ is not closed", "write ${NAME}")
			return "", false
		}
		var value string
		ok := false
		if l.vars != nil {
			value, ok = l.vars(name)
		}
		if !ok {
			l.at(n, fmt.Sprintf("${%s} has no value", name), fmt.Sprintf("give --set %s=… or set the environment variable %s", name, name))
			return "", false
		}
		out.WriteString(value)
		text = after
	}
}

// lookupValues checks that what a lookup table gives fits the field.
func (l *loader) lookupValues(v *value, n *node) {
	if n == nil || n.kind != mapNode {
		return
	}
	for _, e := range n.entries {
		l.constant(v, e.value, "map")
	}
}

// isIdentity reports whether the value says who the user is.
func (v *value) isIdentity() bool { return v.field.Identity }
