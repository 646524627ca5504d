package mparticle

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// everyStruct visits all model structs, each once.
func everyStruct(visit func(reflect.Type)) {
	seen := map[reflect.Type]bool{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(t.Elem())
		case reflect.Struct:
			if seen[t] {
				return
			}
			seen[t] = true
			visit(t)
			for i := range t.NumField() {
				walk(t.Field(i).Type)
			}
		}
	}
	walk(reflect.TypeFor[Batch]())
	for _, model := range models {
		walk(reflect.TypeOf(model))
	}
}

// TestTags decodes every tag of every model.
func TestTags(t *testing.T) {
	plain := []string{"", "required", "identity", "timestamp", "uuid", "ip", "text", "shown"}
	structs := 0
	everyStruct(func(s reflect.Type) {
		structs++
		for i := range s.NumField() {
			sf := s.Field(i)
			if sf.Anonymous {
				continue
			}
			at := s.Name() + "." + sf.Name
			name, option, _ := strings.Cut(sf.Tag.Get("json"), ",")
			if name == "" || name != strings.ToLower(name) {
				t.Errorf("%s has the JSON name %q", at, name)
			}
			if doc := sf.Tag.Get("doc"); doc == "" || strings.HasSuffix(doc, ".") {
				t.Errorf("%s has the meaning %q", at, doc)
			}
			if want := optionOf(sf); option != want {
				t.Errorf("%s has the option %q, want %q", at, option, want)
			}
			for rule := range strings.SplitSeq(sf.Tag.Get("rule"), ",") {
				word, value, _ := strings.Cut(rule, "=")
				switch {
				case word == "max" && value == strconv.Itoa(MaxEventNameChars): // the one limit of a text that is known
				case slices.Contains([]string{"alias", "oneof", "key"}, word) && value != "":
				case slices.Contains(plain, rule):
				default:
					t.Errorf("%s has the rule %q", at, rule)
				}
			}
		}
	})
	if structs < 40 {
		t.Errorf("only %d structs were found", structs)
	}
}

// optionOf is how a member must be left out when it is not there.
func optionOf(sf reflect.StructField) string {
	required := strings.HasPrefix(sf.Tag.Get("rule"), "required")
	switch sf.Type.Kind() {
	case reflect.Pointer, reflect.Interface:
		return "omitempty"
	case reflect.Slice, reflect.Map:
		if !required {
			return "omitzero"
		}
	}
	return ""
}

// TestConstantsAreAllowedValues reads the source: every constant of a type with
// Values is one of them.
func TestConstantsAreAllowedValues(t *testing.T) {
	values := map[string][]string{"Pod": Pod("").Values()}
	everyStruct(func(s reflect.Type) {
		for i := range s.NumField() {
			ft := s.Field(i).Type
			if ft.Kind() == reflect.Pointer {
				ft = ft.Elem()
			}
			if enum, ok := reflect.Zero(ft).Interface().(interface{ Values() []string }); ok {
				values[ft.Name()] = enum.Values()
			}
		}
	})
	constants := 0
	eachConstant(t, func(name, kind, value string) {
		if values[kind] == nil {
			return
		}
		constants++
		if !slices.Contains(values[kind], value) {
			t.Errorf("%s: %q is not one of %v", name, value, values[kind])
		}
	})
	if constants < 40 {
		t.Errorf("only %d constants were found", constants)
	}
}

// eachConstant visits the package's typed text constants.
func eachConstant(t *testing.T, visit func(name, kind, value string)) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			kind, _ := spec.Type.(*ast.Ident)
			text, _ := spec.Values[0].(*ast.BasicLit)
			if kind == nil || text == nil || text.Kind != token.STRING {
				return true
			}
			value, err := strconv.Unquote(text.Value)
			if err != nil {
				t.Fatal(err)
			}
			visit(spec.Names[0].Name, kind.Name, value)
			return true
		})
	}
}

func TestIdentityTypesAreTheIdentities(t *testing.T) {
	identities, _ := BatchFields().Member("user_identities")
	var names []string
	for _, m := range identities.Members {
		names = append(names, m.Name)
	}
	if got := IdentityType("").Values(); !slices.Equal(got, names) || len(names) != 22 {
		t.Errorf("got %v, want %v", got, names)
	}
}

// TestPathsResolve walks every path of the catalog to the field that it names.
func TestPathsResolve(t *testing.T) {
	roots := map[string]*Field{"batch": BatchFields()}
	for _, kind := range EventTypes() {
		roots[string(kind)], _ = EventFields(kind)
	}
	paths := 0
	for scope, root := range roots {
		for path, want := range root.Paths() {
			paths++
			steps, err := root.Resolve(path)
			if err != nil {
				t.Errorf("%s %s: %v", scope, path, err)
			} else if got := steps[len(steps)-1].Field; got != want {
				t.Errorf("%s %s leads to %q", scope, path, got.Meaning)
			}
			if want.Meaning == "" {
				t.Errorf("%s %s has no meaning", scope, path)
			}
		}
	}
	if paths < 800 {
		t.Errorf("only %d paths were found", paths)
	}
}

func TestResolveFreeNames(t *testing.T) {
	tests := []struct{ path, want string }{
		{"user_attributes.Member Tier.x", "user_attributes|Member Tier.x"},
		{"consent_state.gdpr.My Purpose.consented", "consent_state|gdpr|My Purpose|consented"},
		{"consent_state.gdpr.a.b.c.consented", "consent_state|gdpr|a.b.c|consented"},
		{"integration_attributes.77.client.id", "integration_attributes|77|client.id"},
		{"partner_identities.a.b", "partner_identities|a.b"},
		{"user_identities.customerid", "user_identities|customer_id"},
		{"consent_state.gdpr.My Purpose", "error: consent_state.gdpr.My Purpose is not a field but a group of fields"},
		{"consent_state.ccpa.other.consented", "error: unknown field consent_state.ccpa.other.consented"},
		{"batch_id", "error: unknown field batch_id"},
		{"user_attributes", "error: user_attributes needs a name after it: user_attributes.NAME"},
		{"ip.x", "error: unknown field ip.x: ip has no parts"},
		{"user_identities[].email", "error: user_identities is not a list: write it without []"},
	}
	for _, test := range tests {
		steps, err := BatchFields().Resolve(test.path)
		var keys []string
		for _, s := range steps {
			keys = append(keys, s.Key)
		}
		got := strings.Join(keys, "|")
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.path, got, test.want)
		}
	}
}
