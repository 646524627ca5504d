package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mpimport/mparticle"
)

// Variables looks up a ${NAME} of the mapping file.
type Variables func(name string) (string, bool)

// junkIDs are the placeholders that no one is called, unless a mapping has its
// own list.
var junkIDs = []string{"null", "0", "undefined", "00000000-0000-0000-0000-000000000000"}

// Load compiles the mapping file src, called name in messages. The error is
// Problems: everything that is wrong with it.
func Load(name string, src []byte, vars Variables) (*Mapping, error) {
	l := &loader{vars: vars, mapping: &Mapping{file: name, lines: strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")}}
	root := parseYAML(src, l.problem)
	if len(l.problems) == 0 {
		l.file(root)
	}
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return l.mapping, nil
}

// loader collects problems while it compiles.
type loader struct {
	mapping  *Mapping
	vars     Variables
	problems Problems

	sourceZone *time.Location // source.timezone; nil: UTC
}

func (l *loader) problem(line, column int, text, hint string) {
	l.problems = append(l.problems, l.mapping.problem(line, column, text, hint))
}

func (l *loader) at(n *node, text, hint string) { l.problem(n.line, n.column, text, hint) }

func (m *Mapping) problem(line, column int, text, hint string) Problem {
	p := Problem{File: m.file, Line: line, Column: column, Text: text, Hint: hint}
	if line > 0 && line <= len(m.lines) {
		p.Source = m.lines[line-1]
	}
	return p
}

// keys checks that n is a map with known keys only, and reports whether it is a
// map.
func (l *loader) keys(n *node, what string, known ...string) bool {
	if n == nil || n.null && n.kind == scalar {
		return false
	}
	if n.kind != mapNode {
		l.at(n, fmt.Sprintf("%s is %s where a group of keys is expected", what, n.kind), "write its keys, indented, on the lines below")
		return false
	}
	for _, e := range n.entries {
		if slices.Contains(known, e.key) {
			continue
		}
		hint := "known here: " + strings.Join(known, ", ")
		if near := nearest(e.key, known); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		l.problem(e.line, e.column, fmt.Sprintf("unknown key %s in %s", e.key, what), hint)
	}
	return true
}

// text returns the text of a scalar, "" if n is absent or something else.
func (l *loader) text(n *node, what string) string {
	if n == nil {
		return ""
	}
	if n.kind != scalar {
		l.at(n, fmt.Sprintf("%s is %s where a single value is expected", what, n.kind), "")
		return ""
	}
	return n.text
}

// texts returns the items of a list of scalars; a single scalar is a list of one.
func (l *loader) texts(n *node, what string) []string {
	if n == nil {
		return nil
	}
	switch n.kind {
	case scalar:
		return []string{n.text}
	case mapNode:
		l.at(n, what+" is a group of keys where a list is expected", "write [a, b, c]")
		return nil
	}
	items := make([]string, 0, len(n.items))
	for _, item := range n.items {
		items = append(items, l.text(item, "an entry of "+what))
	}
	return items
}

// oneOf returns the text of n if it is among the choices.
func (l *loader) oneOf(n *node, what string, choices ...string) string {
	s := l.text(n, what)
	if n == nil || n.kind != scalar || slices.Contains(choices, s) {
		return s
	}
	hint := "one of " + strings.Join(choices, ", ")
	if near := nearest(s, choices); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	l.at(n, fmt.Sprintf("%s cannot be %q", what, s), hint)
	return ""
}

func (l *loader) file(root *node) {
	if !l.keys(root, "the mapping file", "version", "name", "environment", "source", "where", "group", "batch", "events") {
		l.problem(1, 1, "the mapping file is empty", "it needs version, name and batch")
		return
	}
	m := l.mapping
	if v := root.get("version"); v == nil {
		l.problem(1, 1, "version is missing", "add the line version: 1")
	} else {
		l.oneOf(v, "version", "1")
	}
	if m.Name = l.text(root.get("name"), "name"); m.Name == "" {
		l.problem(1, 1, "name is missing", "add a line such as name: shop-orders; it is part of every batch's id")
	} else if strings.ContainsAny(m.Name, "/\\\n\t") {
		l.at(root.get("name"), "name cannot contain slashes or line breaks", "")
	}
	m.Environment = l.oneOf(root.get("environment"), "environment", mparticle.Environment("").Values()...)
	l.source(root.get("source"))
	m.where = l.condition(root.get("where"), "where")
	l.batch(root.get("batch"))
	l.eventRules(root.get("events"))
	l.group(root.get("group"))
}

func (l *loader) source(n *node) {
	m := l.mapping
	m.nulls = map[string]bool{"": true}
	if !l.keys(n, "source", "format", "delimiter", "quotes", "quote", "escape", "comment", "skip_lines", "ragged", "header", "columns", "null_values", "encoding", "timezone") {
		return
	}
	m.Source.Format = l.oneOf(n.get("format"), "format", "csv", "tsv", "ndjson", "parquet")
	l.dialect(n)
	m.Source.Encoding = l.oneOf(n.get("encoding"), "encoding", "utf-8", "utf-16", "latin1", "windows-1252")
	columns := n.get("columns")
	m.Source.Names = l.texts(columns, "columns")
	if zone := n.get("timezone"); zone != nil {
		l.sourceZone = l.zone(zone)
	}
	header := l.oneOf(n.get("header"), "header", "true", "false")
	switch {
	case header == "false" && columns == nil:
		l.at(n.get("header"), "a file without a header needs the names of its columns", "add columns: [first, second, …] below")
	case header != "false" && columns != nil:
		l.at(columns, "columns names the columns of a file without a header", "add header: false, or remove columns")
	}
	if values := n.get("null_values"); values != nil {
		m.nulls = map[string]bool{}
		for _, s := range l.texts(values, "null_values") {
			m.nulls[s] = true
		}
	}
}

// dialect reads how a delimited file is written.
func (l *loader) dialect(n *node) {
	s := &l.mapping.Source
	s.Delimiter = l.text(n.get("delimiter"), "delimiter")
	s.Unquoted = l.oneOf(n.get("quotes"), "quotes", "true", "false") == "false"
	s.Quote = l.text(n.get("quote"), "quote")
	s.Comment = l.text(n.get("comment"), "comment")
	s.Escape = l.oneOf(n.get("escape"), "escape", "doubled", "backslash")
	s.Ragged = l.oneOf(n.get("ragged"), "ragged", "reject", "pad")
	if skip := n.get("skip_lines"); skip != nil {
		lines, err := strconv.Atoi(l.text(skip, "skip_lines"))
		if err != nil || lines < 0 || lines > 1000 {
			l.at(skip, "skip_lines is not a number of lines", "write a number from 0 to 1000")
		}
		s.SkipLines = lines
	}
	if err := s.Options().Check(); err != nil {
		l.at(n, err.Error(), "")
	}
}

func (l *loader) group(n *node) {
	m := l.mapping
	m.junk = map[string]bool{}
	for _, id := range junkIDs {
		m.junk[id] = true
	}
	identities := l.identities()
	m.groupBy = identities
	if !l.keys(n, "group", "by", "merge", "attributes", "junk_ids") {
		return
	}
	l.oneOf(n.get("merge"), "merge", "split")
	l.oneOf(n.get("attributes"), "attributes", "every")
	if ids := n.get("junk_ids"); ids != nil {
		m.junk = map[string]bool{}
		for _, id := range l.texts(ids, "junk_ids") {
			m.junk[id] = true
		}
	}
	by := n.get("by")
	if by == nil {
		return
	}
	m.groupBy = nil
	for _, path := range l.texts(by, "by") {
		if !slices.Contains(identities, path) {
			l.at(by, fmt.Sprintf("by: %s is not a mapped identity", path), "mapped are "+strings.Join(identities, ", "))
		}
		m.groupBy = append(m.groupBy, path)
	}
}

// identities are the paths of the mapped identities in the order of the file. No
// identity at all is a problem.
func (l *loader) identities() []string {
	var values []*value
	l.mapping.batch.each(func(v *value) {
		if v.field.Identity {
			values = append(values, v)
		}
	})
	slices.SortStableFunc(values, func(a, b *value) int { return a.line - b.line })
	var paths []string
	for _, v := range values {
		paths = append(paths, v.path)
	}
	if len(paths) == 0 && l.mapping.batch != nil && len(l.problems) == 0 { // other problems may be the cause
		l.problem(l.mapping.batch.line(), 1, "no identity is mapped, so mParticle could not tell whose data it is",
			"map a column to user_identities.customer_id, user_identities.email or another identity")
	}
	return paths
}

func (t *target) line() int {
	first := 1
	t.each(func(v *value) {
		if first == 1 || v.line < first {
			first = v.line
		}
	})
	return first
}

func (l *loader) batch(n *node) {
	if n == nil || n.kind != mapNode {
		l.problem(1, 1, "batch is missing", "add batch: with at least one identity, such as user_identities.customer_id: COLUMN")
		return
	}
	l.mapping.batch = l.fields(n, mparticle.BatchFields(), "batch")
	for _, e := range n.entries {
		switch e.key {
		case "environment":
			l.problem(e.line, e.column, "environment is a key of the mapping file, not a field", "write environment: at the top, or give --environment")
		case "source_request_id":
			l.problem(e.line, e.column, "source_request_id is made by mpimport from the content of the batch", "remove the line")
		}
	}
	l.required(l.mapping.batch, n, "batch")
}

func (l *loader) eventRules(n *node) {
	if n == nil || n.null {
		l.mapping.Eventless = true
		return
	}
	if n.kind != listNode {
		l.at(n, "events is "+n.kind.String()+" where a list is expected", "begin each event with - type: …")
		return
	}
	l.mapping.Eventless = len(n.items) == 0
	for _, item := range n.items {
		l.eventRule(item)
	}
}

func (l *loader) eventRule(n *node) {
	if !l.keys(n, "an event", "type", "when", "data") {
		return
	}
	var types []string
	for _, t := range mparticle.EventTypes() {
		types = append(types, string(t))
	}
	kind := n.get("type")
	if kind == nil {
		l.at(n, "the event has no type", "add type: "+strings.Join(types, ", type: "))
		return
	}
	rule := eventRule{eventType: mparticle.EventType(l.oneOf(kind, "type", types...)), when: l.condition(n.get("when"), "when")}
	fields, ok := mparticle.EventFields(rule.eventType)
	if !ok {
		return
	}
	data := n.get("data")
	if data == nil || data.kind != mapNode {
		l.at(n, "the event has no data", "add data: with at least timestamp_unixtime_ms")
		return
	}
	rule.data = l.fields(data, fields, "data")
	l.required(rule.data, data, string(rule.eventType))
	l.timestamp(rule.data, data)
	l.oneVariant(rule.data, data)
	l.mapping.events = append(l.mapping.events, rule)
}

func (l *loader) timestamp(t *target, n *node) {
	for _, m := range t.members {
		if m.key == "timestamp_unixtime_ms" {
			return
		}
	}
	l.at(n, "the event has no timestamp_unixtime_ms, so mParticle would take the time of the import",
		"map the column of the time; if the time of the import is meant, write timestamp_unixtime_ms: {value: now}")
}

// oneVariant checks fields of which exactly one must be there, as in commerce
// events.
func (l *loader) oneVariant(t *target, n *node) {
	var all, mapped []string
	for _, f := range t.field.Members {
		if f.OneOf != "" {
			all = append(all, f.Name)
		}
	}
	for _, m := range t.members {
		if m.field.OneOf != "" {
			mapped = append(mapped, m.key)
		}
	}
	if len(all) > 0 && len(mapped) != 1 {
		l.at(n, fmt.Sprintf("the event needs exactly one of %s; mapped: %s", strings.Join(all, ", "), orNone(mapped)), "")
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// required checks that whatever object is mapped has the members that the API
// demands of it.
func (l *loader) required(t *target, n *node, what string) {
	if t == nil {
		return
	}
	if t.field.Shape == mparticle.Object {
		for _, f := range t.field.Members {
			if f.Required && f.Name != "environment" && !slices.ContainsFunc(t.members, func(m *target) bool { return m.key == f.Name }) {
				l.at(n, fmt.Sprintf("%s needs %s%s", what, t.prefix(), f.Name), f.Meaning)
			}
		}
	}
	for _, m := range t.members {
		l.required(m, n, what)
	}
	l.required(t.elem, n, what)
}

// prefix is the path of an object's members, up to their names.
func (t *target) prefix() string {
	if t.path == "" {
		return ""
	}
	return t.path + "."
}
