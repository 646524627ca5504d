package mapping

import (
	"fmt"
	"strings"

	"mpimport/mparticle"
)

// literal compiles {value: …}.
func (l *loader) literal(v *value, n *node) *value {
	if n.null {
		l.at(n, v.path+" has the value null, which is never sent", "remove the line")
		return nil
	}
	if v.kind == mparticle.Timestamp && n.kind == scalar && n.text == "now" {
		if v.path != eventTime && !strings.HasPrefix(v.path, "consent_state.") {
			l.at(n, "now is for timestamp_unixtime_ms of an event or a consent", "")
			return nil
		}
		v.now = true
		return v
	}
	encoded, ok := l.constant(v, n, "value")
	if !ok {
		return nil
	}
	v.literal = encoded
	return v
}

// constant converts a value that is written in the mapping file.
func (l *loader) constant(v *value, n *node, what string) ([]byte, bool) {
	if n.kind == listNode {
		if v.kind != mparticle.Attribute {
			l.at(n, fmt.Sprintf("%s is a list, but %s takes a %s", what, v.path, v.kind), "")
			return nil, false
		}
		return appendList(nil, l.texts(n, what)), true
	}
	text, ok := l.expand(n, l.text(n, what))
	if !ok {
		return nil, false
	}
	plain := value{path: v.path, field: v.field, kind: v.kind, formats: v.formats, zone: v.zone}
	l.defaults(&plain)
	encoded, problem := plain.convert(nil, textValue(text))
	if problem != "" {
		hint := ""
		if len(v.field.Enum) > 0 {
			if near := nearest(text, v.field.Enum); near != "" {
				hint = fmt.Sprintf("did you mean %s?", near)
			}
		}
		l.at(n, fmt.Sprintf("%s: %s %q %s", v.path, what, cut(text), problem), hint)
		return nil, false
	}
	return encoded, true
}

// expand replaces ${NAME} in a text of the mapping file.
func (l *loader) expand(n *node, text string) (string, bool) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String(), true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			l.at(n, "${ is not closed", "write ${NAME}")
			return "", false
		}
		var value string
		ok := false
		if l.vars != nil {
			value, ok = l.vars(name)
		}
		if !ok {
			l.at(n, fmt.Sprintf("${%s} has no value", name), fmt.Sprintf("give --set %s=… or set the environment variable %s", name, name))
			return "", false
		}
		out.WriteString(value)
		text = after
	}
}
