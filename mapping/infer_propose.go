package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mpimport/mparticle"
)

// The identities that a column is taken for where its name does not say which.
const (
	customerPath = "user_identities.customer_id"
	emailPath    = "user_identities.email"
)

// proposer makes a draft from what the sample shows.
type proposer struct {
	options InferOptions
	draft   *draft
	rows    int
	fields  []*profile // columns and members, in order
	used    map[*profile]bool
	keys    map[string]bool // fields of the draft, events apart
	notes   []string
}

func (p *proposer) decide(note string) {
	if !slices.Contains(p.notes, note) {
		p.notes = append(p.notes, note)
	}
}

// propose fills the draft.
func (p *proposer) propose() error {
	plan := p.eventPlan()
	if err := p.user(plan.kind == ""); err != nil {
		return err
	}
	p.events(plan)
	p.rest()
	return nil
}

// pick returns the unused column whose name fits a field best.
func (p *proposer) pick(s synonym, fits func(*profile) bool) *profile {
	var best *profile
	rank := 0
	for _, f := range p.fields {
		if p.used[f] || f.inList {
			continue
		}
		if r := s.rank(f); r > 0 && (best == nil || r < rank) && fits(f) {
			best, rank = f, r
		}
	}
	return best
}

// rank is how well a column's name fits: 1 is best, 0 not at all.
func (s synonym) rank(f *profile) int {
	names := strings.Fields(s.names)
	for i, own := range f.names() {
		if at := slices.Index(names, own); at >= 0 {
			return 1 + i*len(names) + at
		}
	}
	return 0
}

// field maps the column that fits best to a field; it returns nil if there is
// none.
func (p *proposer) field(s synonym, field *mparticle.Field) *draftLine {
	f := p.pick(s, func(f *profile) bool {
		_, ok := p.origin(f, field)
		return ok && f.likeIdentity(s.path)
	})
	if f == nil || p.keys[s.path] {
		return nil
	}
	p.used[f], p.keys[s.path] = true, true
	o, _ := p.origin(f, field)
	return p.line(s.path, f, o)
}

// likeIdentity reports whether values can be an identity of a kind: most of them
// addresses, or none with spaces, as names of people have.
func (f *profile) likeIdentity(path string) bool {
	switch path {
	case emailPath:
		return 2*f.emails > f.values
	case customerPath:
		return !slices.ContainsFunc(f.some, func(text string) bool { return strings.Contains(strings.TrimSpace(text), " ") })
	}
	return true
}

// leafOf is the catalog's field at a path that the tables of synonyms name.
func leafOf(root *mparticle.Field, path string) *mparticle.Field {
	steps, err := root.Resolve(path)
	if err != nil {
		return &mparticle.Field{} // a test resolves every path of the tables
	}
	return steps[len(steps)-1].Field
}

// user maps identities, device and known attributes of the user.
func (p *proposer) user(profiles bool) error {
	root := mparticle.BatchFields()
	if err := p.namedUser(root); err != nil {
		return err
	}
	for _, s := range catalogSynonyms(root, batchSynonyms) {
		if l := p.field(s, leafOf(root, s.path)); l != nil {
			p.draft.batch = append(p.draft.batch, p.dress(l))
		}
	}
	if !slices.ContainsFunc(p.draft.batch, isIdentityLine) {
		return p.guessUser(profiles)
	}
	return nil
}

func isIdentityLine(l *draftLine) bool { return leafOf(mparticle.BatchFields(), l.key).Identity }

// dress adds what a field's kind asks for.
func (p *proposer) dress(l *draftLine) *draftLine {
	if l.key == emailPath {
		l.value = yamlGroup("column", yamlText(l.column), "transform", "[trim, lower]")
	}
	return l
}

// namedUser maps the column that the person who runs init says is the user.
func (p *proposer) namedUser(root *mparticle.Field) error {
	if p.options.User == "" {
		return nil
	}
	for _, f := range p.fields {
		if f.ref == p.options.User && !f.inList {
			path := customerPath
			if f.all(f.emails) {
				path = emailPath
			}
			p.used[f], p.keys[path] = true, true
			p.draft.batch = append(p.draft.batch, p.dress(&draftLine{key: path, value: f.reference(), column: f.ref}))
			return nil
		}
	}
	return fmt.Errorf("there is no column %q; there are %s", p.options.User, list(p.refs()))
}

