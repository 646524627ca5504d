package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mpimport/mparticle"
)

// Plan is what a scan found, and holds the records until they are delivered.
type Plan struct {
	Sources    []string `json:"sources"`  // in the order in which they were read
	Rows       int64    `json:"rows"`     // read, rejected and skipped ones included
	Skipped    int64    `json:"skipped"`  // left out by `where`
	Rejected   int64    `json:"rejected"` // could not be read or mapped
	Users      int64    `json:"users"`
	Events     int64    `json:"events"`
	Batches    int64    `json:"batches"`
	Historical int64    `json:"historical_batches"` // of these, to the historical endpoint
	Requests   int64    `json:"requests"`           // that the batches make at the job's rate
	Bytes      int64    `json:"bytes"`              // of all batches
	Digest     string   `json:"digest"`             // of all records and rejects
	Reasons    Reasons  `json:"reasons"`            // of the rejects
	Splits     []Split  `json:"splits,omitempty"`   // fields that make more batches by changing, the dearest first
	Warnings   []string `json:"warnings,omitempty"` // what is suspicious, but no mistake

	job   Job
	store *store
}

// rawJSON is JSON that is written as it is.
type rawJSON = json.RawMessage

func newPlan(job Job) *Plan {
	return &Plan{Sources: job.Sources, job: job, store: newStore(job.Partitions, job.WorkDir, int(job.Memory))}
}

// Mapped is the number of rows that are to be delivered.
func (p *Plan) Mapped() int64 { return p.Rows - p.Skipped - p.Rejected }

// Duration is how long the batches take at a rate in batches a second.
func (p *Plan) Duration(rate float64) time.Duration {
	return time.Duration(float64(p.Batches) / rate * float64(time.Second))
}

// Close gives up the plan's records and the file that some of them may be in.
func (p *Plan) Close() error { return p.store.close() }

func (p *Plan) assembler(identified bool) *assembler {
	start := p.job.Start.UnixMilli()
	return &assembler{
		namer:      namer{importName: p.job.ImportName, environment: p.job.Environment, start: start},
		grouping:   p.job.Mapping.Grouping,
		endpoint:   p.job.Endpoint,
		oldest:     start - p.job.HistoricalAfter.Milliseconds(),
		identified: identified,
	}
}

// count assembles all partitions once, without ids, to know what will be sent,
// and which rows cannot be after all.
func (p *Plan) count(ctx context.Context) error {
	a := p.assembler(false)
	a.splits = splits{}
	pack := newPacker(cmp.Or(p.job.Rate, mparticle.MaxBatchesPerSecond))
	var late []lateReject
	for i := range p.job.Partitions {
		for all, err := range p.windows(a, i) {
			if err != nil {
				return err
			}
			p.Requests += int64(pack.count(all.batches))
			late = append(late, all.rejects...)
			p.tally(all)
		}
	}
	p.Splits = a.splits.sorted()
	return p.rejectLate(ctx, late)
}

// tally counts what will be sent.
func (p *Plan) tally(all assembled) {
	p.Users += int64(all.users)
	for _, b := range all.batches {
		p.Batches++
		p.Events += int64(len(b.events))
		p.Bytes += int64(b.size)
		if b.path == mparticle.PathBulkHistorical {
			p.Historical++
		}
	}
}

// rejectLate rejects rows, in their order, that only assembling could tell.
func (p *Plan) rejectLate(ctx context.Context, late []lateReject) error {
	if len(late) == 0 {
		return nil
	}
	slices.SortFunc(late, func(x, y lateReject) int { return x.place.compare(y.place) })
	wanted := map[place]bool{}
	for _, r := range late {
		wanted[r.place.key()] = true
	}
	rows, err := p.job.rows(ctx, wanted)
	if err != nil {
		return err
	}
	for _, r := range late {
		err := p.reject(Rejected{
			Source: p.job.Sources[r.place.source], Row: r.place.Row, Line: r.place.Line, Reason: r.reject.Error(), Reject: *r.reject,
			Record: rows[r.place.key()],
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reject counts a reject and hands it on.
func (p *Plan) reject(r Rejected) error {
	p.Rejected++
	p.Reasons.add(r)
	if p.job.Rejected == nil {
		return nil
	}
	if err := p.job.Rejected(r); err != nil {
		return fmt.Errorf("writing rejects: %w", err)
	}
	return nil
}

// Reason is a kind of reject, with how often it came and its first place.
type Reason struct {
	Count   int64  `json:"count"`
	Example string `json:"example"` // the reason of the first one
	Source  string `json:"source"`
	Row     int64  `json:"row"`
	Line    int64  `json:"line,omitempty"`

	kind string
}

// Reasons are kinds of rejects, the first seen first.
type Reasons []Reason

func (rs *Reasons) add(r Rejected) {
	kind := r.Kind()
	for i := range *rs {
		if (*rs)[i].kind == kind {
			(*rs)[i].Count++
			return
		}
	}
	const most = 100 // kinds; a file with more is not understood by counting
	if len(*rs) < most {
		*rs = append(*rs, Reason{Count: 1, Example: r.Reason, Source: r.Source, Row: r.Row, Line: r.Line, kind: kind})
	}
}

// Sorted returns the reasons, the most frequent first.
func (rs Reasons) Sorted() Reasons {
	sorted := slices.Clone(rs)
	slices.SortStableFunc(sorted, func(a, b Reason) int { return int(b.Count - a.Count) })
	return sorted
}
