package mapping

import (
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

// user maps identities, device and known attributes of the user.
func (p *proposer) user(profiles bool) error {
	root := mparticle.BatchFields()
	if err := p.namedUser(); err != nil {
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
func (p *proposer) namedUser() error {
	if p.options.User == "" {
		return nil
	}
	for _, f := range p.fields {
		if f.ref == p.options.User && !f.inList && !f.nested() && !f.unreachable() {
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
		if !f.inList && !f.nested() && !f.unreachable() {
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

// idWords end the names of columns that identify something.
var idWords = words("id uid uuid guid key nr no number")

// likeUser says how much a column is like an identity of the user, 0 being not
// at all, and which one.
func (f *profile) likeUser(rows int, profiles bool) (points int, path string) {
	name := split(f.ref)
	if len(name) == 0 {
		name = []string{""}
	}
	last := name[len(name)-1]
	code := idWords[last] || strings.HasSuffix(last, "id")
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
	return f.all(f.booleans) || times > 0 && times == f.values || fractions > 0 || f.all(f.points) && !f.all(f.numbers) || f.all(f.commas) && !f.all(f.wholes)
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
