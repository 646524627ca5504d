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

	sourceZone   *time.Location // source.timezone; nil: UTC
	sourceNumber *numberStyle   // source.number
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
func (l *loader) keys(n *node, what string, known ...key) bool {
	if n == nil || n.null && n.kind == scalar {
		return false
	}
	if n.kind != mapNode {
		l.at(n, fmt.Sprintf("%s is %s where a group of keys is expected", what, n.kind), "write its keys, indented, on the lines below")
		return false
	}
	names := keyNames(known)
	for _, e := range n.entries {
		if slices.Contains(names, e.key) {
			continue
		}
		hint := "known here: " + strings.Join(names, ", ")
		if near := nearest(e.key, names); near != "" {
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
	if !l.keys(root, "the mapping file", fileKeys...) {
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
	l.tests(root.get("tests"))
	m.eachValue(func(v *value) {
		v.ordinal = len(m.values)
		m.values = append(m.values, v)
	})
}

func (l *loader) source(n *node) {
	m := l.mapping
	m.nulls = newNullTexts("")
	if !l.keys(n, "source", sourceKeys...) {
		return
	}
	m.Source.Format = l.oneOf(n.get("format"), "format", formatChoices...)
	l.dialect(n)
	m.Source.Encoding = l.oneOf(n.get("encoding"), "encoding", encodingChoices...)
	columns := n.get("columns")
	m.Source.Names = l.texts(columns, "columns")
	if zone := n.get("timezone"); zone != nil {
		l.sourceZone = l.zone(zone)
	}
	if style := n.get("number"); style != nil {
		l.sourceNumber = l.numberStyle(style)
	}
	if expect := n.get("expect"); l.keys(expect, "expect", expectKeys...) {
		m.Source.Unknown = l.oneOf(expect.get("unknown"), "unknown", unknownChoices...)
		m.Source.Optional = l.texts(expect.get("optional"), "optional")
	}
	header := l.oneOf(n.get("header"), "header", "true", "false")
	switch {
	case header == "false" && columns == nil:
		l.at(n.get("header"), "a file without a header needs the names of its columns", "add columns: [first, second, …] below")
	case header == "true" && columns != nil: // the names take the place of those in the header
		m.Source.SkipLines++
	case header == "" && columns != nil:
		l.at(columns, "columns names the columns, but is there a header line too?", "add header: false if the first line is data, header: true if it holds other names")
	}
	if values := n.get("null_values"); values != nil {
		m.nulls = newNullTexts(l.texts(values, "null_values")...)
	}
}

// dialect reads how a delimited file is written.
func (l *loader) dialect(n *node) {
	s := &l.mapping.Source
	s.Delimiter = l.text(n.get("delimiter"), "delimiter")
	s.Unquoted = n.get("quotes") != nil && !l.flag(n.get("quotes"), "quotes")
	s.Quote = l.text(n.get("quote"), "quote")
	s.Comment = l.text(n.get("comment"), "comment")
	s.Escape = l.oneOf(n.get("escape"), "escape", escapeChoices...)
	s.Ragged = l.oneOf(n.get("ragged"), "ragged", raggedChoices...)
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

func (l *loader) batch(n *node) {
	if n == nil && l.mapping.replays() {
		n = &node{kind: mapNode, line: 1, column: 1}
	}
	if n == nil || n.kind != mapNode {
		l.problem(1, 1, "batch is missing", "add batch: with at least one identity, such as user_identities.customer_id: COLUMN")
		return
	}
	l.mapping.batch = l.fields(n, mparticle.BatchFields(), "batch")
	l.mapping.batch.addDeletions()
	l.mapping.batch.addConsentTimes()
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
