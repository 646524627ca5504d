package mparticle

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every difference between the vendor's JSON Schema and the catalog stands in
// one of these tables with its reason; an entry that explains nothing is an
// error too. Paths of events begin with their type; "*" stands for all types.

// notModelled are members of the schema that the models do not have, with all
// that is below them.
var notModelled = map[string]string{
	"batch_id":                         "the server's own: it must not be sent when a batch is replayed",
	"api_key":                          "the key goes into the Authorization header; in a body it would reach logs and files",
	"api_keys":                         "as api_key",
	"* event_id":                       "the server's own",
	"* event_system_notification_info": "the server's own: read-only in the OpenAPI file",
	"commerce_event event_name":        "the server derives it from the action",
	"commerce_event custom_event_type": "the server derives it from the action: read-only in the OpenAPI file",
	"crash_report breadcrumbs[].data.event_id":                       "as of all events",
	"crash_report breadcrumbs[].data.event_system_notification_info": "as of all events",
}

// beyondSchema are members of the catalog that the schema does not have.
var beyondSchema = map[string]string{
	"* custom_flags":                               "common data of all events by the JSON reference; the schema has it on three types only",
	"custom_event media_info":                      "from the models of mParticle's server SDKs",
	"crash_report breadcrumbs[].data.custom_flags": "as of all events",
}

// otherName are members that the catalog names where the schema takes any name.
var otherName = map[string]string{
	"consent_state.ccpa.KEY": "consent_state.ccpa.data_sale_opt_out", // the one purpose that CCPA knows
}

// otherwise are members of which the catalog says something else.
var otherwise = map[string]string{
	"environment":                     "required: the server takes a missing one for production",
	"application_info.os":             "Unknown is the schema's default without being in its list; the OpenAPI file lists it",
	"custom_event custom_event_type":  "attribution and unknown are in the JSON reference; the schema is older",
	"custom_event custom_flags.KEY":   "values may be lists by the JSON reference",
	"commerce_event custom_flags.KEY": "as of a custom event",
	"screen_view custom_flags.KEY":    "as of a custom event",
}

// eventsAPIDir is where the vendor's files lie: beside the project, or where
// EVENTS_API_DIR says. They are not part of the project.
func eventsAPIDir(t *testing.T) (string, bool) {
	dir := os.Getenv("EVENTS_API_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "events-api")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Logf("the vendor's schema is not at %s: set EVENTS_API_DIR to compare the catalog with it", dir)
		return "", false
	}
	return dir, true
}

// facts are what schema and catalog both say of a member.
type facts struct {
	kind     string // of a leaf, as the schema's definitions name it
	enum     []string
	required bool
}

func TestCatalogAgainstTheVendorsSchema(t *testing.T) {
	dir, ok := eventsAPIDir(t)
	if !ok {
		return
	}
	theirs, ours := schemaFacts(t, filepath.Join(dir, "batch.schema.json")), catalogFacts()
	used := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(theirs)) {
		if _, ok := ours[path]; !ok && !explained(notModelled, path, used) {
			t.Errorf("not modelled: %s", path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(ours)) {
		want, ok := theirs[path]
		if !ok {
			if !explained(beyondSchema, path, used) {
				t.Errorf("the schema does not have %s", path)
			}
			continue
		}
		if got := ours[path]; !got.fits(want) && !explained(otherwise, path, used) {
			t.Errorf("%s: %+v, the schema says %+v", path, got, want)
		}
	}
	for _, table := range []map[string]string{notModelled, beyondSchema, otherwise} {
		for path := range table {
			if !used[path] {
				t.Errorf("%s is explained, but there is no difference", path)
			}
		}
	}
}

// fits reports whether what the catalog says of a member is what the schema
// says. The schema's String takes numbers too; the models keep texts.
func (got facts) fits(want facts) bool {
	kind := got.kind == want.kind || want.kind == "String" && got.kind == "text" || got.kind == "timestamp" && want.kind == "Integer"
	return kind && got.required == want.required && slices.Equal(slices.Sorted(slices.Values(got.enum)), slices.Sorted(slices.Values(want.enum)))
}

// explained looks a path or what it is in up in a table.
func explained(table map[string]string, path string, used map[string]bool) bool {
	scope, name, isEvent := strings.Cut(path, " ")
	if !isEvent {
		scope, name = "", path
	}
	for _, parent := range parents(name) {
		keys := []string{parent}
		if isEvent {
			keys = []string{scope + " " + parent, "* " + parent}
		}
		for _, key := range keys {
			if _, ok := table[key]; ok {
				used[key] = true
				return true
			}
		}
	}
	return false
}

// parents are a path and all that it is in.
func parents(path string) []string {
	all := []string{path}
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			all = append(all, path[:i])
		}
	}
	return all
}

