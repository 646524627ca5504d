package mapping

import (
	"fmt"
	"slices"
	"strings"

	"mpimport/mparticle"
	"mpimport/readers"
)

// origin is what a mapping writes behind the colon, and why.
type origin struct {
	value string // YAML
	note  string // a comment
	ask   string // what a person should look at if this is used; may be ""
}

// line is the line of a field that comes from f.
func (p *proposer) line(path string, f *profile, o origin) *draftLine {
	if o.ask != "" {
		p.decide(o.ask)
	}
	return &draftLine{key: path, value: o.value, note: o.note, column: f.ref}
}

// reference writes the source of a field: the column alone, or with the given
// keys and YAML values.
func (f *profile) reference(pairs ...string) string {
	if len(pairs) == 0 {
		return yamlKey(f.ref)
	}
	return yamlGroup(append([]string{"column", yamlText(f.ref)}, pairs...)...)
}

// origin says how the column becomes the field, ok is false if its values do
// not fit.
func (p *proposer) origin(f *profile, field *mparticle.Field) (_ origin, ok bool) {
	if f.values == 0 || f.unreachable() {
		return origin{}, false
	}
	if f.nested() {
		plain := f.lists == f.values && f.scalars > 0 && len(f.children) == 0
		return origin{value: f.reference()}, plain && field.Type == mparticle.Attribute
	}
	if len(field.Enum) > 0 {
		return f.enum(field.Enum)
	}
	switch field.Type {
	case mparticle.UUID:
		ok = f.all(f.uuids)
	case mparticle.IP:
		ok = f.all(f.ips)
	case mparticle.Integer:
		ok = f.all(f.wholes)
	case mparticle.Number:
		return p.number(f)
	case mparticle.Boolean:
		ok = f.all(f.booleans) || f.all(f.bits)
	case mparticle.Timestamp:
		return p.time(f)
	case mparticle.Scalar, mparticle.Attribute:
		return p.free(f), f.longest <= mparticle.MaxAttributeValueChars
	default:
		ok = true
	}
	return origin{value: f.reference()}, ok
}

// unreachable reports whether a mapping cannot refer to the column: [] in its
// name would be taken for a list.
func (f *profile) unreachable() bool { return !f.inList && strings.Contains(f.ref, "[]") }

// enum is the origin of a field with fixed values, which the column may spell in
// another case.
func (f *profile) enum(choices []string) (origin, bool) {
	var pairs []string
	same := true
	for _, text := range f.some {
		i := slices.IndexFunc(choices, func(c string) bool { return compact(c) == compact(text) })
		if i < 0 {
			return origin{}, false
		}
		same = same && choices[i] == text
		pairs = append(pairs, yamlText(text), choices[i])
	}
	switch {
	case !f.few():
		return origin{}, false
	case same:
		return origin{value: f.reference()}, true
	}
	return origin{value: f.reference("map", yamlGroup(pairs...))}, true
}

// codeWords end the names of columns whose digits are no quantity.
var codeWords = words("id ids uid code zip plz zipcode postcode postalcode phone mobile tel telefon nr no number num key sku ean upc isbn gtin version hash token nummer")

// free is the origin of a free-form attribute.
func (p *proposer) free(f *profile) origin {
	const exactDigits = 15 // of a number that every reader keeps
	name := split(f.ref)
	isCode := len(name) > 0 && codeWords[name[len(name)-1]]
	fromText := f.kinds[readers.Number]+f.kinds[readers.Bool]+f.kinds[readers.Time] == 0
	if fromText && f.all(f.booleans) {
		return origin{value: f.reference("type", "boolean")}
	}
	if fromText && f.zeros == 0 && !isCode && f.longest <= exactDigits {
		if o, ok := p.number(f, "type", "number"); ok {
			return o
		}
	}
	if n := max(f.numbers, f.points, f.commas); fromText && n*100 >= f.values*enoughTimes && n < f.values {
		return origin{value: f.reference(), note: fmt.Sprintf("text: %d of %d values are no number", f.values-n, f.values)}
	}
	return origin{value: f.reference()}
}

// enoughTimes is the share of values, in percent, that must be written in one
// format for a column to hold times.
const enoughTimes = 90

// time is the origin of a timestamp.
func (p *proposer) time(f *profile) (origin, bool) {
	if f.unreachable() {
		return origin{}, false
	}
	if f.all(f.kinds[readers.Time]) {
		return origin{value: f.reference()}, true
	}
	if f.all(f.numbers) {
		return p.unit(f)
	}
	format, other, hits := f.times.best()
	if hits == 0 || hits*100 < f.values*enoughTimes || f.kinds[readers.Text] == 0 {
		return origin{}, false
	}
	o := origin{}
	if other != nil {
		format, o = p.dateOrder(f, format, *other)
	}
	if format.name == iso8601.name {
		o.value = f.reference()
	} else {
		o.value = f.reference("format", yamlQuote(format.name))
	}
	return o, true
}

// unit is the origin of a timestamp that is a number.
func (p *proposer) unit(f *profile) (origin, bool) {
	unit, hits := f.units.best()
	if hits == 0 || hits*100 < f.values*enoughTimes {
		return origin{}, false
	}
	o := origin{value: f.reference("format", unit), note: "the unit is a guess from the size of the numbers"}
	if odd := f.values - hits; odd > 0 {
		o.ask = fmt.Sprintf("column %s: %d of %d numbers are times before 1995 or after 2050 in the unit %s", yamlQuote(f.ref), odd, f.values, unit)
	}
	return o, true
}

// dateOrder chooses between day first and month first where all values can be
// read both ways.
func (p *proposer) dateOrder(f *profile, a, b timeCandidate) (timeCandidate, origin) {
	dmy, mdy := a, b
	if a.order == "mdy" {
		dmy, mdy = b, a
	}
	order, column := p.provenOrder()
	switch {
	case p.options.Dates == "dmy":
		return dmy, origin{}
	case p.options.Dates == "mdy":
		return mdy, origin{}
	case order == "dmy":
		return dmy, origin{note: "day first, as in column " + yamlQuote(column)}
	case order == "mdy":
		return mdy, origin{note: "month first, as in column " + yamlQuote(column)}
	}
	ask := "column " + yamlQuote(f.ref) + ": day or month first? Every value can be read both ways; "
	if strings.Contains(mdy.name, "%p") {
		return mdy, origin{note: "a guess: every value can be read day first, too; then write " + dmy.name, ask: ask + "month first was taken, for its AM and PM (--dates dmy for the other)"}
	}
	return dmy, origin{note: "a guess: every value can be read month first, too; then write " + mdy.name, ask: ask + "day first was taken (--dates mdy for the other)"}
}

// provenOrder is the order of a column whose values can be read in one way only.
func (p *proposer) provenOrder() (order, column string) {
	for _, f := range p.fields {
		format, other, hits := f.times.best()
		if hits == f.values && hits > 0 && other == nil && format.order != "" {
			return format.order, f.ref
		}
	}
	return "", ""
}
