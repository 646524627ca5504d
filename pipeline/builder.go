package pipeline

// builder makes a user's batches of records that come in order. Records share a
// batch while their batch-level fields are equal, their events go to the same
// endpoint, and it stays below the API's limit.
type builder struct {
	*assembler
	user    string
	names   *userNames
	emit    func(*batch) // called with each batch when it is whole
	current *batch
	count   int
}

func (a *assembler) builder(user string, emit func(*batch)) *builder {
	return &builder{assembler: a, user: user, names: a.forUser(user), emit: emit}
}

func (b *builder) add(r *userRecord) {
	runs := b.runs(r)
	for i, run := range runs {
		size := b.eventsSize(run.events)
		if !b.current.takes(r.fields, run, size) {
			b.splits.note(b.current, r.fields)
			b.begin(&batch{user: b.user, path: run.path, fields: r.fields, generation: b.count, size: b.emptySize(r.fields)})
		}
		b.current.add(run, size, rowPart{place: r.place, last: i == len(runs)-1})
	}
}

// begin ends the current batch, if there is one, and goes on with the next.
func (b *builder) begin(next *batch) {
	if b.current != nil {
		if b.identified {
			b.name(b.current)
		}
		b.emit(b.current)
	}
	b.current = next
	b.count++
}

// finish ends the last batch, which is to carry attributes.
func (b *builder) finish(attributes []byte) {
	if b.current == nil {
		return
	}
	if len(attributes) > 0 {
		if extra := b.withAttributes(b.current, attributes); extra != nil {
			b.begin(extra)
		}
	}
	b.begin(nil)
}

// name gives a batch and its events their ids.
func (b *builder) name(done *batch) {
	for i := range done.events {
		if e := &done.events[i]; !e.HasID {
			e.id = b.names.event(e.Event)
		}
	}
	done.id = b.names.batch(done.fields, done.events)
}