// schema is the part of JSON Schema that the vendor uses.
type schema struct {
	Ref                  string `json:"$ref"`
	Type                 any
	Enum                 []string
	Properties           map[string]*schema
	AdditionalProperties json.RawMessage
	Items                *schema
	AllOf, OneOf, AnyOf  []*schema
	Required             []string
	Definitions          map[string]*schema
}

// vendor walks the vendor's schema.
type vendor struct {
	t           *testing.T
	definitions map[string]*schema
	facts       map[string]facts
}

func schemaFacts(t *testing.T, file string) map[string]facts {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var root schema
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	v := vendor{t, root.Definitions, map[string]facts{}}
	events := root.Properties["events"].Items.OneOf
	delete(root.Properties, "events")
	v.walk("", &root)
	for _, e := range events {
		e = v.definitions[path(e.Ref)]
		v.walk(e.Properties["event_type"].Enum[0]+" ", e.Properties["data"])
	}
	if len(events) != len(models) {
		t.Errorf("the schema has %d event types, the models %d", len(events), len(models))
	}
	return v.facts
}

func path(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// leaves are the definitions that stand for a leaf.
var leaves = []string{"String", "StringOrArray", "Integer", "Number", "Boolean", "Uuid"}

// walk notes all members below s.
func (v vendor) walk(at string, s *schema) {
	if s.Ref != "" {
		v.walk(at, v.definitions[path(s.Ref)])
		return
	}
	for _, part := range s.AllOf {
		v.walk(at, part)
	}
	for name, member := range s.Properties {
		v.note(under(at, name), member, slices.Contains(s.Required, name))
	}
	var values schema
	if json.Unmarshal(s.AdditionalProperties, &values) == nil {
		v.note(under(at, "KEY"), &values, false)
	}
	if s.Items != nil {
		v.note(at+"[]", s.Items, false)
	}
}

func (v vendor) note(at string, s *schema, required bool) {
	for name, other := range otherName {
		if rest, ok := strings.CutPrefix(at, name); ok {
			at = other + rest
		}
	}
	f := facts{required: required, enum: s.Enum}
	target := s
	if name := path(s.Ref); s.Ref != "" {
		if target = v.definitions[name]; slices.Contains(leaves, name) {
			f.kind = name
		} else if f.enum == nil {
			f.enum = target.Enum
		}
	}
	switch {
	case f.kind != "":
	case s.OneOf != nil: // of the formats of an IP address
		f.kind = "ip"
	case target.Type == "string":
		f.kind = "text"
	default:
		v.walk(at, s)
	}
	v.facts[at] = f
}

func under(at, name string) string {
	if at == "" || strings.HasSuffix(at, " ") {
		return at + name
	}
	return at + "." + name
}

// catalogFacts are the same of our catalog.
func catalogFacts() map[string]facts {
	all := map[string]facts{}
	batch := *BatchFields()
	batch.Members = slices.DeleteFunc(slices.Clone(batch.Members), func(f *Field) bool { return f.Name == "events" })
	noteFields(all, "", &batch)
	for _, kind := range EventTypes() {
		fields, _ := EventFields(kind)
		noteFields(all, string(kind)+" ", fields)
	}
	return all
}

var kinds = map[Type]string{String: "text", Integer: "Integer", Number: "Number", Boolean: "Boolean", Timestamp: "timestamp",
	UUID: "Uuid", IP: "ip", Scalar: "String", Attribute: "StringOrArray"}

func noteFields(all map[string]facts, at string, f *Field) {
	add := func(at string, f *Field) {
		fact := facts{required: f.Required, enum: f.Enum}
		if f.Shape == Leaf {
			fact.kind = kinds[f.Type]
		}
		all[at] = fact
		noteFields(all, at, f)
	}
	switch f.Shape {
	case Object:
		for _, m := range f.Members {
			add(under(at, m.Name), m)
		}
	case Map:
		add(under(at, "KEY"), f.Elem)
	case List:
		add(at+"[]", f.Elem)
	}
}
