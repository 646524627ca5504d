package mapping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
			for _, reject := range rejects {
				p.decide(fmt.Sprintf("%d rows are rejected: %s", reject.rows, reject.Error()))
			}
			return r.text, nil
		}
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
		program := m.Bind(c.Columns)
		for row := range rows {
			_, _, reject := program.Map(c, row)
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
			l.turnOff(fmt.Sprintf("left out: in %d rows it %s", r.rows, r.Text))
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
	note := fmt.Sprintf("%d that do not say whose they are", r.rows)
	return p.skip(p.somebody((*profile).placeholders), note) ||
		p.skip(p.somebody(func(*profile) []string { return junkIDs }), note)
}

// somebody is the condition that a row has an identity that is none of the
// placeholders.
func (p *proposer) somebody(placeholders func(*profile) []string) string {
	var any []string
	for _, l := range p.draft.batch {
		i := slices.IndexFunc(p.fields, func(f *profile) bool { return f.ref == l.column })
		if i >= 0 && isIdentityLine(l) && !l.off {
			any = append(any, exprNotIn(l.column, append([]string{""}, placeholders(p.fields[i])...)))
		}
	}
	if len(any) == 1 {
		return any[0]
	}
	return "(" + strings.Join(any, " or ") + ")"
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
	what := yamlQuote(r.Column)
	switch {
	case r.Value == "":
		return p.skip(exprNotIn(r.Column, []string{""}), fmt.Sprintf("%d without %s", r.rows, what))
	case len(r.values) > badValues:
		return false
	}
	return p.skip(exprNotIn(r.Column, r.values), fmt.Sprintf("%d whose %s %s", r.rows, what, r.Text))
}

// skip adds a part to `where`; one that is there already helps no more.
func (p *proposer) skip(text, note string) bool {
	for _, part := range p.draft.where {
		if part.text == text {
			return false
		}
	}
	p.draft.where = append(p.draft.where, draftCondition{text, note})
	p.decide("skipped rows: " + note)
	return true
}
