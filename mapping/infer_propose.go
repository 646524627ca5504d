package mapping

import (
	"slices"
	"strings"

	"mpimport/mparticle"
)

// proposer makes a draft from what the sample shows.
type proposer struct {
	options InferOptions
	draft   *draft
	rows    int
	fields  []*profile // columns and members, in order
	used    map[*profile]bool
	keys    map[string]bool // fields mapped so far, of the batch or of the event at hand
	tried   map[string]bool // parts of `where`
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

// leafOf is the catalog's field at a path that the tables of synonyms name.
func leafOf(root *mparticle.Field, path string) *mparticle.Field {
	steps, err := root.Resolve(path)
	if err != nil {
		return &mparticle.Field{} // a test resolves every path of the tables
	}
	return steps[len(steps)-1].Field
}
