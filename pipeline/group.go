package pipeline

import (
	"bytes"
	"cmp"
	"slices"

	"mpimport/mapping"
	"mpimport/mparticle"
)

// group changes the batch-level fields of a user's records as the mapping says.
// It returns the attributes that the newest batch alone is to carry.
func (a *assembler) group(records []*userRecord) (attributes []byte) {
	switch a.grouping.Attributes {
	case mapping.AttributesLast:
		attributes = withoutAttributes(records)
	case mapping.AttributesNone:
		withoutAttributes(records)
	}
	if a.grouping.Merge == mapping.MergeLast {
		mergeFields(records)
	}
	return attributes
}

// withoutAttributes takes the attributes off the records and returns the last
// value of each.
func withoutAttributes(records []*userRecord) (attributes []byte) {
	var before, others, mine []byte
	for i, r := range records {
		if i == 0 || !bytes.Equal(r.fields, before) {
			before = r.fields
			others, mine = mapping.SplitAttributes(r.fields)
			attributes = mapping.MergeFields(attributes, mine)
		}
		r.fields = others
	}
	return attributes
}

// mergeFields gives all records the last value of each field.
func mergeFields(records []*userRecord) {
	var merged, before []byte
	for i, r := range records {
		if i == 0 || !bytes.Equal(r.fields, before) {
			before = r.fields
			merged = mapping.MergeFields(merged, r.fields)
		}
	}
	for _, r := range records {
		r.fields = merged
	}
}

// withAttributes gives attributes to a user's newest batch. Where they do not
// fit, it returns a batch of their own to be sent behind it.
func (a *assembler) withAttributes(newest *batch, attributes []byte) *batch {
	fields := mapping.MergeFields(newest.fields, attributes)
	if size := newest.size + len(fields) - len(newest.fields); size <= mparticle.MaxBatchBytes {
		newest.fields, newest.size = fields, size
		return nil
	}
	last := &newest.rows[len(newest.rows)-1]
	extra := &batch{user: newest.user, path: mparticle.PathBulkEvents, fields: fields, generation: newest.generation + 1, size: a.emptySize(fields), rows: []rowPart{*last}}
	last.last = false // the row ends with the batch that has its attributes
	return extra
}

// splits counts the batches that begin because a field changed, by field; nil
// counts nothing.
type splits map[string]int64

// note counts why a batch with these fields begins after b.
func (s splits) note(b *batch, fields []byte) {
	if s == nil || b == nil || bytes.Equal(b.fields, fields) {
		return
	}
	for _, field := range mapping.Changes(b.fields, fields) {
		s[field]++
	}
}

// Split is a field whose changes make more batches.
type Split struct {
	Field   string `json:"field"`
	Batches int64  `json:"batches"` // that begin because it changed
}

// sorted returns the splits, the dearest first.
func (s splits) sorted() []Split {
	var all []Split
	for field, n := range s {
		all = append(all, Split{field, n})
	}
	slices.SortFunc(all, func(x, y Split) int {
		return cmp.Or(cmp.Compare(y.Batches, x.Batches), cmp.Compare(x.Field, y.Field))
	})
	return all
}
