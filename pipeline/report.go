package pipeline

import (
	"cmp"
	"fmt"
	"slices"
)

// Report says what became of every row.
type Report struct {
	Rows      int64   `json:"rows"`      // read
	Delivered int64   `json:"delivered"` // accepted by the API
	Skipped   int64   `json:"skipped"`   // left out by `where`
	Rejected  int64   `json:"rejected"`  // could not be mapped, or refused by the API
	Pending   int64   `json:"pending"`   // not settled
	Users     int64   `json:"users"`
	Events    int64   `json:"events"`
	Batches   int64   `json:"batches"` // of the whole import
	Settled   int64   `json:"settled_batches"`
	Requests  int64   `json:"requests"` // answered, in this run
	Retries   int64   `json:"retries"`
	Uncertain int64   `json:"uncertain"` // requests whose answer never came; they were sent again under the same ids
	Reasons   Reasons `json:"reasons,omitempty"`

	refusals []Refusal
}

func newReport(p *Plan) *Report {
	return &Report{
		Rows: p.Rows, Skipped: p.Skipped, Rejected: p.Rejected, Pending: p.Mapped(),
		Users: p.Users, Events: p.Events, Batches: p.Batches, Reasons: slices.Clone(p.Reasons),
	}
}

// add takes over a lane's counts.
func (r *Report) add(l *lane) {
	r.Delivered += l.delivered
	r.Rejected += l.settled - l.delivered
	r.Pending -= l.settled
	r.Settled += l.batches
	for _, refusal := range l.refused {
		r.refusals = append(r.refusals, *refusal)
	}
}

func (r *Report) finish(s *sender) {
	r.Requests, r.Retries, r.Uncertain = s.progress.Requests, s.retries.Load(), s.uncertain.Load()
	slices.SortFunc(r.refusals, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Row, b.Row))
	})
}

// Refused is the number of rows that the API refused.
func (r *Report) Refused() int { return len(r.refusals) }

// Check reports whether every row is accounted for.
func (r *Report) Check() error {
	if sum := r.Delivered + r.Skipped + r.Rejected + r.Pending; sum != r.Rows || r.Pending < 0 {
		return fmt.Errorf("%d rows were read, but %d delivered + %d skipped + %d rejected + %d pending are %d: this is a mistake in mpimport, please report it",
			r.Rows, r.Delivered, r.Skipped, r.Rejected, r.Pending, sum)
	}
	return nil
}
