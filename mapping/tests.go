package mapping

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"mpimport/readers"
)

// Test is one of the mapping's own examples: rows, and what must become of them.
type Test struct {
	Line int    // in the mapping file
	Rows []byte // NDJSON

	batches []*node // what each batch must have, at least, in order
	reject  string  // words of the reason for which every row must be rejected
	skip    bool    // every row must be left out by `where`
}

// TestResult is what became of the rows of a Test.
type TestResult struct {
	Batches [][]byte // encoded, in order
	Rejects []string // reasons, in order
	Skipped int
}

// Tests returns the mapping's own examples.
func (m *Mapping) Tests() []Test { return m.tests }

func (l *loader) tests(n *node) {
	if n == nil || n.null {
		return
	}
	if n.kind != listNode {
		l.at(n, "tests is "+n.kind.String()+" where a list is expected", "begin each test with - row: {…}")
		return
	}
	for _, item := range n.items {
		if t, ok := l.test(item); ok {
			l.mapping.tests = append(l.mapping.tests, t)
		}
	}
}

func (l *loader) test(n *node) (Test, bool) {
	t := Test{Line: n.line}
	if !l.keys(n, "a test", testKeys...) {
		return t, false
	}
	var ok bool
	if t.Rows, ok = l.testRows(n); !ok {
		return t, false
	}
	name, expected := l.oneSource(n, "a test", "batch", "batches", "reject", "skip")
	switch name {
	case "batch":
		t.batches = []*node{expected}
	case "batches":
		if expected.kind != listNode {
			l.at(expected, "batches is "+expected.kind.String()+" where a list is expected", "begin each batch with a -")
			return t, false
		}
		t.batches = expected.items
	case "reject":
		t.reject = l.text(expected, "reject")
	case "skip":
		t.skip = l.flag(expected, "skip")
	}
	return t, expected != nil
}

// testRows writes the rows of a test as NDJSON. In the text formats every cell is
// a text; elsewhere what is written without quotes and looks like a number, true
// or false is one.
func (l *loader) testRows(n *node) ([]byte, bool) {
	name, source := l.oneSource(n, "a test", "row", "rows")
	rows := []*node{source}
	switch {
	case source == nil:
		return nil, false
	case name == "rows" && source.kind == listNode:
		rows = source.items
	}
	texts := l.mapping.Source.Format == string(readers.CSV) || l.mapping.Source.Format == string(readers.TSV)
	var out []byte
	for _, row := range rows {
		if row.kind != mapNode {
			l.at(row, fmt.Sprintf("a row is %s where its columns are expected", row.kind), "write {column: value, …}")
			return nil, false
		}
		out = append(row.appendJSON(out, texts), '\n')
	}
	return out, true
}

// appendJSON appends n as JSON; with texts, scalars are texts.
func (n *node) appendJSON(dst []byte, texts bool) []byte {
	switch n.kind {
	case mapNode:
		dst = append(dst, '{')
		for i, e := range n.entries {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, strings.ToValidUTF8(e.key, "\uFFFD")), ':')
			dst = e.value.appendJSON(dst, texts)
		}
		return append(dst, '}')
	case listNode:
		dst = append(dst, '[')
		for i, item := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.appendJSON(dst, texts)
		}
		return append(dst, ']')
	}
	switch {
	case n.null && texts:
		return append(dst, `""`...)
	case n.null:
		return append(dst, "null"...)
	case !n.quoted && !texts && (n.text == "true" || n.text == "false" || validJSON(n.text) && numberPattern.MatchString(n.text)):
		return append(dst, n.text...)
	}
	return appendString(dst, strings.ToValidUTF8(n.text, "\uFFFD"))
}

// Check returns what differs from what the test expects, nil if nothing.
func (t *Test) Check(r TestResult) []string {
	rows := bytes.Count(t.Rows, []byte("\n"))
	switch {
	case t.skip:
		if r.Skipped != rows {
			return []string{"expected to be left out by where" + r.instead()}
		}
		return nil
	case t.batches == nil:
		if len(r.Rejects) != rows || !slices.ContainsFunc(r.Rejects, func(reason string) bool { return strings.Contains(reason, t.reject) }) {
			return []string{fmt.Sprintf("expected a reject with %q%s", t.reject, r.instead())}
		}
		return nil
	case len(r.Batches) != len(t.batches) || len(r.Rejects) > 0:
		return []string{fmt.Sprintf("expected %d batches%s", len(t.batches), r.instead())}
	}
	var all []string
	for i, expected := range t.batches {
		path := ""
		if len(t.batches) > 1 {
			path = fmt.Sprintf("batches[%d]", i)
		}
		all = expected.differs(all, path, string(r.Batches[i]))
	}
	return all
}

// instead says what became of the rows.
func (r TestResult) instead() string {
	switch {
	case len(r.Rejects) > 0:
		return "; rejected: " + r.Rejects[0]
	case r.Skipped > 0 && len(r.Batches) == 0:
		return "; left out by where"
	}
	return fmt.Sprintf("; it makes %d batches", len(r.Batches))
}

// differs adds where encoded JSON lacks something of n. Objects may have more
// members, lists have the same length; null stands for nothing there.
func (n *node) differs(all []string, path, raw string) []string {
	shown := path
	if shown == "" {
		shown = "the batch"
	}
	switch n.kind {
	case mapNode:
		if raw[0] != '{' {
			return append(all, fmt.Sprintf("%s is %s, not a group", shown, cut(raw)))
		}
		for _, e := range n.entries {
			at := strings.TrimPrefix(path+"."+e.key, ".")
			value, ok := member(raw, e.key)
			switch {
			case ok:
				all = e.value.differs(all, at, value)
			case !e.value.null:
				all = append(all, at+" is not there")
			}
		}
		return all
	case listNode:
		items := elements(raw)
		if raw[0] != '[' || len(items) != len(n.items) {
			return append(all, fmt.Sprintf("%s is %s, not a list of %d", shown, cut(raw), len(n.items)))
		}
		for i, item := range n.items {
			all = item.differs(all, fmt.Sprintf("%s[%d]", path, i), items[i])
		}
		return all
	}
	x := jsonValue(raw)
	same := x.Text == n.text || x.Kind == readers.Number && plainDecimal(x.Text) == plainDecimal(n.text)
	if n.null || !same || n.quoted && x.Kind != readers.Text {
		return append(all, fmt.Sprintf("%s is %s, expected %s", shown, cut(raw), cut(string(n.appendJSON(nil, false)))))
	}
	return all
}

// plainDecimal is a number without the zeros that end its fraction: 1234.50 is
// 1234.5. Other texts stay as they are.
func plainDecimal(text string) string {
	if !strings.Contains(text, ".") || strings.ContainsAny(text, "eE") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
