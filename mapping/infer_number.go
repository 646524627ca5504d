package mapping

import (
	"fmt"

	"mpimport/readers"
)

// number is the origin of a number, written with the given keys beside its style.
// ok is false if a value is none.
func (p *proposer) number(f *profile, pairs ...string) (_ origin, ok bool) {
	point, comma := f.all(f.points), f.all(f.commas)
	if !point && !comma {
		return origin{}, false
	}
	if f.all(f.wholes) || !comma {
		return f.pointNumber(pairs), true
	}
	if !point {
		return f.commaNumber(pairs), true
	}
	// Every value is like 1,234 or 1.500: another column must tell.
	proven, byComma := p.provenNumbers()
	switch {
	case proven != "" && byComma:
		o := f.commaNumber(pairs)
		o.note = "a decimal comma, as in column " + yamlQuote(proven)
		return o, true
	case proven != "":
		o := f.pointNumber(pairs)
		o.note = "a decimal point, as in column " + yamlQuote(proven)
		return o, true
	}
	o := f.pointNumber(pairs)
	o.note = `a guess: every value can be read with a decimal comma, too; then write ` + commaStyle()
	o.ask = fmt.Sprintf("column %s: does it write decimals with a point or a comma? Every value can be read both ways, and one is a thousand times the other; a decimal point was taken", yamlQuote(f.ref))
	return o, true
}

// provenNumbers is a column whose numbers can be read in one way only, and
// whether that is with a decimal comma; "" if there is none.
func (p *proposer) provenNumbers() (column string, byComma bool) {
	for _, f := range p.fields {
		point, comma := f.all(f.points), f.all(f.commas)
		if point != comma && (comma || f.kinds[readers.Text] > 0) {
			return f.ref, comma
		}
	}
	return "", false
}

// pointNumber is the origin of numbers written like 1,234.50.
func (f *profile) pointNumber(pairs []string) origin {
	if f.all(f.numbers) {
		return origin{value: f.reference(pairs...)}
	}
	return origin{value: f.reference(append(pairs, "number", yamlGroup("decimal", `"."`, "thousands", `","`))...)}
}

// commaNumber is the origin of numbers written like 1.234,50.
func (f *profile) commaNumber(pairs []string) origin {
	return origin{value: f.reference(append(pairs, "number", commaStyle())...)}
}

func commaStyle() string { return yamlGroup("decimal", `","`, "thousands", `"."`) }
