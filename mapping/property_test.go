package mapping

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mpimport/mparticle"
	"mpimport/readers"
)

// day is the start of the imports in these tests.
var day = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// leaf is a field that can be mapped, by its path.
type leaf struct {
	path  string
	field *mparticle.Field
	by    []string // the objects that need it, by the beginnings of their members' paths
}

// leaves returns the paths of all fields below f, with a name of our own in
// free-form maps. by are the objects that need f.
func leaves(f *mparticle.Field, path string, by []string) []leaf {
	switch {
	case f.Shape == mparticle.Leaf || f.Shape == mparticle.List && f.Elem.Shape == mparticle.Leaf:
		return []leaf{{path, f, by}}
	case f.Shape == mparticle.List:
		return leaves(f.Elem, path+"[]", by)
	case f.Shape == mparticle.Map:
		return leaves(f.Elem, path+".My Name", by)
	}
	var all []leaf
	prefix := strings.TrimPrefix(path+".", ".")
	for _, m := range f.Members {
		var needs []string
		if m.Required {
			needs = append(slices.Clone(by), prefix)
		}
		all = append(all, leaves(m, prefix+m.Name, needs)...)
	}
	return all
}

// cells are values that rows may hold, as JSON.
var cells = []string{`"text"`, `""`, `" x "`, `"007"`, `"1.50"`, `"1,234.50"`, `"true"`, `"no"`, `"null"`, `"2024-02-30"`, `"2024-01-02T03:04:05Z"`, `"é😀\n"`,
	`"00000000-0000-4000-8000-00000000000a"`, `"192.0.2.1"`, `"[1,\"a\"]"`, "0", "5", "-7.25", "1e400", "9007199254740993", "1704067200000", "true", "false", "null", `["a",1,null]`, `[{"x":1}]`, `{"x":1,"y":"b"}`, `[]`, `{}`}

// sourceOf writes a source for a field: a column with any of the keys that may
// go with it.
func sourceOf(t *rapid.T, l leaf, column string) string {
	keys := []string{"column: " + column}
	add := func(format string, args ...any) { keys = append(keys, fmt.Sprintf(format, args...)) }
	free := l.field.Type == mparticle.Scalar || l.field.Type == mparticle.Attribute
	if l.field.Shape == mparticle.Leaf && free && rapid.Bool().Draw(t, "typed") {
		kind := rapid.SampledFrom([]string{"string", "integer", "number", "boolean", "timestamp"}).Draw(t, "type")
		add("type: %s", kind)
		if kind == "timestamp" {
			add("format: [iso8601, unix_ms]")
		}
	}
	if rapid.Bool().Draw(t, "transformed") {
		add("transform: %s", rapid.SampledFrom([]string{"trim", "lower", "digits", "sha256"}).Draw(t, "transform"))
	}
	if rapid.Bool().Draw(t, "omitting") {
		add("on_invalid: omit")
	}
	if rapid.Bool().Draw(t, "styled") {
		add(`number: {thousands: ","}`)
	}
	if strings.HasPrefix(l.path, "user_attributes.") && rapid.Bool().Draw(t, "deleting") {
		add("when_null: delete")
	}
	return "{" + strings.Join(keys, ", ") + "}"
}

// fixed writes a source that always fits.
func fixed(f *mparticle.Field) string {
	switch {
	case len(f.Enum) > 0:
		return "{value: " + f.Enum[0] + "}"
	case f.Type == mparticle.Boolean:
		return "{value: true}"
	case f.Type == mparticle.Integer || f.Type == mparticle.Number:
		return "{value: 5}"
	case f.Type == mparticle.Timestamp:
		return "{value: 2024-01-01}"
	case f.Type == mparticle.UUID:
		return "{value: 00000000-0000-4000-8000-00000000000a}"
	case f.Type == mparticle.IP:
		return "{value: 192.0.2.1}"
	}
	return "{value: text}"
}

