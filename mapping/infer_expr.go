package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mpimport/readers"
)

// cell is the column in an expression, where no value is the empty text.
func (f *profile) cell() string { return fmt.Sprintf(`(row[%s] ?? "")`, strconv.Quote(f.ref)) }

// isNone is the condition that a cell is none of some texts. "" stands for no
// value.
func (f *profile) isNone(texts []string) string {
	other := f.kinds[readers.Number] + f.kinds[readers.Bool] + f.kinds[readers.Time] + f.kinds[readers.Nested]
	switch {
	case f.kinds[readers.Text] == 0 && f.kinds[readers.Number] == other && slices.Contains(texts, "0"):
		return fmt.Sprintf("(row[%s] ?? 0) != 0", strconv.Quote(f.ref))
	case f.kinds[readers.Text] == 0:
		return fmt.Sprintf("row[%s] != nil", strconv.Quote(f.ref))
	case len(texts) > 1 && other == 0: // only texts may be looked for in a list of texts
		return f.cell() + " not in " + exprList(texts)
	}
	var all []string
	for _, text := range texts {
		all = append(all, f.cell()+" != "+strconv.Quote(text))
	}
	return strings.Join(all, " and ")
}

func exprList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = strconv.Quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
