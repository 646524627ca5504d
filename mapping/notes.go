package mapping

import (
	"fmt"

	"mpimport/mparticle"
)

// Notes are what mapping saw that is no mistake, but suspicious.
type Notes struct {
	source   string
	filled   []bool // by ordinal of the value: a row had one
	suspects []suspect
}

// suspect is a suspicious kind of value, with how often it came and where first.
type suspect struct {
	text  string
	count int64
	first string
}

// Notes returns what the mapper has seen so far; it keeps changing.
func (m *Mapper) Notes() *Notes { return &m.notes }

func (n *Notes) suspect(text string, r *row) {
	for i := range n.suspects {
		if n.suspects[i].text == text {
			n.suspects[i].count++
			return
		}
	}
	at := r.chunk.Position(r.index)
	first := fmt.Sprintf("%s, row %d", n.source, at.Row)
	if at.Line > 0 {
		first = fmt.Sprintf("%s, line %d", n.source, at.Line)
	}
	n.suspects = append(n.suspects, suspect{text: text, count: 1, first: first})
}

// Add takes over the notes of later rows.
func (n *Notes) Add(later *Notes) {
	if n.filled == nil {
		n.filled = make([]bool, len(later.filled))
	}
	for i, filled := range later.filled {
		n.filled[i] = n.filled[i] || filled
	}
	for _, s := range later.suspects {
		known := false
		for i := range n.suspects {
			if n.suspects[i].text == s.text {
				n.suspects[i].count += s.count
				known = true
			}
		}
		if !known {
			n.suspects = append(n.suspects, s)
		}
	}
}

// idleEvents warns of events that no row made, and returns the sources of their
// values.
func (m *Mapping) idleEvents(n *Notes) (warnings []string, idle map[*value]bool) {
	idle = map[*value]bool{}
	for _, rule := range m.events {
		if rule.when == nil {
			continue
		}
		made := true
		rule.data.each(func(v *value) {
			if v.path == "timestamp_unixtime_ms" { // which every event has
				made = n.filled[v.ordinal] || v.now || v.literal != nil || v.fallback != nil
			}
		})
		if !made {
			rule.data.each(func(v *value) { idle[v] = true })
			warnings = append(warnings, m.problem(rule.when.line, rule.when.column, "no row makes this event", "").Error())
		}
	}
	return warnings, idle
}

// Warnings says what is suspicious about the mapping and the rows of which n
// are the notes, for people.
func (m *Mapping) Warnings(n *Notes) []string {
	all, idle := m.idleEvents(n)
	for i, v := range m.values {
		if v.column != "" && !n.filled[i] && !idle[v] && !m.Source.isOptional(v.column) {
			all = append(all, m.problem(v.line, v.col, fmt.Sprintf("column %q gave no value, so %s is never sent", v.column, v.path), "").Error())
		}
		if v.kind == mparticle.String && v.field.MaxChars > 0 && len(v.literal) > v.field.MaxChars+len(`""`) {
			all = append(all, m.problem(v.line, v.col, fmt.Sprintf("%s is longer than %d characters, and mParticle cuts it", v.path, v.field.MaxChars), "").Error())
		}
	}
	for _, s := range n.suspects {
		if s.count == 1 {
			all = append(all, fmt.Sprintf("%s; in %s", s.text, s.first))
			continue
		}
		all = append(all, fmt.Sprintf("%s, %d times; first in %s", s.text, s.count, s.first))
	}
	return all
}
