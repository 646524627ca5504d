package pipeline

import (
	"context"
	"errors"
	"iter"

	"mpimport/mparticle"
)

// lane delivers one partition: its batches in order, one request in flight.
type lane struct {
	number    int
	assembler *assembler
	sender    *sender
	journal   *Journal

	delivered int64              // rows
	settled   int64              // rows, the rejected ones included
	batches   int64              // accepted
	refused   map[place]*Refusal // rows that the API refused
	body      []byte
}

// Refusal is a row that the API refused for good.
type Refusal struct {
	Source int    `json:"source"` // index into the import's sources
	Row    int64  `json:"row"`
	Line   int64  `json:"line,omitempty"`
	Reason string `json:"reason"`
}

func (r Refusal) place() place {
	p := place{source: r.Source}
	p.Row, p.Line = r.Row, r.Line
	return p
}

// run delivers the partition, window by window.
func (l *lane) run(ctx context.Context, windows iter.Seq2[assembled, error]) error {
	l.refused = map[place]*Refusal{}
	before := 0 // batches of earlier windows
	for all, err := range windows {
		if err != nil {
			return err
		}
		if err := l.window(ctx, all.batches, before); err != nil {
			return err
		}
		before += len(all.batches)
	}
	return nil
}

// window delivers some of the partition's batches, before which there were
// others.
func (l *lane) window(ctx context.Context, batches []*batch, before int) error {
	done := l.recover(batches, before)
	l.sender.settled(done, 0)
	for batches = batches[done:]; len(batches) > 0; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		request := batches[:l.sender.packer.next(batches)]
		refusals, err := l.send(ctx, request)
		if err != nil {
			return err
		}
		done += len(request)
		l.settle(request, refusals)
		if l.journal != nil {
			if err := l.journal.settled(l.number, before+done, refusals); err != nil {
				return err
			}
		}
		l.sender.settled(len(request), 1)
		batches = batches[len(request):]
	}
	return nil
}

// recover takes over what earlier runs settled of a window and returns how many
// batches that are.
func (l *lane) recover(batches []*batch, before int) int {
	if l.journal == nil {
		return 0
	}
	done := min(max(l.journal.state.settled[l.number]-before, 0), len(batches))
	l.settle(batches[:done], l.journal.state.refusals[l.number])
	return done
}

// settle counts the rows of settled batches. A row ends with its last part.
func (l *lane) settle(batches []*batch, refusals []Refusal) {
	for i := range refusals {
		if l.refused[refusals[i].place()] == nil {
			l.refused[refusals[i].place()] = &refusals[i]
		}
	}
	for _, b := range batches {
		l.batches++
		for _, row := range b.rows {
			if !row.last {
				continue
			}
			l.settled++
			if l.refused[row.place] == nil {
				l.delivered++
			}
		}
	}
}

// send delivers a request. What the API refuses is halved until the guilty batch
// and event stand alone; the rest is delivered, in order.
func (l *lane) send(ctx context.Context, batches []*batch) ([]Refusal, error) {
	l.body = append(l.body[:0], '[')
	for i, b := range batches {
		if i > 0 {
			l.body = append(l.body, ',')
		}
		l.body = l.assembler.append(l.body, b)
	}
	l.body = append(l.body, ']')
	err := l.sender.post(ctx, batches[0].path, l.body, len(batches))
	var refused *mparticle.APIError
	if err == nil || !errors.As(err, &refused) || errors.Is(err, ErrCredentials) || errors.Is(err, ErrStopped) {
		return nil, err
	}
	if len(batches) == 1 {
		return l.sendEvents(ctx, batches[0], refused)
	}
	half := len(batches) / 2
	first, err := l.send(ctx, batches[:half])
	if err != nil {
		return nil, err
	}
	second, err := l.send(ctx, batches[half:])
	return append(first, second...), err
}

// sendEvents halves a refused batch between its events, in batches of their own.
func (l *lane) sendEvents(ctx context.Context, b *batch, refused *mparticle.APIError) ([]Refusal, error) {
	if len(b.events) <= 1 {
		var all []Refusal
		for _, row := range b.rows {
			all = append(all, Refusal{Source: row.place.source, Row: row.place.Row, Line: row.place.Line, Reason: refused.Error()})
		}
		return all, nil
	}
	var all []Refusal
	half := len(b.events) / 2
	for i, events := range [][]packedEvent{b.events[:half], b.events[half:]} {
		part := &batch{user: b.user, path: b.path, fields: b.fields, events: events, size: b.size, rows: rowsOf(b, events)}
		part.id = l.assembler.part(b.id, i)
		refusals, err := l.send(ctx, []*batch{part})
		if err != nil {
			return nil, err
		}
		all = append(all, refusals...)
	}
	return all, nil
}

// rowsOf returns the rows of b that have one of the events.
func rowsOf(b *batch, events []packedEvent) []rowPart {
	var rows []rowPart
	for _, e := range events {
		if len(rows) == 0 || rows[len(rows)-1].place != e.place {
			rows = append(rows, rowPart{place: e.place})
		}
		for _, other := range e.others {
			rows = append(rows, rowPart{place: other.place})
		}
	}
	return rows
}
