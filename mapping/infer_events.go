package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mpimport/mparticle"
	"mpimport/readers"
)

// eventPlan is what the rows are taken for.
type eventPlan struct {
	kind     mparticle.EventType // "": profiles without events
	time     *profile
	name     *profile // the column that says what happened
	screen   *profile
	actions  map[string]mparticle.ProductActionType // values of name that are product actions
	products []productColumn
	list     *profile // the list that the products are in; nil: one product a row
}

// eventPlan decides what a row is: an event needs a time, and something that
// says that it is one.
func (p *proposer) eventPlan() eventPlan {
	plan := eventPlan{name: p.pick(nameSynonyms, (*profile).likeNames)}
	var said bool
	plan.time, said = p.eventTime()
	plan.list, plan.products = p.productList()
	if plan.list == nil {
		plan.products = p.flatProducts()
	}
	if plan.name != nil {
		plan.actions = plan.name.productActions()
	}
	if plan.kind = p.eventKind(&plan, said); plan.kind == "" {
		return plan
	}
	if plan.kind != mparticle.TypeCommerceEvent {
		plan.list, plan.products = nil, nil
	}
	for _, f := range []*profile{plan.time, plan.name, plan.screen, plan.list} {
		if f != nil {
			p.used[f] = true
		}
	}
	for _, c := range plan.products {
		p.used[c.column] = true
	}
	return plan
}

// eventKind is the type of most events; said tells that the name of the time
// speaks of events.
func (p *proposer) eventKind(plan *eventPlan, said bool) mparticle.EventType {
	shop := qualify(plan.products, plan.list)
	switch {
	case plan.time == nil:
		if plan.name != nil || shop {
			p.decide("no column holds times, so rows cannot be events; they were taken for profiles")
		}
		plan.name = nil
		return ""
	case shop && (plan.name == nil || len(plan.actions) > 0):
		return mparticle.TypeCommerceEvent
	case plan.name != nil && (said || plan.name.names()[0] != "type" && plan.name.names()[0] != "kind"):
		return mparticle.TypeCustomEvent
	}
	plan.name = nil
	if !said {
		return ""
	}
	if plan.screen = p.pick(screenSynonyms, (*profile).likeNames); plan.screen != nil {
		return mparticle.TypeScreenView
	}
	return mparticle.TypeCustomEvent
}

// eventTime returns the column of the time, and whether its name speaks of
// events.
func (p *proposer) eventTime() (_ *profile, said bool) {
	isTime := func(f *profile) bool { _, ok := p.time(f); return ok }
	if f := p.pick(timeSynonyms, isTime); f != nil {
		return f, true
	}
	if f := p.pick(lateTimeSynonyms, isTime); f != nil {
		return f, false
	}
	for _, f := range p.fields {
		_, _, hits := f.times.best()
		if !f.inList && !f.nested() && hits == f.values && hits > 0 && !strings.Contains(compact(f.ref), "birth") {
			return f, false
		}
	}
	return nil, false
}

// likeNames reports whether the values can be names of events or screens: texts
// that repeat, not more than a workspace takes.
func (f *profile) likeNames() bool {
	const mostNames = 1000 // of a workspace
	if f.values == 0 || f.nested() || f.unreachable() || f.longest > mparticle.MaxEventNameChars {
		return false
	}
	const tooFew = 20 // values to tell
	_, _, times := f.times.best()
	other := f.numbers == f.values || f.booleans == f.values || f.uuids == f.values || f.emails == f.values || times == f.values
	return !other && len(f.digest) <= mostNames && (f.values <= tooFew || !f.unique())
}

// productActions are the values that name an action with products.
func (f *profile) productActions() map[string]mparticle.ProductActionType {
	actions := map[string]mparticle.ProductActionType{}
	if !f.few() {
		return actions
	}
	for _, text := range f.some {
		for _, action := range mparticle.Purchase.Values() {
			a := mparticle.ProductActionType(action)
			if compact(text) == compact(action) || slices.Contains(strings.Fields(actionSynonyms[a]), compact(text)) {
				actions[text] = a
			}
		}
	}
	return actions
}

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
	return &draftLine{key: "when", value: yamlText(exprCell(plan.name.ref) + operator + exprList(actions))}
}

// exprCell is a cell in an expression, where no value is the empty text.
func exprCell(ref string) string { return fmt.Sprintf(`(row[%s] ?? "")`, strconv.Quote(ref)) }

// exprNotIn is the condition that a cell is none of some texts.
func exprNotIn(ref string, texts []string) string {
	if len(texts) == 1 {
		return exprCell(ref) + " != " + strconv.Quote(texts[0])
	}
	return exprCell(ref) + " not in " + exprList(texts)
}

func exprList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = strconv.Quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// collect is the line that makes one event of the rows of an order, as a
// suggestion.
func (p *proposer) collect(plan eventPlan, e *draftEvent) *draftLine {
	for _, l := range e.data {
		if l.key != "product_action.transaction_id" || plan.list != nil {
			continue
		}
		for _, f := range p.fields {
			if f.ref == l.column && !f.unique() && f.kinds[readers.Missing] == 0 {
				return &draftLine{key: "collect_by", value: yamlKey(f.ref), off: true, note: "makes one event of the rows of an order"}
			}
		}
	}
	return nil
}
