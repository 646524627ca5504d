package mapping

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// numberStyle is how a file writes numbers: `number: {decimal: ",", thousands:
// "."}`. It holds for texts; numbers of NDJSON and Parquet need none.
type numberStyle struct {
	decimal   string
	thousands string // "": none are written
}

func (l *loader) numberStyle(n *node) *numberStyle {
	if !l.keys(n, "number", numberKeys...) {
		return nil
	}
	style := &numberStyle{decimal: ".", thousands: l.text(n.get("thousands"), "thousands")}
	if d := n.get("decimal"); d != nil {
		style.decimal = l.text(d, "decimal")
	}
	for _, mark := range []string{style.decimal, style.thousands} {
		if mark != style.thousands || mark != "" {
			if utf8.RuneCountInString(mark) != 1 || strings.ContainsAny(mark, "0123456789-+eE") {
				l.at(n, fmt.Sprintf("number: %q is not a mark within numbers", mark), `write one character each, as in {decimal: ",", thousands: "."}`)
				return nil
			}
		}
	}
	if style.decimal == style.thousands {
		l.at(n, fmt.Sprintf("number: decimal and thousands are both %q", style.decimal), `write, for example, {decimal: ",", thousands: "."}`)
		return nil
	}
	return style
}

// plain rewrites a number as JSON has it. Thousands must stand in groups of
// three without a zero in front, or 1.5 would be taken for 15 and 0.500 for 500.
// What is not written in the style comes back as it is, or empty where it would be
// taken for another number.
func (s *numberStyle) plain(text string) string {
	whole, fraction, hasFraction := strings.Cut(text, s.decimal)
	if s.thousands != "" && strings.Contains(whole, s.thousands) {
		groups := strings.Split(whole, s.thousands)
		first := strings.TrimPrefix(groups[0], "-")
		if len(first) == 0 || len(first) > 3 || first[0] == '0' {
			return ""
		}
		for _, g := range groups[1:] {
			if len(g) != 3 {
				return ""
			}
		}
		whole = strings.Join(groups, "")
	}
	if s.decimal != "." && strings.Contains(whole+fraction, ".") {
		return ""
	}
	if hasFraction {
		return whole + "." + fraction
	}
	return whole
}
