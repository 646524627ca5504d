package mapping

import (
	"iter"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"mpimport/mparticle"
	"mpimport/readers"
)

// elements returns the members of a JSON list, still encoded. Anything else has
// none. raw is valid JSON, as readers check it.
func elements(raw string) []string {
	d := jsontext.NewDecoder(strings.NewReader(raw))
	if d.PeekKind() != '[' {
		return nil
	}
	var all []string
	for d.ReadToken(); d.PeekKind() != ']'; {
		v, err := d.ReadValue()
		if err != nil {
			return all
		}
		all = append(all, string(v))
	}
	return all
}

// validJSON reports whether text is one JSON value.
func validJSON(text string) bool { return jsontext.Value(text).IsValid() }

// walk goes from a JSON value along names and returns what stands there.
func walk(raw string, names []string) readers.Value {
	for _, name := range names {
		member, ok := member(raw, name)
		if !ok {
			return readers.Value{}
		}
		raw = member
	}
	return jsonValue(raw)
}

// member returns a member of a JSON object, still encoded.
func member(raw, name string) (string, bool) {
	for key, value := range members(raw) {
		if key == name {
			return value, true
		}
	}
	return "", false
}

// members yields the members of a JSON object in order, still encoded. Anything
// else has none. raw is valid JSON, as readers check it.
func members(raw string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		d := jsontext.NewDecoder(strings.NewReader(raw))
		if d.PeekKind() != '{' {
			return
		}
		for d.ReadToken(); d.PeekKind() != '}'; {
			key, err := d.ReadToken()
			if err != nil {
				return
			}
			name := key.String()
			value, err := d.ReadValue()
			if err != nil || !yield(name, string(value)) {
				return
			}
		}
	}
}

// jsonValue is the value of an encoded JSON value.
func jsonValue(raw string) readers.Value {
	switch raw[0] {
	case '"':
		text, err := jsontext.AppendUnquote(nil, raw)
		if err != nil {
			return readers.Value{}
		}
		return textValue(string(text))
	case '{', '[':
		return readers.Value{Kind: readers.Nested, Text: raw}
	case 't', 'f':
		return readers.Value{Kind: readers.Bool, Text: raw}
	case 'n':
		return readers.Value{Kind: readers.Null}
	}
	return readers.Value{Kind: readers.Number, Text: raw}
}

// asJSON is a text cell with an object or list in it as that, and any other cell
// as it is: in CSV, what is nested is written as JSON.
func asJSON(v readers.Value) readers.Value {
	text := strings.TrimSpace(v.Text)
	if v.Kind != readers.Text || text == "" || text[0] != '{' && text[0] != '[' || !validJSON(text) {
		return v
	}
	return readers.Value{Kind: readers.Nested, Text: text}
}

// unreachable says why nothing is found where a reference leads into a cell: "" if
// the cell is empty or has no such member, a problem if it is text, but not JSON.
func (r *row) unreachable(ref columnRef) (x readers.Value, problem string) {
	if ref.behind != nil {
		ref = *ref.behind
	}
	if len(ref.path) == 0 {
		return x, ""
	}
	cell := r.chunk.Value(r.index, ref.index)
	if cell.Kind != readers.Text || r.isEmpty(cell) || asJSON(cell).Kind == readers.Nested {
		return x, ""
	}
	return cell, "is not a JSON object, and " + strings.Join(ref.path, ".") + " is expected in it"
}

// appendNested appends an object or list where a free-form attribute is expected:
// a list as that if the field takes one, else its JSON if the mapping says so.
func (v *value) appendNested(dst []byte, x readers.Value) ([]byte, string) {
	if v.kind == mparticle.Attribute && x.Text[0] == '[' {
		list, problem := appendNestedList(dst, x.Text)
		if problem == "" || !v.nestedText {
			return list, problem
		}
	}
	if !v.nestedText {
		return dst, "is an object or list where one value is expected"
	}
	return v.appendLimited(dst, x.Text)
}
