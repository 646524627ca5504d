package mapping

import (
	"cmp"
	"fmt"
	"strings"

	"mpimport/mparticle"
)

// rest maps what is left to free-form attributes, and leaves out with a reason
// what cannot be one.
func (p *proposer) rest() {
	user, ofEvents := p.attributes("user_attributes", mparticle.MaxUserAttributes), []*attributes{}
	for _, e := range p.draft.events {
		a := p.attributes("custom_attributes", mparticle.MaxAttributesPerEvent)
		a.lines = &e.data
		ofEvents = append(ofEvents, a)
	}
	user.lines = &p.draft.batch
	for _, f := range p.fields {
		if p.used[f] || f.inList || f.onlyObjects() {
			continue
		}
		if len(ofEvents) == 0 || f.aboutPerson() {
			user.add(p, f)
			continue
		}
		for _, a := range ofEvents {
			a.add(p, f)
		}
	}
}

// aboutPerson reports whether a name begins with a word for the user.
func (f *profile) aboutPerson() bool {
	name := split(f.ref)
	return len(name) > 1 && personWords[name[0]]
}

// attributes collects the free-form attributes of a user or an event.
type attributes struct {
	path  string
	field *mparticle.Field
	most  int
	keys  map[string]bool
	count int
	lines *[]*draftLine
}

func (p *proposer) attributes(path string, most int) *attributes {
	a := &attributes{path: path, most: most, keys: map[string]bool{}, field: &mparticle.Field{Type: mparticle.Scalar}}
	if path == "user_attributes" {
		a.field = leafOf(mparticle.BatchFields(), path+".any")
		for _, l := range p.draft.batch {
			if key, ok := strings.CutPrefix(l.key, path+"."); ok {
				a.keys[key] = true
				a.count++
			}
		}
	}
	return a
}

func (a *attributes) add(p *proposer, f *profile) {
	key := f.attributeName()
	if a.keys[key] {
		key = strings.TrimSpace(f.ref)
	}
	o, ok := p.origin(f, a.field)
	l := p.line(a.path+"."+key, f, o)
	why := ""
	switch {
	case key == "" || key == "*" || a.keys[key] || f.unreachable() || len(key) > mparticle.MaxAttributeNameChars:
		why = "left out: its name cannot be the name of an attribute; rename the column"
	case !ok:
		why = f.unfit()
	case a.count >= a.most:
		why = fmt.Sprintf("left out: the API takes %d attributes", a.most)
	}
	if why != "" {
		l.value = cmp.Or(l.value, yamlKey(f.ref))
		l.turnOff(why)
	} else {
		a.keys[key] = true
		a.count++
	}
	*a.lines = append(*a.lines, l)
}

// unfit says why a column cannot be an attribute.
func (f *profile) unfit() string {
	switch {
	case f.lists > 0 && len(f.children) > 0:
		return "left out: a list of objects is no attribute"
	case f.lists > 0:
		return "left out: a list is no attribute of an event or product"
	case f.objects > 0:
		return "left out: an object is no attribute"
	case f.values == 0:
		return "always empty"
	}
	return fmt.Sprintf("left out: it has texts over the API's limit of %d characters", mparticle.MaxAttributeValueChars)
}

// attributeName is what an attribute is called: the column, without the
// containers that say no more than that it is one.
func (f *profile) attributeName() string {
	if container := f.container(); containerWords[compact(container)] {
		return f.ref[len(container)+1:]
	}
	return strings.TrimSpace(f.ref)
}
