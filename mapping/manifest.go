package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// manifest is a custom manifest of mParticle's CSV feed.
type manifest struct {
	HasHeaderRow *bool            `json:"hasHeaderRow"`
	Columns      []manifestColumn `json:"columns"`
}

type manifestColumn struct {
	Column string `json:"column"`
	Action string `json:"action"`
	Field  string `json:"field"`
}

// Manifest converts a custom manifest of mParticle's CSV feed, called name in
// messages, into a mapping file. kind is what its files hold, one of FeedKinds,
// or "" for what its fields say. The error is Problems, or says why the text is
// no manifest.
func Manifest(name string, src []byte, kind string) ([]byte, error) {
	m, err := parseManifest(name, src)
	if err != nil {
		return nil, err
	}
	f := &feed{name: name, kind: kind, draft: &draft{
		name:        mappingName(name),
		head:        []string{fmt.Sprintf("Converted from the custom manifest %s.", yamlQuote(name))},
		environment: &draftLine{key: EnvironmentColumn, value: "development", note: "production, when the data is real"},
	}}
	f.manifestColumns(m)
	return f.convert()
}

// manifestColumns takes over the columns that the manifest keeps, and the names
// of all of them where the files have no header.
func (f *feed) manifestColumns(m *manifest) {
	var names []string
	for i, c := range m.Columns {
		if c.Column == "" {
			c.Column = fmt.Sprintf("column_%d", i+1)
		}
		names = append(names, c.Column)
		switch {
		case c.Action == "ignore":
		case c.Action != "keep":
			f.problem(fmt.Sprintf("entry %d, column %s: action cannot be %q", i+1, yamlQuote(c.Column), c.Action), "it is keep or ignore")
		case c.Field == "":
			f.problem(fmt.Sprintf("entry %d, column %s is kept, but has no field", i+1, yamlQuote(c.Column)), "add its field, or ignore it")
		case c.Field == EnvironmentColumn:
			f.draft.environment.note = fmt.Sprintf("an import has one environment; column %s is not read for it", yamlQuote(c.Column))
		default:
			f.columns = append(f.columns, feedColumn{name: c.Column, field: c.Field})
		}
	}
	if m.HasHeaderRow != nil && !*m.HasHeaderRow {
		f.draft.source = []*draftLine{{key: "header", value: "false"}, {key: "columns", value: yamlList(names)}}
	}
}

func parseManifest(name string, src []byte) (*manifest, error) {
	var m manifest
	err := json.Unmarshal(src, &m)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		before := string(src[:syntax.Offset])
		return nil, fmt.Errorf("%s:%d:%d: this is not JSON: %w", name, strings.Count(before, "\n")+1, len(before)-strings.LastIndexByte(before, '\n')-1, err)
	case errors.As(err, &wrong):
		expected := map[reflect.Kind]string{reflect.Slice: "a list", reflect.String: "a text", reflect.Bool: "true or false", reflect.Struct: "an object"}[wrong.Type.Kind()]
		where := wrong.Field
		if where == "" {
			where = "the manifest"
		}
		return nil, fmt.Errorf("%s: %s is %s where %s is expected", name, where, wrong.Value, expected)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !slices.ContainsFunc(m.Columns, func(c manifestColumn) bool { return c.Action == "keep" }) {
		return nil, fmt.Errorf("%s: the manifest keeps no columns\n  hint: a manifest is {\"hasHeaderRow\": true, \"columns\": [{\"column\": \"Email\", \"action\": \"keep\", \"field\": \"user_identities.email\"}]}", name)
	}
	return &m, nil
}
