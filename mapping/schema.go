package mapping

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"mpimport/mparticle"
)

// schema is a JSON Schema, or a part of one.
type schema = map[string]any

// Schema returns the JSON Schema (draft 7) of mapping files, for editors. It is
// made of the tables of keys and of the field catalog. What it refuses the
// loader refuses too; the loader sees more.
func Schema() ([]byte, error) {
	root := groupSchema(fileKeys)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "mpimport mapping file"
	root["required"] = []string{"version", "name"}
	replays := schema{"properties": schema{"format": schema{"const": replayFormat}}, "required": []string{"format"}}
	root["if"] = schema{"properties": schema{"source": replays}, "required": []string{"source"}}
	root["then"] = true
	root["else"] = schema{"required": []string{"batch"}} // batches have their own
	definitions := schema{
		"number": groupSchema(numberKeys),
		"value":  valueSchema(valueKeys, "column", "value", "expr"),
		"wild":   wildSchema(),
		"batch":  fieldsSchema(mparticle.BatchFields()),
	}
	for _, t := range mparticle.EventTypes() {
		fields, _ := mparticle.EventFields(t) // every type has a model
		definitions[string(t)] = fieldsSchema(fields)
	}
	root["definitions"] = definitions
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(root)
	return out.Bytes(), err
}

func groupSchema(keys []key) schema {
	properties := schema{}
	for _, k := range keys {
		s := k.schema()
		s["description"] = k.meaning
		properties[k.name] = s
	}
	return schema{"type": "object", "additionalProperties": false, "properties": properties}
}

func singleSchema() schema { return schema{"type": []string{"string", "number", "boolean"}} }

func ref(definition string) schema { return schema{"$ref": "#/definitions/" + definition} }

func (k key) schema() schema {
	switch k.is {
	case trueOrFalse:
		return schema{"enum": []any{true, false, "true", "false"}}
	case choice:
		return k.choiceSchema()
	case texts:
		return schema{"anyOf": []schema{singleSchema(), {"type": "array", "items": singleSchema()}}}
	case groupOf:
		if k.name == "number" {
			return schema{"allOf": []schema{ref("number")}}
		}
		return groupSchema(k.group)
	case listOfGroups:
		items := groupSchema(k.group)
		if k.name == "events" {
			items = eventSchema()
		}
		return schema{"type": "array", "items": items}
	case free:
		return schema{"type": "object", "additionalProperties": singleSchema()}
	case anything:
		return schema{}
	case fieldsOf:
		return schema{"allOf": []schema{ref(k.name)}}
	case orderColumn:
		return schema{"anyOf": []schema{singleSchema(), groupSchema(orderKeys)}}
	}
	return singleSchema()
}

func (k key) choiceSchema() schema {
	choices := []any{}
	for _, c := range k.choices {
		choices = append(choices, c)
		if c == "1" {
			choices = append(choices, 1)
		}
	}
	return schema{"enum": choices}
}

// eventSchema is an event, whose type decides which fields its data may have.
func eventSchema() schema {
	s := groupSchema(eventKeys)
	properties := s["properties"].(schema) // made just above
	var types []string
	var cases []schema
	for _, t := range mparticle.EventTypes() {
		types = append(types, string(t))
		cases = append(cases, schema{
			"if":   schema{"properties": schema{"type": schema{"const": t}}},
			"then": schema{"properties": schema{"data": ref(string(t))}},
		})
	}
	properties["type"] = schema{"enum": types, "description": "type of the event"}
	properties["data"] = schema{"type": "object", "description": "fields of the event, FIELD: COLUMN"}
	s["required"] = []string{"type", "data"}
	s["allOf"] = cases
	return s
}

// valueSchema is a source of a value: a column's name, or a group with exactly
// one of the sources.
func valueSchema(keys []key, sources ...string) schema {
	group := groupSchema(keys)
	var one []schema
	for _, name := range sources {
		one = append(one, schema{"required": []string{name}})
	}
	group["oneOf"] = one
	return schema{"anyOf": []schema{singleSchema(), group}}
}

// wildSchema is the source of a line that ends in `.*`, which is always a group.
func wildSchema() schema {
	both := valueSchema(wildKeys, "columns", "json", "rest", "expr")["anyOf"].([]schema) // made by valueSchema
	return both[1]
}

// fieldsSchema is a group of lines FIELD: source.
func fieldsSchema(root *mparticle.Field) schema {
	s := schema{"type": "object", "additionalProperties": false}
	properties, patterns := schema{}, schema{}
	addFields(root, "", "", properties, patterns)
	s["properties"] = properties
	if len(patterns) > 0 {
		s["patternProperties"] = patterns
	}
	return s
}

// addFields adds the paths below f: those without free-form names to properties,
// the others as patterns.
func addFields(f *mparticle.Field, path, pattern string, properties, patterns schema) {
	switch {
	case f.Shape == mparticle.Object:
		for _, m := range f.Members {
			for _, name := range append([]string{m.Name}, m.Aliases...) {
				addMember(m, name, path, pattern, properties, patterns)
			}
		}
	case f.Shape == mparticle.List && f.Elem.Shape != mparticle.Leaf:
		if f.Elem.Members == nil { // events have rules of their own
			return
		}
		addFields(f.Elem, path+"[]", appendPattern(pattern, `\[\]`), properties, patterns)
	case f.Shape == mparticle.Map:
		if pattern == "" {
			pattern = regexp.QuoteMeta(path)
		}
		if f.Elem.Shape == mparticle.Leaf {
			properties[path+".*"] = ref("wild")
			patterns["^"+pattern+`\.(\*.+|[^*].*)$`] = ref("value")
			return
		}
		addFields(f.Elem, path+".*", pattern+`\..+`, properties, patterns)
	case pattern != "":
		patterns["^"+pattern+"$"] = ref("value")
	default:
		properties[path] = leafSchema(f)
	}
}

func addMember(m *mparticle.Field, name, path, pattern string, properties, patterns schema) {
	if path == "" && (name == "environment" || name == "source_request_id" || name == "events") {
		return // the mapping file, mpimport itself and events: have their say
	}
	if pattern != "" {
		pattern += `\.` + regexp.QuoteMeta(name)
	}
	addFields(m, strings.TrimPrefix(path+"."+name, "."), pattern, properties, patterns)
}

func appendPattern(pattern, more string) string {
	if pattern == "" {
		return ""
	}
	return pattern + more
}

// leafSchema is the source of one field, with the field's meaning and, for
// editors to offer, its allowed values.
func leafSchema(f *mparticle.Field) schema {
	s := schema{"allOf": []schema{ref("value")}, "description": f.Meaning}
	if len(f.Enum) > 0 {
		fixed := schema{"anyOf": []schema{{"enum": f.Enum}, {"type": "string", "pattern": `\$\{`}}}
		s["allOf"] = []schema{ref("value"), {"properties": schema{"value": fixed}}}
	}
	return s
}
