package pipeline

import (
	"bytes"
	"encoding/binary"
	"iter"

	"github.com/zeebo/xxh3"

	"mpimport/mapping"
)

// A partition is delivered in windows, so that no more than one has to be in
// memory. What fits a window is one. A larger partition is parted by user once
// more, on the disk; a user who alone is larger comes in windows of batches.
// Windows do not depend on --memory: what was settled of a partition is a number
// of batches, and must mean the same batches in the next run; who changes these
// raises journalVersion.
const (
	windowBytes = 16 << 20 // of records
	batchBytes  = 8 << 20  // of the batches of one large user
	mostParted  = 4        // times that users are parted before all of what is left is taken at once
)

// windows yields what becomes of a partition.
func (p *Plan) windows(a *assembler, partition int) iter.Seq2[assembled, error] {
	w := windower{assembler: a, dir: p.job.WorkDir, window: windowBytes, batches: batchBytes}
	return func(yield func(assembled, error) bool) {
		w.yield = yield
		w.source(p.store, partition, 0)
	}
}

// windower yields windows until it is told to stop.
type windower struct {
	*assembler
	dir             string
	window, batches int64
	yield           func(assembled, error) bool
}

// source yields the windows of one partition of a store; depth is how often its
// users were parted. It reports whether to go on.
func (w *windower) source(s *store, partition, depth int) bool {
	if s.bytes[partition] <= w.window || depth >= mostParted {
		return w.yield(w.partition(s.records(partition)))
	}
	users, whole, err := w.survey(s.records(partition))
	switch {
	case err != nil:
		return w.yield(assembled{}, err)
	case users == 1 && whole && !w.grouping.Ordered:
		return w.large(s.records(partition))
	case users == 1:
		return w.yield(w.partition(s.records(partition)))
	}
	return w.part(s, partition, depth)
}

// survey reports whether there is one user or more, and whether all events are
// whole.
func (w *windower) survey(records iter.Seq2[stored, error]) (users int, whole bool, err error) {
	first := ""
	whole = true
	for r, err := range records {
		if err != nil {
			return 0, false, err
		}
		if users == 0 {
			first, users = r.User, 1
		}
		if r.User != first {
			return 2, whole, nil
		}
		for _, e := range r.Events {
			whole = whole && e.Collect == ""
		}
	}
	return users, whole, nil
}

// part parts the users of a partition and yields the windows of the parts.
func (w *windower) part(s *store, partition, depth int) bool {
	parts := newStore(int(s.bytes[partition]/w.window)+2, w.dir, int(2*w.window))
	defer parts.close()
	seed := binary.BigEndian.AppendUint64([]byte("part"), uint64(depth))
	var record []byte
	for r, err := range s.records(partition) {
		if err == nil {
			record = appendStored(record[:0], r.place, r.Record)
			err = parts.add(int(xxh3.HashSeed([]byte(r.User), xxh3.Hash(seed))%uint64(len(parts.memory))), record)
		}
		if err != nil {
			return w.yield(assembled{}, err)
		}
	}
	for i := range parts.memory {
		if parts.bytes[i] > 0 && !w.source(parts, i, depth+1) {
			return false
		}
	}
	return true
}

// large yields the batches of one user as they become whole.
func (w *windower) large(records iter.Seq2[stored, error]) bool {
	last, err := w.lastValues(records)
	if err != nil {
		return w.yield(assembled{}, err)
	}
	var out assembled
	var size int64
	more, users := true, 1
	flush := func() {
		out.users, users = users, 0
		more = more && w.yield(out, nil)
		out, size = assembled{}, 0
	}
	var b *builder
	for r, err := range records {
		if err != nil {
			return w.yield(assembled{}, err)
		}
		if b == nil {
			b = w.builder(r.User, func(done *batch) {
				out.batches = append(out.batches, done)
				size += int64(done.size)
			})
		}
		record := newUserRecord(r)
		last.apply(record)
		b.add(record)
		if size > w.batches {
			if flush(); !more {
				return false
			}
		}
	}
	b.finish(last.attributes)
	flush()
	return more
}

// lastValues are the last values of a user's fields, as far as the mapping asks
// for them.
type lastValues struct {
	grouping   mapping.Grouping
	fields     []byte // with merge: last
	attributes []byte // with attributes: last
	before     []byte // the fields that were split last
	others     []byte // and what they are without attributes
}

// lastValues looks through a user's records for the last values.
func (w *windower) lastValues(records iter.Seq2[stored, error]) (*lastValues, error) {
	l := &lastValues{grouping: w.grouping}
	if w.grouping.Merge != mapping.MergeLast && w.grouping.Attributes != mapping.AttributesLast {
		return l, nil
	}
	var before []byte
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		if before != nil && bytes.Equal(r.Fields, before) {
			continue
		}
		before = bytes.Clone(r.Fields)
		record := newUserRecord(r)
		if attributes := w.group([]*userRecord{record}); len(attributes) > 0 {
			l.attributes = mapping.MergeFields(l.attributes, attributes)
		}
		if w.grouping.Merge == mapping.MergeLast {
			l.fields = mapping.MergeFields(l.fields, record.fields)
		}
	}
	return l, nil
}

// apply changes the fields of a record as the mapping says.
func (l *lastValues) apply(r *userRecord) {
	switch {
	case l.grouping.Merge == mapping.MergeLast:
		r.fields = l.fields
	case l.grouping.Attributes == mapping.AttributesLast || l.grouping.Attributes == mapping.AttributesNone:
		if l.before == nil || !bytes.Equal(l.before, r.fields) {
			l.before = bytes.Clone(r.fields)
			l.others, _ = mapping.SplitAttributes(r.fields)
		}
		r.fields = l.others
	}
}
