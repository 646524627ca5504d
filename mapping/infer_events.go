package mapping

import (
	"maps"
	"slices"
	"strings"

	"mpimport/mparticle"
)

// events writes the events of the plan.
func (p *proposer) events(plan eventPlan) {
	if plan.kind == "" {
		return
	}
	first := p.event(plan.kind, plan)
	p.draft.events = append(p.draft.events, first)
	if plan.kind == mparticle.TypeCommerceEvent && plan.name != nil && len(plan.actions) < len(plan.name.some) {
		p.draft.events = append(p.draft.events, p.otherEvents(plan, first))
	}
	if plan.time.times.local > 0 {
		p.draft.source = append(p.draft.source, &draftLine{key: "timezone", value: "Europe/Berlin", off: true,
			note: "the times have no zone and are taken as UTC; name yours if that is wrong"})
	}
}

func (p *proposer) event(kind mparticle.EventType, plan eventPlan) *draftEvent {
	root, _ := mparticle.EventFields(kind)
	e := &draftEvent{kind: kind, when: p.when(plan, kind)}
	o, _ := p.time(plan.time)
	e.data = append(p.naming(kind, plan), p.line("timestamp_unixtime_ms", plan.time, o))
	p.keys = map[string]bool{}
	for _, l := range e.data {
		p.keys[l.key] = true
	}
	synonyms := eventSynonyms
	if kind == mparticle.TypeCommerceEvent {
		synonyms = append(slices.Clone(eventSynonyms), orderSynonyms...)
	}
	for _, s := range catalogSynonyms(root, synonyms) {
		if l := p.eventField(s, leafOf(root, s.path)); l != nil {
			e.data = append(e.data, l)
		}
	}
	pairPlace(e.data)
	if kind == mparticle.TypeCommerceEvent {
		e.collect = p.collect(plan, e)
		e.data = append(e.data, p.productLines(plan)...)
	}
	return e
}

// eventField maps a field of an event, where it makes sense for every row.
func (p *proposer) eventField(s synonym, field *mparticle.Field) *draftLine {
	f := p.pick(s, func(f *profile) bool { _, ok := p.origin(f, field); return ok })
	if f == nil || s.path == "source_message_id" && !f.unique() || field.Required && f.values < p.rows {
		return nil
	}
	return p.field(s, field)
}

// pairPlace leaves out a latitude without a longitude.
func pairPlace(lines []*draftLine) {
	var place []*draftLine
	for _, l := range lines {
		if strings.HasPrefix(l.key, "location.l") {
			place = append(place, l)
		}
	}
	if len(place) == 1 {
		place[0].turnOff("left out: a place needs latitude and longitude in every row")
	}
}

// naming are the lines that say what happened.
func (p *proposer) naming(kind mparticle.EventType, plan eventPlan) []*draftLine {
	switch kind {
	case mparticle.TypeCommerceEvent:
		return []*draftLine{p.action(plan)}
	case mparticle.TypeScreenView:
		return []*draftLine{{key: "screen_name", value: plan.screen.reference(), column: plan.screen.ref}}
	}
	name := &draftLine{key: "event_name"}
	if plan.name != nil {
		name.value, name.column = plan.name.reference(), plan.name.ref
	} else {
		name.value, name.note = yamlGroup("value", yamlText(p.draft.name)), "a guess: no column says what happened"
		p.decide("no column says what happened: every row was taken for one event, " + yamlQuote(p.draft.name))
	}
	return []*draftLine{name, p.sort(kind)}
}

// sort is the line of the type of custom events.
func (p *proposer) sort(kind mparticle.EventType) *draftLine {
	const path = "custom_event_type"
	root, _ := mparticle.EventFields(kind)
	field := leafOf(root, path)
	if l := p.eventField(synonym{path, "customeventtype eventcategory"}, field); l != nil {
		return l
	}
	return &draftLine{key: path, value: yamlGroup("value", string(mparticle.Other)), note: "or " + strings.Join(field.Enum, ", ")}
}

// action is the line of what was done with the products.
func (p *proposer) action(plan eventPlan) *draftLine {
	l := &draftLine{key: "product_action.action"}
	if plan.name == nil {
		l.value, l.note = yamlGroup("value", string(mparticle.Purchase)), "a guess: or "+strings.Join(mparticle.Purchase.Values(), ", ")
		p.decide("every row was taken for a purchase")
		return l
	}
	var pairs []string
	same := true
	for _, text := range plan.name.some {
		if a, ok := plan.actions[text]; ok {
			pairs = append(pairs, yamlText(text), string(a))
			same = same && string(a) == text
		}
	}
	l.column, l.value = plan.name.ref, plan.name.reference("map", yamlGroup(pairs...))
	if same {
		l.value = plan.name.reference()
	}
	return l
}

// otherEvents are the custom events beside commerce events: rows whose name is no
// product action.
func (p *proposer) otherEvents(plan eventPlan, commerce *draftEvent) *draftEvent {
	kind := mparticle.TypeCustomEvent
	root, _ := mparticle.EventFields(kind)
	e := &draftEvent{kind: kind, when: p.when(plan, kind), data: p.naming(kind, plan)}
	for _, l := range commerce.data {
		if _, err := root.Resolve(l.key); err == nil {
			e.data = append(e.data, new(*l))
		}
	}
	return e
}

// when is the condition of commerce events and of the others beside them; nil
// where all rows are of one kind.
func (p *proposer) when(plan eventPlan, kind mparticle.EventType) *draftLine {
	if plan.kind != mparticle.TypeCommerceEvent || plan.name == nil || len(plan.actions) == len(plan.name.some) {
		return nil
	}
	operator := " in "
	if kind == mparticle.TypeCustomEvent {
		operator = " not in "
	}
	actions := slices.Sorted(maps.Keys(plan.actions))
	return &draftLine{key: "when", value: yamlText(plan.name.cell() + operator + exprList(actions))}
}

// collect is the line that makes one event of the rows of an order; nil where
// every row is an order, or its products are a list.
func (p *proposer) collect(plan eventPlan, e *draftEvent) *draftLine {
	for _, l := range e.data {
		if l.key != "product_action.transaction_id" || plan.list != nil {
			continue
		}
		for _, f := range p.fields {
			if f.ref == l.column && !f.unique() && f.values == p.rows {
				return &draftLine{key: "collect_by", value: yamlKey(f.ref), note: "one event of the rows of an order"}
			}
		}
	}
	return nil
}
