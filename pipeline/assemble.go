package pipeline

import (
	"bytes"
	"iter"
	"slices"
	"strconv"

	"mpimport/mapping"
	"mpimport/mparticle"
)

// Endpoint says which of the API's endpoints events go to.
type Endpoint string

// The endpoints.
const (
	EndpointAuto       Endpoint = "auto" // by the age of each event
	EndpointEvents     Endpoint = "events"
	EndpointHistorical Endpoint = "historical"
)

// packedEvent is an event in its batch.
type packedEvent struct {
	mapping.Event
	id     string // source_message_id; "" if Data has it
	place  place
	others []rowPart // of an event that was collected: the rows beside the one at place
}

// rowPart says that a row, or the last part of one, is in a batch.
type rowPart struct {
	place place
	last  bool
}

// batch is one user's batch, not yet encoded.
type batch struct {
	user       string
	id         string
	path       mparticle.Path
	fields     []byte
	events     []packedEvent
	rows       []rowPart
	size       int // bytes when encoded
	generation int // which of its user's batches it is, from 0
}

// assembler turns the records of a partition into batches.
type assembler struct {
	namer
	grouping   mapping.Grouping
	endpoint   Endpoint
	oldest     int64  // events before this time, in milliseconds, are historical
	identified bool   // make ids; a plan needs none
	splits     splits // counts why batches begin; nil: nobody asks
}

// assembled is what a partition's records become.
type assembled struct {
	batches []*batch
	users   int
	rejects []lateReject // rows that cannot be delivered, as is known only now
}

// partition assembles a partition. Its batches are in the order in which they are
// sent: all users' first ones, then all second ones, so that a request can take
// batches of many users; within these, those of one endpoint together.
func (a *assembler) partition(records iter.Seq2[stored, error]) (assembled, error) {
	users := map[string][]*userRecord{}
	var order []string
	for r, err := range records {
		if err != nil {
			return assembled{}, err
		}
		if users[r.User] == nil {
			order = append(order, r.User)
		}
		users[r.User] = append(users[r.User], newUserRecord(r))
	}
	var out assembled
	for _, user := range order {
		batches, rejects := a.user(user, users[user])
		out.batches = append(out.batches, batches...)
		out.rejects = append(out.rejects, rejects...)
		if len(batches) > 0 {
			out.users++
		}
	}
	slices.SortStableFunc(out.batches, func(x, y *batch) int {
		if x.generation != y.generation {
			return x.generation - y.generation
		}
		return len(x.path) - len(y.path)
	})
	return out, nil
}

// user returns a user's batches in order. Records share a batch while their
// batch-level fields are equal, their events go to the same endpoint, and it
// stays below the API's limit.
func (a *assembler) user(user string, records []*userRecord) ([]*batch, []lateReject) {
	if a.grouping.Ordered {
		slices.SortStableFunc(records, (*userRecord).compare)
	}
	records, rejects := a.collect(records)
	attributes := a.group(records)
	var all []*batch
	b := a.builder(user, func(done *batch) { all = append(all, done) })
	for _, r := range records {
		b.add(r)
	}
	b.finish(attributes)
	return all, rejects
}

// run is a part of a record that goes to one endpoint and fits a batch.
type run struct {
	path   mparticle.Path
	events []packedEvent
}

// runs cuts a record's events where the endpoint changes or a batch would be too
// large. A record without events is one run.
func (a *assembler) runs(r *userRecord) []run {
	if len(r.events) == 0 {
		return []run{{path: mparticle.PathBulkEvents}}
	}
	var all []run
	empty := a.emptySize(r.fields)
	size := 0
	for _, e := range r.events {
		path, bytes := a.route(e.Event), a.eventSize(e.Event)
		if len(all) == 0 || all[len(all)-1].path != path || size+bytes > mparticle.MaxBatchBytes {
			all = append(all, run{path: path})
			size = empty
		}
		size += bytes
		last := &all[len(all)-1]
		last.events = append(last.events, e)
	}
	return all
}

