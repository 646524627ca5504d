package mapping

import (
	"fmt"
	"strings"
	"time"

	"mpimport/mparticle"
)

// conversion reads the keys that say how a value is converted.
func (l *loader) conversion(v *value, n *node) {
	if t := n.get("type"); t != nil {
		l.setType(v, t)
	}
	if z := n.get("timezone"); z != nil {
		v.zone = l.zone(z)
	}
	if style := n.get("number"); style != nil {
		v.number = l.numberStyle(style)
	}
	v.nestedText = l.oneOf(n.get("nested"), "nested", nestedChoices...) == "text" || v.nestedText
	l.formats(v, n.get("format"))
	l.transforms(v, n.get("transform"))
	if m := n.get("map"); l.keys(m, "map", freeKeys(m)...) {
		v.lookup = map[string]string{}
		for _, e := range m.entries {
			v.lookup[e.key] = l.text(e.value, "map")
		}
	}
	if e := n.get("map_else"); e != nil {
		v.lookupElse = new(l.text(e, "map_else"))
		if v.lookup == nil {
			l.at(e, "map_else says what map does not know, but there is no map", "add map: {…}, or use default for empty values")
		}
	}
	v.split = l.text(n.get("split"), "split")
	if v.split != "" && v.kind != mparticle.Attribute {
		l.at(n.get("split"), fmt.Sprintf("split makes a list, but %s takes a %s", v.path, v.kind), "")
	}
	if r := n.get("required"); r != nil {
		v.required = l.flag(r, "required")
	}
	v.omit = l.oneOf(n.get("on_invalid"), "on_invalid", onInvalidChoices...) == "omit"
	v.deletes = l.oneOf(n.get("when_null"), "when_null", whenNullChoices...) == "delete"
	if v.deletes && !strings.HasPrefix(v.path, "user_attributes.") {
		l.at(n.get("when_null"), fmt.Sprintf("when_null: delete removes a user attribute, which %s is not", v.path), "it goes with user_attributes.NAME")
	}
}

// flag reads true or false.
func (l *loader) flag(n *node, what string) bool {
	return l.oneOf(n, what, "true", "false") == "true"
}

// freeKeys are the keys of a group that may have any.
func freeKeys(n *node) []key {
	if n == nil {
		return nil
	}
	var keys []key
	for _, e := range n.entries {
		keys = append(keys, key{name: e.key})
	}
	return keys
}

func (l *loader) formats(v *value, n *node) {
	if n == nil {
		return
	}
	items := []*node{n}
	l.texts(n, "format") // reports what is no text
	if n.kind == listNode {
		items = n.items
	}
	for _, f := range items {
		format, err := parseTimeFormat(f.text)
		if err != nil {
			l.at(f, err.Error(), "named formats: "+strings.Join(formatNames(), ", ")+"; or a pattern such as %d/%m/%Y %H:%M:%S")
			continue
		}
		v.formats = append(v.formats, format)
	}
	if len(v.formats) > 0 && v.kind != mparticle.Timestamp {
		l.at(n, fmt.Sprintf("format is for timestamps, but %s is a %s", v.path, v.kind), "add type: timestamp, or remove format")
	}
}

func (l *loader) transforms(v *value, n *node) {
	for _, name := range l.texts(n, "transform") {
		t, ok := transforms[name]
		if !ok {
			names := transformNames()
			hint := "known are " + strings.Join(names, ", ")
			if near := nearest(name, names); near != "" {
				hint = fmt.Sprintf("did you mean %s?", near)
			}
			l.at(n, "unknown transform "+name, hint)
			continue
		}
		v.transforms = append(v.transforms, t)
	}
}

// setType takes `type`, which must fit what the field wants.
func (l *loader) setType(v *value, n *node) {
	name := l.oneOf(n, "type", typeChoices...)
	free := v.field.Type == mparticle.Scalar || v.field.Type == mparticle.Attribute
	fits := map[string]mparticle.Type{"string": mparticle.String, "integer": mparticle.Integer, "number": mparticle.Number,
		"boolean": mparticle.Boolean, "timestamp": mparticle.Timestamp, "list": mparticle.Attribute}
	kind, ok := fits[name]
	v.list = name == "list"
	v.nestedText = kind == mparticle.String && ok
	switch {
	case !ok:
	case free && (name != "list" || v.field.Type == mparticle.Attribute):
		v.kind = kind
	case kind != v.field.Type && !(kind == mparticle.Integer && v.field.Type == mparticle.Number) && !(kind == mparticle.String && v.field.Type >= mparticle.UUID):
		l.at(n, fmt.Sprintf("type %s does not fit: %s takes a %s", name, v.path, v.field.Type), "leave type out, the field knows its own")
	}
}

// zone reads a time zone; nil gives the mapping's own.
func (l *loader) zone(n *node) *time.Location {
	if n == nil {
		if l.sourceZone == nil {
			return time.UTC
		}
		return l.sourceZone
	}
	name := l.text(n, "timezone")
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		l.at(n, fmt.Sprintf("unknown time zone %q", name), "write a name such as Europe/Berlin or UTC")
		return time.UTC
	}
	return zone
}
