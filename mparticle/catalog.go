package mparticle

import (
	"encoding/json"
	"iter"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Field is one entry of the field catalog: a member of the API's JSON, an
// element of a list, or a value of a free-form map. The catalog is derived from
// the models and must not be changed.
type Field struct {
	Name     string   // JSON name; "" for a root, for list elements and map values
	Shape    Shape    // how it nests
	Type     Type     // of a Leaf
	Enum     []string // allowed values of a Leaf; nil: any
	Required bool     // the API refuses the object without it
	MaxChars int      // limit of a text in characters; 0: none known
	MaxNames int      // limit of a Map's names; 0: none known
	Identity bool     // identifies a user or a device
	OneOf    string   // exactly one of the members with the same OneOf must be there
	Meaning  string   // one line for people
	Aliases  []string // other spellings that mappings may use
	Key      string   // what the names of a Map are, for listings: KEY, PURPOSE, …

	Members []*Field // of an Object, in the order in which they are encoded
	Elem    *Field   // of a List or Map

	shown bool // not personal: logs may show it
}

// Shape is how a field nests.
type Shape uint8

// The shapes.
const (
	Leaf Shape = iota
	Object
	List // of Elem
	Map  // from free-form names to Elem
)

// Type is the type of a leaf.
type Type uint8

// The types of leaves.
const (
	String    Type = iota // text
	Integer               // whole number, 64 bits
	Number                // decimal number
	Boolean               // true or false
	Timestamp             // milliseconds since 1970-01-01 UTC
	UUID                  // text of 36 characters
	IP                    // IP address, v4 or v6
	Scalar                // text, number or boolean, as it comes
	Attribute             // a Scalar or a list of texts
)

var typeNames = [...]string{"string", "integer", "number", "boolean", "timestamp", "uuid", "ip address", "string, number or boolean", "string, number, boolean or list"}

// String returns the type's name as messages use it.
func (t Type) String() string { return typeNames[t] }

// BatchFields returns the catalog of Batch.
func BatchFields() *Field { return batchFields() }

// EventFields returns the catalog of the data of events of type t, and false for
// a type without a model.
func EventFields(t EventType) (*Field, bool) {
	f, ok := eventFields()[t]
	return f, ok
}

var batchFields = sync.OnceValue(func() *Field { return describe(reflect.TypeFor[Batch]()) })

var eventFields = sync.OnceValue(func() map[EventType]*Field {
	fields := map[EventType]*Field{}
	for _, t := range EventTypes() {
		event, _ := newEvent(t)
		fields[t] = describe(reflect.TypeOf(event))
	}
	return fields
})

// describe derives the catalog entry of a model's type.
func describe(t reflect.Type) *Field {
	if t.Kind() == reflect.Pointer {
		return describe(t.Elem())
	}
	switch t {
	case reflect.TypeFor[json.Number]():
		return &Field{Type: Number}
	case reflect.TypeFor[Attributes]():
		return attributes(Scalar, MaxAttributesPerEvent)
	case reflect.TypeFor[UserAttributes]():
		return attributes(Attribute, MaxUserAttributes)
	case reflect.TypeFor[CustomFlags]():
		return attributes(Attribute, MaxAttributesPerEvent)
	case reflect.TypeFor[Events]():
		return &Field{Shape: List, Elem: &Field{Shape: Object}}
	}
	switch t.Kind() {
	case reflect.Struct:
		return &Field{Shape: Object, Members: members(t)}
	case reflect.Slice:
		return &Field{Shape: List, Elem: describe(t.Elem())}
	case reflect.Map:
		return &Field{Shape: Map, Key: "KEY", Elem: describe(t.Elem())}
	case reflect.Interface:
		return &Field{Type: Attribute, MaxChars: MaxAttributeValueChars}
	case reflect.Int64:
		return &Field{Type: Integer}
	case reflect.Bool:
		return &Field{Type: Boolean}
	}
	f := &Field{Type: String}
	if enum, ok := reflect.Zero(t).Interface().(interface{ Values() []string }); ok {
		f.Enum = enum.Values()
	}
	return f
}

// attributes is the entry of a free-form map with the documented limits.
func attributes(t Type, most int) *Field {
	return &Field{Shape: Map, Key: "KEY", MaxNames: most, Elem: &Field{Type: t, MaxChars: MaxAttributeValueChars}}
}

// members describes the fields of a struct, those of embedded ones in place.
func members(t reflect.Type) []*Field {
	var all []*Field
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous {
			all = append(all, members(sf.Type)...)
			continue
		}
		f := describe(sf.Type)
		f.Name, _, _ = strings.Cut(sf.Tag.Get("json"), ",")
		f.Meaning = sf.Tag.Get("doc")
		for rule := range strings.SplitSeq(sf.Tag.Get("rule"), ",") {
			f.apply(rule)
		}
		f.Identity = f.Identity || t == reflect.TypeFor[UserIdentities]()
		for elem := f.Elem; elem != nil; elem = elem.Elem {
			elem.Meaning = f.Meaning // what a list or map is about, its values are about
		}
		all = append(all, f)
	}
	return all
}

// apply takes one word of a `rule` tag.
func (f *Field) apply(rule string) {
	name, value, _ := strings.Cut(rule, "=")
	switch name {
	case "required":
		f.Required = true
	case "identity":
		f.Identity = true
	case "timestamp":
		f.Type = Timestamp
	case "uuid":
		f.Type = UUID
	case "ip":
		f.Type = IP
	case "text":
		f.Elem.Type = String
	case "max":
		f.MaxChars, _ = strconv.Atoi(value) // a test decodes every tag
	case "alias":
		f.Aliases = append(f.Aliases, value)
	case "key":
		f.Key = value
	case "shown":
		f.shown = true
	case "oneof":
		f.OneOf = value
	}
}

// Paths yields what Resolve takes: the path of each leaf and of each list of
// leaves below f, in the order of the models. The names of a free-form map are
// its Key: user_attributes.KEY. The events of a batch are not among its paths;
// each type has its own EventFields.
func (f *Field) Paths() iter.Seq2[string, *Field] {
	return func(yield func(string, *Field) bool) { f.paths("", yield) }
}

func (f *Field) paths(path string, yield func(string, *Field) bool) bool {
	switch {
	case f.Shape == Leaf, f.Shape == List && f.Elem.Shape == Leaf:
		return yield(path, f)
	case f.Shape == Map:
		return f.Elem.paths(join(path, f.Key), yield)
	case f.Shape == List:
		return f.Elem.paths(path+"[]", yield)
	}
	for _, m := range f.Members {
		if !m.paths(join(path, m.Name), yield) {
			return false
		}
	}
	return true
}

// Member returns the member of an Object by its name or an alias.
func (f *Field) Member(name string) (*Field, bool) {
	for _, m := range f.Members {
		if m.Name == name {
			return m, true
		}
		for _, alias := range m.Aliases {
			if alias == name {
				return m, true
			}
		}
	}
	return nil, false
}

// Below returns the field that a JSON key of f leads to: a member of an Object
// by its own name, the value of any name of a Map; nil where there is none.
// Aliases are for mappings; the API does not know them.
func (f *Field) Below(name string) *Field {
	if f.Shape == Map {
		return f.Elem
	}
	for _, m := range f.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}
