package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a mapping file.
type Problem struct {
	File   string
	Line   int    // from 1; 0 where no line is to blame
	Column int    // from 1
	Text   string // what is wrong
	Hint   string // the way out; may be ""
	Source string // the line itself
}

// Error returns the problem as people read it: its place and what is wrong, then
// the line with a mark under the place and the hint.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": " + p.Text)
	if p.Source == "" {
		if p.Hint != "" {
			b.WriteString("\n  hint: " + p.Hint)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "\n  %3d | %s\n      | %s^ %s", p.Line, p.Source, indent(p.Source, p.Column-1), p.Hint)
	return strings.TrimRight(b.String(), " ")
}

// indent is as wide as the first n characters of line, tabs kept.
func indent(line string, n int) string {
	var b strings.Builder
	for i, r := range []rune(line) {
		if i >= n {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Problems are all mistakes of a mapping file, in the order of its lines. They
// are an error.
type Problems []Problem

// Error returns all problems, one below the other.
func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return ps
}

// Reject says why a row cannot be mapped.
type Reject struct {
	Field  string `json:"field,omitempty"`  // the destination; "" where the row as a whole is to blame
	Column string `json:"column,omitempty"` // the column that the value came from
	Value  string `json:"value,omitempty"`  // the value, cut at 60 characters
	Text   string `json:"problem"`          // what is wrong with it; the same for all rejects of one kind
	Detail string `json:"detail,omitempty"` // what else helps with this value
}

// Error returns the reason as people read it.
func (r *Reject) Error() string {
	var b strings.Builder
	if r.Field != "" {
		b.WriteString(r.Field + ": ")
	}
	if r.Value != "" {
		fmt.Fprintf(&b, "%q ", r.Value)
	}
	b.WriteString(r.Text)
	if r.Column != "" {
		fmt.Fprintf(&b, " (column %s)", r.Column)
	}
	if r.Detail != "" {
		b.WriteString("; " + r.Detail)
	}
	return b.String()
}

// Kind names what rejects of the same mistake share: all but the value.
func (r *Reject) Kind() string { return r.Field + "\x00" + r.Text + "\x00" + r.Column }

// cut shortens a value for a message.
func cut(s string) string {
	const most = 60
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most]) + "…"
}

// nearest returns the choice that word was probably meant to be, or "".
func nearest(word string, choices []string) string {
	best, distance := "", (len(word)+1)/3
	for _, c := range choices {
		if strings.EqualFold(c, word) {
			return c
		}
		if len(word) > 1 && strings.HasPrefix(strings.ToLower(c), strings.ToLower(word)) { // int for integer
			best, distance = c, 0
			continue
		}
		if d := editDistance(strings.ToLower(word), strings.ToLower(c)); d <= distance {
			if d < distance || best == "" {
				best, distance = c, d
			}
		}
	}
	return best
}

// editDistance counts the characters to insert, delete, replace or swap with
// their neighbour that lead from a to b.
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

// list writes names for a message, at most a dozen.
func list(names []string) string {
	const most = 12
	quoted := make([]string, 0, most)
	for i, n := range names {
		if i == most {
			return strings.Join(quoted, ", ") + ", …"
		}
		quoted = append(quoted, fmt.Sprintf("%q", n))
	}
	return strings.Join(quoted, ", ")
}