// lines writes mapped fields, those that any of them requires included.
func lines(t *rapid.T, root *mparticle.Field, always []string, indent string, next func() string) string {
	all := slices.DeleteFunc(leaves(root, "", nil), func(l leaf) bool { // mpimport's own, and other variants of a commerce event
		return l.path == "environment" || l.path == "source_request_id" || strings.Contains(l.path, "promotion") || strings.Contains(l.path, "impression")
	})
	chosen := map[string]string{}
	var order []string
	set := func(path, source string) {
		if _, ok := chosen[path]; !ok {
			order = append(order, path)
			chosen[path] = source
		}
	}
	for _, path := range always {
		for _, l := range all {
			if l.path == path {
				set(path, fixed(l.field))
			}
		}
	}
	for range rapid.IntRange(0, 6).Draw(t, "fields") {
		l := rapid.SampledFrom(all).Draw(t, "field")
		set(l.path, sourceOf(t, l, next()))
		for _, needed := range all { // siblings that the API demands beside it
			if slices.ContainsFunc(needed.by, func(object string) bool { return strings.HasPrefix(l.path, object) }) {
				set(needed.path, fixed(needed.field))
			}
		}
	}
	var text strings.Builder
	for _, path := range order {
		fmt.Fprintf(&text, "%s%s: %s\n", indent, path, chosen[path])
	}
	return text.String()
}

// TestRecordsDecode: whatever the mapping and the row, a record that is not
// rejected is taken by the strict models.
func TestRecordsDecode(t *testing.T) {
	var accepted, rejected int
	rapid.Check(t, func(t *rapid.T) {
		columns := 0
		next := func() string { columns++; return fmt.Sprintf("c%d", columns) }
		src := head + "batch:\n  user_identities.customer_id: id\n" + lines(t, mparticle.BatchFields(), nil, "  ", next)
		if strings.Count(src, "user_identities.customer_id") > 1 {
			return // drawn a second time
		}
		kind := rapid.SampledFrom(mparticle.EventTypes()).Draw(t, "event type")
		fields, _ := mparticle.EventFields(kind)
		always := []string{"timestamp_unixtime_ms"}
		for _, l := range leaves(fields, "", nil) {
			if slices.Contains(l.by, "") {
				always = append(always, l.path)
			}
		}
		if kind == mparticle.TypeCommerceEvent {
			always = append(always, "product_action.action")
		}
		src += "events:\n  - type: " + string(kind) + "\n    data:\n" + lines(t, fields, always, "      ", next)
		m, err := Load("m.yaml", []byte(src), nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		row := `{"id":"7"`
		for i := range columns {
			row += fmt.Sprintf(`,"c%d":%s`, i+1, rapid.SampledFrom(cells).Draw(t, "cell"))
		}
		chunk := oneRow(t, row+"}")
		rec, ok, reject := m.Bind(chunk.Columns).Mapper("row", day).Map(chunk, 0)
		if reject != nil || !ok {
			rejected++
			return
		}
		accepted++
		if reject := rec.strictly(); reject != nil {
			t.Fatalf("%v\n%s\nrow %s\nfields %s", reject, src, row, rec.Fields)
		}
	})
	if accepted == 0 || rejected == 0 {
		t.Errorf("%d records accepted and %d rejected: the test shows nothing", accepted, rejected)
	}
}

// FuzzConvert: no text makes a conversion panic or give what is not JSON of the
// type.
func FuzzConvert(f *testing.F) {
	for _, cell := range cells {
		f.Add(cell)
	}
	f.Add("1.234,50")
	f.Add("31/12/2024 23:59:59")
	style := &numberStyle{decimal: ",", thousands: "."}
	pattern, err := parseTimeFormat("%d/%m/%Y %H:%M:%S")
	if err != nil {
		f.Fatal(err)
	}
	formats := append([]timeFormat{pattern}, namedFormats...)
	f.Fuzz(func(t *testing.T, text string) {
		kinds := []readers.Value{textValue(text), {Kind: readers.Number, Text: text}}
		for _, kind := range []mparticle.Type{mparticle.String, mparticle.Integer, mparticle.Number, mparticle.Boolean, mparticle.Timestamp, mparticle.UUID, mparticle.IP, mparticle.Scalar, mparticle.Attribute} {
			for _, number := range []*numberStyle{nil, style} {
				v := value{path: "x", field: &mparticle.Field{Type: kind}, kind: kind, formats: formats, zone: day.Location(), number: number}
				for i, x := range kinds {
					if i == 1 && !numberPattern.MatchString(text) {
						continue // readers make numbers of JSON numbers only
					}
					encoded, problem := v.convert(nil, x)
					if problem == "" && !validJSON(string(encoded)) {
						t.Errorf("%q as %s is %s", text, kind, encoded)
					}
				}
			}
		}
		for _, change := range transforms {
			change(text)
		}
	})
}
