package mapping

import (
	"fmt"
	"slices"
	"strings"

	"mpimport/mparticle"
	"mpimport/readers"
)

// missing is a mapped column that the source does not have, or that can never
// become what the mapping makes of it.
type missing struct {
	column   string
	line, at int
	mismatch string // "": the column is not there
	hint     string
}

// mismatch says why a column's declared type can never become what the field
// takes, and what helps.
func (v *value) mismatch(ref columnRef, columns []readers.Column) (text, hint string) {
	if v.kind != mparticle.Timestamp || len(ref.path) > 0 || ref.list || columns[ref.index].Type != readers.NumberColumn || v.takesNumbers() {
		return "", ""
	}
	return fmt.Sprintf("column %q holds numbers, and %s needs their unit", columns[ref.index].Name, v.path), "add format: unix_s, unix_ms, unix_us or unix_ns"
}

// takesNumbers reports whether a format takes numbers: those with a unit, and
// patterns such as %Y%m%d.
func (v *value) takesNumbers() bool {
	return slices.ContainsFunc(v.formats, func(f timeFormat) bool { return f.unit > 0 || f.layout != "" })
}

// Check reports, as Problems, the mapped columns that the source does not have
// and columns whose type cannot fit. names are all columns of the source.
func (p *Program) Check(source string, names []string) error {
	return p.problems(source, names, p.missing)
}

// CheckSample reports, as Problems, columns of a source's first rows that hold
// nothing but numbers where a time is expected, with what a number of theirs
// would mean in each unit.
func (p *Program) CheckSample(source string, sample *readers.Chunk) error {
	return p.problems(source, nil, p.unitless(sample))
}

func (p *Program) problems(source string, names []string, all []missing) error {
	var problems Problems
	said := map[string]bool{}
	for _, m := range all {
		if said[m.column+m.mismatch] {
			continue // a column that is mapped often is missing once
		}
		said[m.column+m.mismatch] = true
		if m.mismatch != "" {
			problems = append(problems, p.mapping.problem(m.line, m.at, source+": "+m.mismatch, m.hint))
			continue
		}
		problems = append(problems, p.mapping.problem(m.line, m.at, fmt.Sprintf("%s has no column %q", source, m.column), missingHint(m.column, names)))
	}
	if len(problems) == 0 {
		return nil
	}
	return problems.sorted()
}

// unitless finds columns of times that hold numbers without a unit.
func (p *Program) unitless(sample *readers.Chunk) []missing {
	var found []missing
	p.eachLeaf(func(b *bound) {
		v := b.value
		if v.kind != mparticle.Timestamp || b.ref.index < 0 || len(b.ref.path) > 0 || b.ref.list || v.takesNumbers() {
			return
		}
		number := onlyNumbers(sample, b.ref.index, p.mapping.nulls)
		if number == "" {
			return
		}
		found = append(found, missing{column: b.column, line: v.line, at: v.col,
			mismatch: fmt.Sprintf("column %q holds numbers such as %s, and %s needs their unit: it would mean %s", b.column, number, v.path, unitsOf(number)),
			hint:     "add format: unix_s, unix_ms, unix_us or unix_ns"})
	})
	return found
}

// onlyNumbers returns the first number of a column that holds nothing else, ""
// if it holds something else or nothing at all.
func onlyNumbers(sample *readers.Chunk, column int, nulls nullTexts) string {
	first := ""
	for i := range sample.Len() {
		x := sample.Value(i, column)
		text := strings.TrimSpace(x.Text)
		switch {
		case x.Kind == readers.Missing || x.Kind == readers.Null || x.Kind == readers.Text && nulls.has(x.Text):
		case (x.Kind == readers.Text || x.Kind == readers.Number) && numberPattern.MatchString(text):
			if first == "" {
				first = text
			}
		default:
			return ""
		}
	}
	return first
}

// eachLeaf visits everything that is bound to a source of values.
func (p *Program) eachLeaf(visit func(*bound)) {
	p.batch.eachLeaf(visit)
	for _, e := range p.events {
		e.data.eachLeaf(visit)
	}
}

func (b *bound) eachLeaf(visit func(*bound)) {
	if b == nil {
		return
	}
	if b.value != nil {
		visit(b)
	}
	for _, m := range b.members {
		m.eachLeaf(visit)
	}
	for _, s := range b.spreads {
		visit(s)
	}
	b.elem.eachLeaf(visit)
}
