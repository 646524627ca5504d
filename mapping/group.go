package mapping

import (
	"fmt"
	"slices"
	"strings"

	"mpimport/mparticle"
)

// Grouping says how a user's records become batches.
type Grouping struct {
	Merge      string // MergeSplit ("" too) or MergeLast
	Attributes string // AttributesEvery ("" too), AttributesLast or AttributesNone
	Ordered    bool   // records are ordered by Record.Order, not by their rows
	Marked     bool   // fields of records may have StartMark
}

// What becomes of batch-level fields that change from record to record.
const (
	MergeSplit = "split" // a new batch begins
	MergeLast  = "last"  // the later value wins
)

// Which of a user's batches carry the user's attributes.
const (
	AttributesEvery = "every"
	AttributesLast  = "last" // the newest one only, with the last value of each
	AttributesNone  = "none"
)

// junkIDs are the placeholders that no one is called, unless a mapping has its
// own list.
var junkIDs = []string{"null", "0", "undefined", "00000000-0000-0000-0000-000000000000"}

func (l *loader) group(n *node) {
	m := l.mapping
	m.junk = textSet(junkIDs)
	identities := l.identities()
	m.groupBy = identities
	m.Grouping = Grouping{Merge: MergeSplit, Attributes: AttributesEvery}
	m.batch.each(func(v *value) { m.Grouping.Marked = m.Grouping.Marked || v.now })
	if !l.keys(n, "group", groupKeys...) {
		return
	}
	if merge := l.oneOf(n.get("merge"), "merge", mergeChoices...); merge != "" {
		m.Grouping.Merge = merge
	}
	if attributes := l.oneOf(n.get("attributes"), "attributes", attributesChoices...); attributes != "" {
		m.Grouping.Attributes = attributes
	}
	if ids := n.get("junk_ids"); ids != nil {
		m.junk = textSet(l.texts(ids, "junk_ids"))
	}
	if order := n.get("order_by"); order != nil {
		m.order = l.orderBy(order)
		m.Grouping.Ordered = m.order != nil
	}
	by := n.get("by")
	if by == nil {
		return
	}
	m.groupBy = nil
	for _, path := range l.texts(by, "by") {
		steps, err := mparticle.BatchFields().Resolve(path)
		if err == nil {
			path = pathOf(steps)
		}
		if !slices.Contains(identities, path) {
			l.at(by, fmt.Sprintf("by: %s is not a mapped identity", path), "mapped are "+strings.Join(identities, ", "))
		}
		m.groupBy = append(m.groupBy, path)
	}
}

// pathOf spells a resolved path as the API does.
func pathOf(steps []mparticle.Step) string {
	path := ""
	for _, s := range steps {
		switch {
		case s.Key == "":
			path += "[]"
		case path == "":
			path = s.Key
		default:
			path += "." + s.Key
		}
	}
	return path
}

func textSet(items []string) map[string]bool {
	set := make(map[string]bool, len(items))
	for _, item := range items {
		set[item] = true
	}
	return set
}

// identities are the paths of the mapped identities in the order of the file. No
// identity at all is a problem.
func (l *loader) identities() []string {
	if l.mapping.replays() { // a batch may have any
		return identityPaths()
	}
	var leaves []*target
	l.mapping.batch.eachLeaf(func(t *target) {
		if t.value.isIdentity() {
			leaves = append(leaves, t)
		}
	})
	slices.SortStableFunc(leaves, func(a, b *target) int { return a.value.line - b.value.line })
	var paths []string
	for _, t := range leaves {
		paths = append(paths, t.path)
	}
	if len(paths) == 0 && l.mapping.batch != nil && len(l.problems) == 0 { // other problems may be the cause
		l.problem(l.mapping.batch.line(), 1, "no identity is mapped, so mParticle could not tell whose data it is",
			"map a column to user_identities.customer_id, user_identities.email or another identity")
	}
	return paths
}

// line is the first line of the mapping file that t is made of.
func (t *target) line() int {
	first := 1
	t.each(func(v *value) {
		if first == 1 || v.line < first {
			first = v.line
		}
	})
	return first
}