// route returns the endpoint of an event. An event of the time of the import is
// never historical.
func (a *assembler) route(e mapping.Event) mparticle.Path {
	if a.endpoint == EndpointHistorical || a.endpoint == EndpointAuto && !e.Now && e.Time < a.oldest {
		return mparticle.PathBulkHistorical
	}
	return mparticle.PathBulkEvents
}

// takes reports whether a run of a record with these fields can join b.
func (b *batch) takes(fields []byte, r run, size int) bool {
	if b == nil {
		return false
	}
	equal := bytes.Equal(b.fields, fields)
	if len(r.events) == 0 {
		return equal || mapping.Within(fields, b.fields) // says nothing that b does not say
	}
	return equal && (b.path == r.path || len(b.events) == 0) && b.size+size <= mparticle.MaxBatchBytes
}

func (b *batch) add(r run, size int, row rowPart) {
	if len(b.events) == 0 {
		b.path = r.path
	}
	b.events = append(b.events, r.events...)
	b.rows = append(b.rows, row)
	for _, e := range r.events {
		b.rows = append(b.rows, e.others...)
	}
	b.size += size
}

const (
	batchStart  = `{"source_request_id":"`
	environment = `","environment":"`
	eventsStart = `,"events":[`
	batchEnd    = `]}`
	eventStart  = `{"event_type":"`
	dataStart   = `","data":{`
	messageID   = `"source_message_id":"`
	timestamp   = `"timestamp_unixtime_ms":`
	eventEnd    = `}}`
)

// emptySize is the size of a batch with these fields and no events, a little
// more for the list of events.
func (a *assembler) emptySize(fields []byte) int {
	return len(batchStart) + idChars + len(environment) + len(a.environment) + len(`",`) + len(fields) + len(eventsStart) + len(batchEnd)
}

func (a *assembler) eventsSize(events []packedEvent) int {
	size := 0
	for _, e := range events {
		size += a.eventSize(e.Event)
	}
	return size
}

// eventSize is the size of an encoded event with its comma.
func (a *assembler) eventSize(e mapping.Event) int {
	size := len(eventStart) + len(e.Type) + len(dataStart) + len(e.Data) + len(eventEnd) + len(`,`)
	if !e.HasID {
		size += len(messageID) + idChars + len(`",`)
	}
	if e.Now {
		size += len(timestamp) + len(`1700000000000,`)
	}
	return size
}

// append encodes b.
func (a *assembler) append(dst []byte, b *batch) []byte {
	dst = append(dst, batchStart...)
	dst = append(dst, b.id...)
	dst = append(dst, environment...)
	dst = append(dst, a.environment...)
	dst = append(dst, '"')
	if len(b.fields) > 0 {
		dst = append(append(dst, ','), a.started(b.fields)...)
	}
	if len(b.events) == 0 {
		return append(dst, '}')
	}
	dst = append(dst, eventsStart...)
	for i, e := range b.events {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = a.appendEvent(dst, e)
	}
	return append(dst, batchEnd...)
}

// started returns fields with the time of the start of the import in its places.
func (a *assembler) started(fields []byte) []byte {
	if !a.grouping.Marked {
		return fields
	}
	return bytes.ReplaceAll(fields, []byte(mapping.StartMark), strconv.AppendInt(nil, a.start, 10))
}

func (a *assembler) appendEvent(dst []byte, e packedEvent) []byte {
	dst = append(dst, eventStart...)
	dst = append(dst, e.Type...)
	dst = append(dst, dataStart...)
	start := len(dst)
	if !e.HasID {
		dst = append(append(append(dst, messageID...), e.id...), '"')
	}
	if e.Now {
		dst = comma(dst, start)
		dst = strconv.AppendInt(append(dst, timestamp...), a.start, 10)
	}
	if len(e.Data) > 0 {
		dst = comma(dst, start)
		dst = append(dst, e.Data...)
	}
	return append(dst, eventEnd...)
}

// comma appends one unless dst stands at start.
func comma(dst []byte, start int) []byte {
	if len(dst) > start {
		dst = append(dst, ',')
	}
	return dst
}
