package mapping

import (
	"slices"
	"strings"

	"mpimport/mparticle"
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
		if !f.inList && !f.nested() && !f.unreachable() && hits == f.values && hits > 0 && !strings.Contains(compact(f.ref), "birth") {
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
