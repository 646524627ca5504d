package pipeline

import (
	"cmp"
	"context"
	"slices"
)

// Previewed is a batch as it would be sent, with the rows that it came from.
type Previewed struct {
	Path  string         `json:"endpoint"`
	Batch rawJSON        `json:"batch"`
	Rows  []PreviewedRow `json:"rows"`
}

// PreviewedRow is a row of a previewed batch.
type PreviewedRow struct {
	Source string  `json:"source"`
	Row    int64   `json:"row"`
	Line   int64   `json:"line,omitempty"`
	Record rawJSON `json:"record,omitempty"` // its mapped columns
}

// Preview returns the plan's first n batches as Deliver would send them: users by
// their first row, and a user's batches in the order in which they are sent.
func (p *Plan) Preview(ctx context.Context, n int) ([]Previewed, error) {
	a := p.assembler(true)
	var first []firstBatch
	for i := range p.job.Partitions {
		for all, err := range p.windows(a, i) {
			if err != nil {
				return nil, err
			}
			first = keepFirst(append(first, byFirstRow(all.batches)...), n)
		}
	}
	wanted := map[place]bool{}
	for _, b := range first {
		for _, row := range b.rows {
			wanted[row.place.key()] = true
		}
	}
	rows, err := p.job.rows(ctx, wanted)
	if err != nil {
		return nil, err
	}
	all := []Previewed{}
	for _, b := range first {
		shown := Previewed{Path: string(b.path), Batch: a.append(nil, b.batch)}
		for _, row := range b.rowsInOrder() {
			shown.Rows = append(shown.Rows, PreviewedRow{
				Source: p.job.Sources[row.place.source], Row: row.place.Row, Line: row.place.Line, Record: rows[row.place.key()],
			})
		}
		all = append(all, shown)
	}
	return all, nil
}

// firstBatch is a batch with the first row of its user.
type firstBatch struct {
	*batch
	first place
}

func byFirstRow(all []*batch) []firstBatch {
	first := map[string]place{}
	for _, b := range all {
		for _, row := range b.rows {
			if known, ok := first[b.user]; !ok || row.place.compare(known) < 0 {
				first[b.user] = row.place
			}
		}
	}
	with := make([]firstBatch, len(all))
	for i, b := range all {
		with[i] = firstBatch{b, first[b.user]}
	}
	return with
}

// keepFirst keeps the first n batches.
func keepFirst(all []firstBatch, n int) []firstBatch {
	slices.SortStableFunc(all, func(a, b firstBatch) int {
		return cmp.Or(a.first.compare(b.first), cmp.Compare(a.generation, b.generation))
	})
	return all[:min(n, len(all))]
}

// rowsInOrder are the rows of b as they were read, each once.
func (b *batch) rowsInOrder() []rowPart {
	rows := slices.Clone(b.rows)
	slices.SortFunc(rows, func(x, y rowPart) int { return x.place.compare(y.place) })
	return slices.CompactFunc(rows, func(x, y rowPart) bool { return x.place == y.place })
}
