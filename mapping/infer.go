package mapping

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"mpimport/readers"
)

// InferOptions say how Infer looks at a file. The zero value looks at all rows.
type InferOptions struct {
	Rows  int64           // rows to look at; 0: all
	Dates string          // dmy or mdy: how to read dates that can be read both ways; "": Infer chooses
	User  string          // the column that says who the user is; "": Infer chooses
	Read  readers.Options // Format and Stdin; the rest is found out
}

// Inferred is a first mapping.
type Inferred struct {
	Text    []byte   // the mapping file
	Rows    int64    // rows looked at
	Mapped  int      // columns, or members of nested ones, that it maps
	LeftOut int      // those that are comments in it
	Notes   []string // guesses that a person should look at
}

// NoIdentityError says that nothing in a file looks like an identity of a user.
type NoIdentityError struct {
	Columns []string
}

// Error names the columns.
func (e *NoIdentityError) Error() string {
	return "no column looks like the id or e-mail address of a user; there are " + list(e.Columns)
}

// Infer makes a first mapping for a file from the names of its columns and the
// values of its first rows. The mapping loads, and maps these rows: a column
// whose values would be rejected is a comment in it. What is a guess says so.
// Errors are those of a file that cannot be read or has no rows, and a
// *NoIdentityError.
func Infer(ctx context.Context, source string, o InferOptions) (*Inferred, error) {
	s, err := sniff(ctx, source, o, sniffRows)
	if err != nil {
		return nil, err
	}
	found, good, bad, err := s.profile(ctx, o.Rows)
	if err == nil && bad > 0 { // rows further down may be in another encoding
		if s, err = sniff(ctx, source, o, o.Rows); err == nil {
			found, good, bad, err = s.profile(ctx, o.Rows)
		}
	}
	if err != nil {
		return nil, err
	}
	if good == 0 {
		return nil, fmt.Errorf("%s has no rows that can be read, so there is nothing to go by", source)
	}
	p := newProposer(s, found, good, o)
	if bad > 0 {
		p.decide(fmt.Sprintf("rows that cannot be read: %d; check shows them", bad))
	}
	if err := p.propose(); err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	text, err := p.prove(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	mapped, leftOut := p.draft.columns()
	return &Inferred{Text: text, Rows: good, Mapped: mapped, LeftOut: leftOut, Notes: p.notes}, nil
}

// sniffRows decide about delimiter and encoding, unless one of the rows that are
// looked at cannot be read.
const sniffRows = 1000

// profile reads the sample.
func (s *sample) profile(ctx context.Context, rows int64) (found *profiler, good, bad int64, err error) {
	s.rows = rows
	found = newProfiler()
	good, bad, err = s.each(ctx, found.chunk)
	return found, good, bad, err
}

func newProposer(s *sample, found *profiler, rows int64, o InferOptions) *proposer {
	p := &proposer{options: o, rows: int(rows), used: map[*profile]bool{}, keys: map[string]bool{}, tried: map[string]bool{}, draft: &draft{
		name:        mappingName(s.source),
		environment: &draftLine{key: "environment", value: "development", note: "production, when the data is real"},
		source:      s.lines,
		head:        preamble(s, found, rows),
	}}
	if marks := found.root.settleMarkers(); len(marks) > 0 {
		p.draft.source = append(p.draft.source, &draftLine{key: "null_values", value: yamlList(append([]string{""}, marks...)), note: "texts found that mean no value"})
	}
	found.root.walk(func(f *profile) { p.fields = append(p.fields, f) })
	return p
}

// preamble says what the mapping was made from, and which columns it cannot have.
func preamble(s *sample, found *profiler, rows int64) []string {
	lines := []string{
		fmt.Sprintf("A first mapping for %s, from the names of its columns and the values of its rows 1 to %d.", yamlQuote(filepath.Base(s.source)), rows),
		"Where it is a guess, it says so.",
	}
	if found.full {
		lines = append(lines, fmt.Sprintf("The file has more than %d columns; the others are not here.", profileFields))
	}
	for _, ref := range found.beyond {
		lines = append(lines, fmt.Sprintf("No mapping can refer to %s, for the dots, brackets or lack of a name; it is left out.", yamlQuote(ref)))
	}
	if slices.Contains(s.names, "") {
		lines = append(lines, "A column has no name, so that no mapping can refer to it; it is left out.")
	}
	for _, name := range s.twice {
		lines = append(lines, fmt.Sprintf("More than one column is named %s: they cannot be told apart and are left out.", yamlQuote(name)))
	}
	return lines
}

// mappingName makes a name for a mapping from the name of a file.
func mappingName(source string) string {
	base := filepath.Base(source)
	if i := strings.IndexByte(base, '.'); i > 0 {
		base = base[:i]
	}
	if parts := split(base); len(parts) > 0 {
		return strings.Join(parts, "-")
	}
	return "import"
}
