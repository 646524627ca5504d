package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"mpimport/readers"
)

func (b *bound) isRequired() *Reject {
	return &Reject{Field: b.value.path, Column: b.column, Text: "is required, but empty"}
}

func reject(b *bound, v readers.Value, text string) *Reject {
	shown := v.Text
	if v.Kind == readers.Time {
		shown = timeText(v)
	}
	r := &Reject{Field: b.value.path, Column: b.column, Value: cut(shown), Text: text}
	if text == noUnit {
		r.Detail = "it would mean " + unitsOf(strings.TrimSpace(shown))
	}
	return r
}

// leaf appends one value.
func (r *row) leaf(dst []byte, b *bound) ([]byte, bool, *Reject) {
	v := b.value
	if v.now && v.path == eventTime {
		r.event.Now = true
		return dst, false, nil
	}
	if v.now {
		return append(dst, StartMark...), true, nil
	}
	if v.literal != nil {
		dst = append(dst, v.literal...)
		r.note(b, readers.Value{Kind: readers.Text, Text: strings.Trim(string(v.literal), `"`)}, v.literal)
		return dst, true, nil
	}
	x, problem := r.source(b)
	if problem != "" {
		return r.invalid(dst, b, x, problem)
	}
	if r.isEmpty(x) {
		if v.deletes && x.Kind != readers.Missing {
			r.deleted = append(r.deleted, b.target.key)
		}
		return r.empty(dst, b)
	}
	r.notes.filled[v.ordinal] = true
	r.given++
	return r.convert(dst, b, x)
}

// source returns the cell that a leaf is made of.
func (r *row) source(b *bound) (x readers.Value, problem string) {
	if b.expr == nil {
		x = r.at(b.ref)
		if x.Kind == readers.Missing && (len(b.ref.path) > 0 || b.ref.behind != nil) {
			return r.unreachable(b.ref)
		}
		return x, ""
	}
	result, problem := b.expr.compute(r)
	if problem != "" {
		return x, "cannot be computed: " + problem
	}
	return cellOf(result)
}

// convert appends a cell that is not empty as the leaf's JSON.
func (r *row) convert(dst []byte, b *bound, x readers.Value) ([]byte, bool, *Reject) {
	v := b.value
	x, fallback, problem := v.prepare(x)
	if fallback {
		return r.empty(dst, b)
	}
	start := len(dst)
	if problem == "" {
		dst, problem = v.convert(dst, x)
	}
	if problem != "" {
		return r.invalid(dst[:start], b, x, problem)
	}
	if v.isIdentity() && (r.junk[x.Text] || x.Text == "") {
		return dst[:start], false, nil
	}
	r.note(b, x, dst[start:])
	return dst, true, nil
}

// invalid rejects the row for a value, or leaves the value out.
func (r *row) invalid(dst []byte, b *bound, x readers.Value, problem string) ([]byte, bool, *Reject) {
	if b.value.omit && !b.value.required {
		if b.value.needed {
			r.lacking = b
		}
		return dst, false, nil
	}
	return nil, false, reject(b, x, problem)
}

// prepare applies transforms and the lookup table. fallback says that the table
// does not know the value and the default stands in.
func (v *value) prepare(x readers.Value) (_ readers.Value, fallback bool, problem string) {
	if len(v.transforms) > 0 {
		if x.Kind == readers.Nested || x.Kind == readers.Time {
			return x, false, "is not a text that can be transformed"
		}
		text := x.Text
		for _, t := range v.transforms {
			text = t(text)
		}
		x = textValue(text)
	}
	if v.lookup == nil {
		return x, false, ""
	}
	mapped, ok := v.lookup[x.Text]
	switch {
	case ok:
		return textValue(mapped), false, ""
	case v.lookupElse != nil:
		return textValue(*v.lookupElse), false, ""
	case v.fallback != nil:
		return x, true, ""
	}
	return x, false, "is not in the map"
}

// empty appends the default of a leaf without a value.
func (r *row) empty(dst []byte, b *bound) ([]byte, bool, *Reject) {
	v := b.value
	switch {
	case v.fallback != nil:
		r.note(b, textValue(strings.Trim(string(v.fallback), `"`)), v.fallback)
		return append(dst, v.fallback...), true, nil
	case r.event.Collect != "": // another part may have it
	case v.required:
		return nil, false, b.isRequired()
	case v.needed:
		r.lacking = b
	case v.path == eventTime:
		return nil, false, &Reject{Field: v.path, Column: b.column, Text: "is empty, and an event needs its time"}
	}
	return dst, false, nil
}

// note keeps what the pipeline needs to know of a value beside its JSON.
func (r *row) note(b *bound, x readers.Value, encoded []byte) {
	if b.slot >= 0 {
		r.ids[b.slot] = x.Text
	}
	if most := b.value.field.MaxChars; most > 0 && len(x.Text) > most && utf8.RuneCountInString(x.Text) > most {
		r.notes.suspect(fmt.Sprintf("%s is longer than %d characters, and mParticle cuts it", b.value.path, most), r)
	}
	switch b.value.path {
	case eventTime:
		r.event.Time, _ = strconv.ParseInt(string(encoded), 10, 64) // convert wrote it
		if r.event.Time > r.start {
			r.notes.suspect(b.value.path+" is in the future", r)
		}
	case "source_message_id":
		r.event.HasID = true
	}
}
