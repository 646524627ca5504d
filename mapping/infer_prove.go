package mapping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mpimport/readers"
)

// prove loads the draft and maps the sample with it, and mends the draft until
// both go well: a line that is wrong, or rejects rows, becomes a comment. What
// no mending helps is left to be rejected, and noted.
func (p *proposer) prove(ctx context.Context, s *sample) ([]byte, error) {
	for {
		r := p.draft.render()
		m, err := Load(p.draft.name, r.text, nil)
		if err != nil {
			if !mendProblems(err, r) {
				return nil, err
			}
			continue
		}
		rejects, err := s.rejects(ctx, m)
		if err != nil {
			return nil, err
		}
		if !p.mendRejects(rejects) {
			p.tell(rejects)
			return r.text, nil
		}
	}
}

// tell notes the rows that are skipped, and those that are rejected all the
// same.
func (p *proposer) tell(rejects []*rejected) {
	for _, part := range p.draft.where {
		p.decide("skipped rows: " + part.note)
	}
	for _, r := range rejects {
		p.decide(fmt.Sprintf("rejected rows: %d: %s", r.rows, r.Error()))
	}
}

// mendProblems turns off the lines that do not load.
func mendProblems(err error, r rendered) (mended bool) {
	var problems Problems
	if !errors.As(err, &problems) {
		return false
	}
	for _, problem := range problems {
		if l := r.lines[problem.Line]; l != nil && !l.off {
			l.turnOff("left out: " + problem.Text)
			mended = true
		}
	}
	return mended
}

// rejected counts the rows that are rejected for one reason.
type rejected struct {
	Reject
	rows   int
	values []string // the first distinct ones
}

// badValues are remembered of a reason: so many can be named in a condition.
const badValues = 20

// rejects maps the sample and returns the reasons of its rejects, in the order
// in which they come up.
func (s *sample) rejects(ctx context.Context, m *Mapping) ([]*rejected, error) {
	var all []*rejected
	byKind := map[string]*rejected{}
	_, _, err := s.each(ctx, func(c *readers.Chunk, rows int) {
		mapper := m.Bind(c.Columns).Mapper(s.source, time.Time{})
		for row := range rows {
			_, _, reject := mapper.Map(c, row)
			if reject == nil {
				continue
			}
			known := byKind[reject.Kind()]
			if known == nil {
				known = &rejected{Reject: *reject}
				byKind[reject.Kind()] = known
				all = append(all, known)
			}
			known.count(reject.Value)
		}
	})
	return all, err
}

func (r *rejected) count(value string) {
	r.rows++
	if len(r.values) <= badValues && !slices.Contains(r.values, value) {
		r.values = append(r.values, value)
	}
}

// mendRejects changes the draft so that fewer rows are rejected, and reports
// whether it did.
func (p *proposer) mendRejects(rejects []*rejected) (mended bool) {
	for _, r := range rejects {
		switch {
		case r.Field == "":
			mended = p.skipUnknown(r) || mended
		case needed(r.Field):
			mended = p.skipWithout(r) || mended
		default:
			mended = p.leaveOut(r) || mended
		}
	}
	return mended
}

// leaveOut turns off the lines that rows are rejected for.
func (p *proposer) leaveOut(r *rejected) (mended bool) {
	for _, l := range p.draft.lines() {
		if l.key == r.Field && (l.column == r.Column || r.Column == "") && !l.off {
			l.turnOff(fmt.Sprintf("left out: it %s (rows: %d)", r.Text, r.rows))
			mended = true
		}
	}
	return mended
}

// needed reports whether an event would be none without the field: the row is
// better skipped.
func needed(key string) bool {
	switch key {
	case "timestamp_unixtime_ms", "event_name", "screen_name", "product_action.action":
		return true
	}
	return false
}

// skipUnknown skips rows without an identity. Placeholders are named where they
// were seen, or where naming fewer did not help.
func (p *proposer) skipUnknown(r *rejected) bool {
	part := draftCondition{text: p.somebody((*profile).placeholders), note: fmt.Sprintf("%d that do not say whose they are", r.rows)}
	if p.skip(part) {
		return true
	}
	part.text = p.somebody(func(*profile) []string { return junkIDs })
	return p.skip(part)
}

// somebody is the condition that a row has an identity that is none of the
// placeholders.
func (p *proposer) somebody(placeholders func(*profile) []string) string {
	var any []string
	for _, l := range p.draft.batch {
		if f := p.find(l.column); f != nil && isIdentityLine(l) && !l.off {
			any = append(any, f.isNone(append([]string{""}, placeholders(f)...)))
		}
	}
	if len(any) == 1 {
		return any[0]
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// find returns the profile of a column, nil if there is none.
func (p *proposer) find(ref string) *profile {
	if i := slices.IndexFunc(p.fields, func(f *profile) bool { return f.ref == ref }); i >= 0 {
		return p.fields[i]
	}
	return nil
}

// placeholders are the values seen that are no identity, trimmed and in small
// letters if not before.
func (f *profile) placeholders() []string {
	var seen []string
	for _, id := range junkIDs {
		if f.has(id) {
			seen = append(seen, id)
		}
	}
	for _, text := range f.some {
		plain := strings.ToLower(strings.TrimSpace(text))
		if plain == "" || slices.Contains(junkIDs, plain) && !slices.Contains(seen, text) {
			seen = append(seen, text)
		}
	}
	return seen
}

// skipWithout skips rows that lack what makes them an event, or have a value
// there that is none.
func (p *proposer) skipWithout(r *rejected) bool {
	f, what := p.find(r.Column), yamlQuote(r.Column)
	switch {
	case f == nil || len(r.values) > badValues:
		return false
	case r.Value == "":
		return p.skip(draftCondition{f.isNone([]string{""}), fmt.Sprintf("%d without %s", r.rows, what)})
	}
	return p.skip(draftCondition{f.isNone(r.values), fmt.Sprintf("%d whose %s %s", r.rows, what, r.Text)})
}

// skip adds a part to `where`. One that was tried before helps no more.
func (p *proposer) skip(part draftCondition) bool {
	if p.tried[part.text] {
		return false
	}
	p.tried[part.text] = true
	p.draft.where = append(p.draft.where, part)
	return true
}
