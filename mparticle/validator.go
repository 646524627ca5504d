package mparticle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// validator collects problems. It looks at values as they would be sent, so that
// all ways of building a batch are held to the same rules.
type validator struct{ problems Problems }

func (v *validator) add(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{Path: path, Text: fmt.Sprintf(format, args...)})
}

// encoded returns a model as decoded JSON; ok is false if it cannot be encoded.
func (v *validator) encoded(model any, path string) (tree map[string]any, ok bool) {
	before := len(v.problems)
	v.numbers(reflect.ValueOf(model), path, 0)
	text, err := encode(model)
	if err != nil {
		if len(v.problems) == before {
			v.add(path, "cannot be sent as JSON: %s", err)
		}
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		v.add(path, "cannot be sent as JSON: %s", err)
		return nil, false
	}
	return tree, true
}

// numbers reports numbers that JSON does not have. An empty json.Number would be
// sent as 0. The depth ends values that hold themselves, which encoding refuses.
func (v *validator) numbers(x reflect.Value, path string, depth int) {
	const deepest = 32
	if depth++; depth > deepest {
		return
	}
	switch x.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !x.IsNil() {
			v.numbers(x.Elem(), path, depth)
		}
	case reflect.Struct:
		for i := range x.NumField() {
			at := path
			if sf := x.Type().Field(i); !sf.Anonymous {
				name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
				at = join(path, name)
			}
			v.numbers(x.Field(i), at, depth)
		}
	case reflect.Slice:
		for i := range x.Len() {
			v.numbers(x.Index(i), fmt.Sprintf("%s[%d]", path, i), depth)
		}
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(x.MapKeys()), byText) {
			v.numbers(x.MapIndex(key), join(path, key.String()), depth)
		}
	case reflect.Float32, reflect.Float64:
		if f := x.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			v.add(path, "is not a number")
		}
	case reflect.String:
		if x.Type() == reflect.TypeFor[json.Number]() && !isNumber(x.String()) {
			v.add(path, "%q is not a number", x.String())
		}
	}
}

func byText(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) }

func isNumber(text string) bool {
	return text != "" && text == strings.TrimSpace(text) && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text))
}

func (v *validator) event(e Event, path string) {
	if absent(e) {
		v.add(path, "is missing")
		return
	}
	fields, _ := EventFields(e.EventType()) // all models have them
	if tree, ok := v.encoded(e, path+".data"); ok {
		v.value(tree, fields, path+".data")
	}
}

// size holds the batch against its limit, if it can be encoded at all.
func (v *validator) size(b *Batch) {
	if text, err := encode(b); err == nil && len(text) > MaxBatchBytes {
		v.add("", "is %d bytes, the limit of a batch is %d", len(text), MaxBatchBytes)
	}
}

// identified reports whether a value has an identity of a user or a device.
func identified(x any, f *Field) bool {
	if f.Identity {
		return !empty(x)
	}
	members, _ := x.(map[string]any)
	return slices.ContainsFunc(f.Members, func(m *Field) bool { return identified(members[m.Name], m) })
}

// empty reports whether the API takes a value for missing.
func empty(x any) bool { return x == nil || x == "" }

// value holds a value against its field.
func (v *validator) value(x any, f *Field, path string) {
	switch x := x.(type) {
	case nil:
	case map[string]any:
		switch f.Shape {
		case Object:
			v.object(x, f, path)
		case Map:
			v.names(x, f, path)
		default:
			v.add(path, "is an object where a %s is expected", f.Type)
		}
	case []any:
		v.list(x, f, path)
	default:
		v.leaf(x, f, path)
	}
}

func (v *validator) object(x map[string]any, f *Field, path string) {
	var choices, chosen []string
	for _, m := range f.Members {
		value := x[m.Name]
		if m.Required && empty(value) {
			v.add(join(path, m.Name), "is required")
			continue
		}
		if m.OneOf != "" {
			choices = append(choices, m.Name)
			if value != nil {
				chosen = append(chosen, m.Name)
			}
		}
		v.value(value, m, join(path, m.Name))
	}
	if len(choices) > 0 && len(chosen) != 1 {
		v.add(path, "needs exactly one of %s, it has %d of them", strings.Join(choices, ", "), len(chosen))
	}
}

// names holds a free-form map against its limits.
func (v *validator) names(x map[string]any, f *Field, path string) {
	if f.MaxNames > 0 && len(x) > f.MaxNames {
		v.add(path, "has %d names, the limit is %d", len(x), f.MaxNames)
	}
	for _, name := range slices.Sorted(maps.Keys(x)) {
		if n := utf8.RuneCountInString(name); f.MaxNames > 0 && n > MaxAttributeNameChars {
			v.add(join(path, name), "the name is %d characters long, the limit is %d", n, MaxAttributeNameChars)
		}
		v.value(x[name], f.Elem, join(path, name))
	}
}

func (v *validator) list(x []any, f *Field, path string) {
	elem := f.Elem
	switch {
	case f.Shape == Leaf && f.Type == Attribute:
		elem = &Field{Type: Scalar, MaxChars: MaxListEntryChars}
		if len(x) > MaxListEntries {
			v.add(path, "has %d entries, the limit is %d", len(x), MaxListEntries)
		}
	case f.Shape != List:
		v.add(path, "is a list where a %s is expected", f.Type)
		return
	}
	for i, item := range x {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item == nil {
			v.add(at, "is missing")
		}
		v.value(item, elem, at)
	}
}

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// leaf holds a text against what its field allows. Values are shown for lists of
// allowed ones only: others may be personal.
func (v *validator) leaf(x any, f *Field, path string) {
	text, ok := x.(string)
	if !ok {
		if f.Type == String { // of a product's attributes, which the models leave open
			v.add(path, "is not a text")
		}
		return
	}
	if n := utf8.RuneCountInString(text); f.MaxChars > 0 && n > f.MaxChars {
		v.add(path, "is %d characters long, the limit is %d", n, f.MaxChars)
	}
	switch f.Type {
	case UUID:
		if !uuidPattern.MatchString(text) {
			v.add(path, "is not a UUID")
		}
	case IP:
		if _, err := netip.ParseAddr(text); err != nil {
			v.add(path, "is not an IP address")
		}
	}
	if f.Enum != nil && !slices.Contains(f.Enum, text) {
		v.add(path, "%q is not one of %s", text, strings.Join(f.Enum, ", "))
	}
}
