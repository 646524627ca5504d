package mapping

import (
	"fmt"
	"slices"
	"strings"

	"mpimport/mparticle"
)

func (l *loader) eventRules(n *node) {
	if n == nil || n.null {
		l.mapping.Eventless = !l.mapping.replays()
		return
	}
	if n.kind != listNode {
		l.at(n, "events is "+n.kind.String()+" where a list is expected", "begin each event with - type: …")
		return
	}
	l.mapping.Eventless = len(n.items) == 0
	for _, item := range n.items {
		l.eventRule(item)
	}
}

func (l *loader) eventRule(n *node) {
	if !l.keys(n, "an event", eventKeys...) {
		return
	}
	var types []string
	for _, t := range mparticle.EventTypes() {
		types = append(types, string(t))
	}
	kind := n.get("type")
	if kind == nil {
		l.at(n, "the event has no type", "add type: followed by one of "+strings.Join(types, ", "))
		return
	}
	rule := eventRule{eventType: mparticle.EventType(l.oneOf(kind, "type", types...)), when: l.condition(n.get("when"), "when")}
	fields, ok := mparticle.EventFields(rule.eventType)
	if !ok {
		return
	}
	data := n.get("data")
	if data == nil || data.kind != mapNode {
		l.at(n, "the event has no data", "add data: with at least timestamp_unixtime_ms")
		return
	}
	rule.data = l.fields(data, fields, "data")
	l.collect(&rule, n)
	l.required(rule.data, data, string(rule.eventType))
	l.timestamp(rule.data, data)
	l.oneVariant(rule.data, data)
	l.mapping.events = append(l.mapping.events, rule)
}

// collect takes `collect_by`, which makes sense where there is a list to collect.
func (l *loader) collect(rule *eventRule, n *node) {
	by := n.get("collect_by")
	if by == nil {
		return
	}
	if rule.collectBy = l.text(by, "collect_by"); rule.collectBy == "" {
		l.at(by, "collect_by needs a column", "write the column whose value the rows of one event share, such as the number of the order")
	}
	rule.collectLine, rule.collectColumn = by.line, by.column
	if !rule.data.hasList() {
		l.at(by, "collect_by makes list elements of rows, but no list is mapped", "map a field such as product_action.products[].id")
	}
}

// hasList reports whether a list of objects is mapped.
func (t *target) hasList() bool {
	return t.elem != nil || slices.ContainsFunc(t.members, func(m *target) bool { return m.hasList() })
}

func (l *loader) timestamp(t *target, n *node) {
	for _, m := range t.members {
		if m.key == "timestamp_unixtime_ms" {
			return
		}
	}
	l.at(n, "the event has no timestamp_unixtime_ms, so mParticle would take the time of the import",
		"map the column of the time; if the time of the import is meant, write timestamp_unixtime_ms: {value: now}")
}

// oneVariant checks fields of which exactly one must be there, as in commerce
// events.
func (l *loader) oneVariant(t *target, n *node) {
	var all, mapped []string
	for _, f := range t.field.Members {
		if f.OneOf != "" {
			all = append(all, f.Name)
		}
	}
	for _, m := range t.members {
		if m.field.OneOf != "" {
			mapped = append(mapped, m.key)
		}
	}
	if len(all) > 0 && len(mapped) != 1 {
		l.at(n, fmt.Sprintf("the event needs exactly one of %s; mapped: %s", strings.Join(all, ", "), orNone(mapped)), "")
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// required checks that whatever object is mapped has the members that the API
// demands of it.
func (l *loader) required(t *target, n *node, what string) {
	if t == nil {
		return
	}
	if t.field.Shape == mparticle.Object {
		for _, f := range t.field.Members {
			if f.Required && f.Name != "environment" && !slices.ContainsFunc(t.members, func(m *target) bool { return m.key == f.Name }) {
				l.at(n, fmt.Sprintf("%s needs %s%s", what, t.prefix(), f.Name), f.Meaning)
			}
		}
	}
	for _, m := range t.members {
		l.required(m, n, what)
	}
	l.required(t.elem, n, what)
}

// prefix is the path of an object's members, up to their names.
func (t *target) prefix() string {
	if t.path == "" {
		return ""
	}
	return t.path + "."
}