func (p *proposer) refs() []string {
	var refs []string
	for _, f := range p.fields {
		if !f.inList && !f.nested() {
			refs = append(refs, f.ref)
		}
	}
	return refs
}

// guessUser looks for the user where no name says it: addresses, then the
// column that is most like an id.
func (p *proposer) guessUser(profiles bool) error {
	best, path, points := (*profile)(nil), "", 0
	for _, f := range p.fields {
		if p.used[f] || f.inList || f.nested() || f.unreachable() {
			continue
		}
		if n, to := f.likeUser(p.rows, profiles); n > points {
			best, path, points = f, to, n
		}
	}
	if best == nil {
		return &NoIdentityError{Columns: p.refs()}
	}
	p.used[best], p.keys[path] = true, true
	l := p.dress(&draftLine{key: path, value: best.reference(), column: best.ref, note: "a guess: the column most like an id of the user; make sure of it"})
	p.draft.batch = append([]*draftLine{l}, p.draft.batch...)
	p.decide(fmt.Sprintf("column %s was taken for the user's id: make sure, or name another with --user COLUMN", yamlQuote(best.ref)))
	return nil
}

// likeUser says how much a column is like an identity of the user, 0 being not
// at all, and which one.
func (f *profile) likeUser(rows int, profiles bool) (points int, path string) {
	name := split(f.ref)
	if len(name) == 0 {
		name = []string{""}
	}
	last := name[len(name)-1]
	code := last == "id" || last == "uid" || last == "uuid" || last == "key" || last == "nr" || last == "no" || last == "number" || strings.HasSuffix(last, "id")
	own := len(name) == 1 || personWords[name[0]]
	switch {
	case f.values == 0 || f.typedOtherwise() || !profiles && f.identifiesOther() || !f.likeIdentity(customerPath):
		return 0, ""
	case f.all(f.emails):
		return 100, emailPath
	case code && own && (profiles || !f.unique()):
		return 80, customerPath
	case code && f.values == rows:
		return 60, customerPath
	case f.values == rows && f.unique() && profiles:
		return 40, customerPath
	}
	return 0, ""
}

// identifiesOther reports whether a name is that of an order, a product or the
// row itself.
func (f *profile) identifiesOther() bool {
	return orderSynonyms[0].rank(f) > 0 || eventSynonyms[0].rank(f) > 0 || (synonym{names: productSynonyms[0].clear}).rank(f) > 0
}

// typedOtherwise reports whether the values are nothing that identifies.
func (f *profile) typedOtherwise() bool {
	_, _, times := f.times.best()
	fractions := f.numbers - f.wholes
	return f.all(f.booleans) || times > 0 && times == f.values || fractions > 0 || f.commas > 0
}

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
		if p.used[f] || f.inList || f.nested() && len(f.children) > 0 && f.objects == f.values {
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
	case f.values == 0:
		why = fmt.Sprintf("empty in all %d rows", p.rows)
	case key == "" || key == "*" || a.keys[key] || f.unreachable() || len(key) > mparticle.MaxAttributeNameChars:
		why = "left out: its name cannot be the name of an attribute; rename the column"
	case !ok:
		why = "left out: " + f.unfit()
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
		return "a list of objects is no attribute"
	case f.lists > 0:
		return "a list is no attribute of an event"
	case f.objects > 0:
		return "an object is no attribute"
	}
	return fmt.Sprintf("it has texts over the API's limit of %d characters", mparticle.MaxAttributeValueChars)
}

// attributeName is what an attribute is called: the column, without the
// containers that say no more than that it is one.
func (f *profile) attributeName() string {
	if container := f.container(); containerWords[compact(container)] {
		return f.ref[len(container)+1:]
	}
	return strings.TrimSpace(f.ref)
}
