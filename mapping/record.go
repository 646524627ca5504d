package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mpimport/mparticle"
	"mpimport/readers"
)

// StartMark stands in Record.Fields for the time at which the import started, in
// milliseconds: that time is sent, but is no part of what makes the id of a
// batch, so that a second import of the same data keeps its ids.
const StartMark = `"@start of the import"`

// eventTime is the field that says when an event happened.
const eventTime = "timestamp_unixtime_ms"

// Record is one mapped row, encoded.
type Record struct {
	User   string  // the user key: which identity, and its value
	Order  []byte  // with Grouping.Ordered: the place among the user's records; keys compare as bytes
	Fields []byte  // batch-level fields, as the members of a JSON object without its braces
	Events []Event // in the order of the mapping
}

// Event is one encoded event of a record.
type Event struct {
	Type  mparticle.EventType
	Data  []byte // the members of its data object, without braces
	Time  int64  // milliseconds since 1970
	Now   bool   // the event happens when the import starts: Data has no timestamp, Time is 0
	HasID bool   // Data has a source_message_id

	// Collect is what the parts of one event have in common, "" for an event that
	// is whole: the parts of a user's records are joined by Collect.
	Collect string

	// Lost says that the part is of a row that was rejected, so that its event is
	// not whole. It has no Data.
	Lost bool
}

// Mapper maps the rows of a source, for one goroutine at a time.
type Mapper struct {
	program *Program
	row     row
	start   int64 // of the import, in milliseconds
	notes   Notes
}

// Mapper returns a mapper of rows of source, as messages call it, in an import
// that began at start.
func (p *Program) Mapper(source string, start time.Time) *Mapper {
	m := &Mapper{program: p, start: start.UnixMilli(), notes: Notes{source: source, filled: make([]bool, len(p.mapping.values))}}
	m.row = row{Mapper: m, nulls: p.mapping.nulls, junk: p.mapping.junk, ids: make([]string, len(p.group))}
	return m
}

// row is one row being mapped.
type row struct {
	*Mapper
	chunk   *readers.Chunk
	index   int
	nulls   nullTexts
	junk    map[string]bool
	ids     []string // values of the identities that group, "" where the row has none
	element string   // the list element at hand, encoded; "" outside lists
	event   Event
	deleted []string // user attributes that the row deletes
	lacking *bound   // a member without a value that the object at hand needs
	given   int      // cells that have given a value so far; fixed values do not count
}

// nullTexts are the texts that mean "no value". Most mappings have the empty one
// alone, which costs no lookup.
type nullTexts struct {
	empty  bool
	others map[string]bool // nil if there are none
}

func newNullTexts(all ...string) nullTexts {
	var n nullTexts
	for _, text := range all {
		if text == "" {
			n.empty = true
			continue
		}
		if n.others == nil {
			n.others = map[string]bool{}
		}
		n.others[text] = true
	}
	return n
}

func (n nullTexts) has(text string) bool {
	if text == "" {
		return n.empty
	}
	return n.others != nil && n.others[text]
}

// isEmpty reports whether a cell holds no value.
func (r *row) isEmpty(x readers.Value) bool {
	return x.Kind == readers.Missing || x.Kind == readers.Null || x.Kind == readers.Text && r.nulls.has(x.Text)
}

// at returns the value that a reference leads to; within a list, that of the
// element at hand.
func (r *row) at(ref columnRef) readers.Value {
	if ref.index < 0 {
		return readers.Value{}
	}
	if ref.list && r.element != "" {
		return walk(r.element, ref.inside)
	}
	v := r.chunk.Value(r.index, ref.index)
	if v.Kind == readers.Missing && ref.behind != nil {
		return r.at(*ref.behind)
	}
	if len(ref.path) == 0 {
		return v
	}
	if v = asJSON(v); v.Kind != readers.Nested {
		return readers.Value{}
	}
	return walk(v.Text, ref.path)
}

// Map maps one row of a chunk. ok is false for a row that `where` leaves out.
// The Reject says why a row cannot be mapped; the Record then has the parts of
// collected events that are lost with the row, if there are any.
func (m *Mapper) Map(c *readers.Chunk, index int) (rec Record, ok bool, reject *Reject) {
	r := &m.row
	r.chunk, r.index, r.event, r.deleted = c, index, Event{}, nil
	clear(r.ids)
	if rec, ok, reject = r.record(); reject != nil {
		rec = r.lost()
	}
	return rec, ok, reject
}

func (r *row) record() (rec Record, ok bool, reject *Reject) {
	p := r.program
	if ok, reject = p.where.holds(r); reject != nil || !ok {
		return rec, ok, reject
	}
	rec.Fields, reject = r.object(nil, p.batch)
	if reject != nil {
		return rec, true, reject
	}
	if p.mapping.replays() {
		if rec, reject = r.replay(rec.Fields); reject != nil {
			return rec, true, reject
		}
	} else {
		rec.User = p.user(r.ids)
	}
	if rec.User == "" {
		return rec, true, p.noIdentity()
	}
	if rec.Order, reject = r.orderKey(nil, p.order); reject != nil {
		return rec, true, reject
	}
	for i, e := range p.events {
		event, has, reject := r.makeEvent(i, e)
		if reject != nil {
			return rec, true, reject
		}
		if has {
			rec.Events = append(rec.Events, event)
		}
	}
	return rec, true, nil
}

// lost returns the parts of collected events that a rejected row takes with it:
// what can still be told of its user and of them.
func (r *row) lost() Record {
	var rec Record
	if !slices.ContainsFunc(r.program.events, func(e boundEvent) bool { return e.collect != nil }) {
		return rec
	}
	r.event = Event{}
	for _, b := range r.program.group {
		if b != nil {
			r.leaf(nil, b) // notes the identity; whether it is right was said already
		}
	}
	if rec.User = r.program.user(r.ids); rec.User == "" {
		return rec
	}
	for i, e := range r.program.events {
		if e.collect == nil {
			continue
		}
		x := r.at(e.collect.ref)
		if is, reject := e.when.holds(r); (is || reject != nil) && !r.isEmpty(x) {
			rec.Events = append(rec.Events, Event{Type: e.eventType, Collect: collectKey(i, x), Lost: true})
		}
	}
	return rec
}

// collectKey is what the parts of one event of a rule have in common.
func collectKey(rule int, x readers.Value) string { return strconv.Itoa(rule) + "=" + x.Text }

// makeEvent makes the row's event of a rule, or its part of one that is
// collected.
func (r *row) makeEvent(rule int, e boundEvent) (Event, bool, *Reject) {
	if is, reject := e.when.holds(r); reject != nil || !is {
		return Event{}, false, reject
	}
	r.event = Event{Type: e.eventType}
	if e.collect != nil {
		x := r.at(e.collect.ref)
		if r.isEmpty(x) {
			return Event{}, false, &Reject{Field: "collect_by", Column: e.collect.column, Text: "is empty, and tells which rows make one event"}
		}
		r.event.Collect = collectKey(rule, x)
	}
	data, reject := r.object(nil, e.data)
	r.event.Data = data
	return r.event, reject == nil, reject
}

// user is the key of the first identity that the row has.
func (p *Program) user(ids []string) string {
	for i, id := range ids {
		if id != "" {
			return p.mapping.groupBy[i] + "=" + id
		}
	}
	return ""
}

func (p *Program) noIdentity() *Reject {
	var columns []string
	for _, b := range p.group {
		if b != nil && b.column != "" {
			columns = append(columns, b.column)
		}
	}
	switch len(columns) {
	case 0:
		return &Reject{Text: "no identity"}
	case 1:
		return &Reject{Text: fmt.Sprintf("no identity: %s is empty or a placeholder", columns[0])}
	case 2:
		return &Reject{Text: fmt.Sprintf("no identity: %s and %s are both empty or placeholders", columns[0], columns[1])}
	}
	return &Reject{Text: fmt.Sprintf("no identity: %s are all empty or placeholders", strings.Join(columns, ", "))}
}

// object appends the members of b that the row has, without braces.
func (r *row) object(dst []byte, b *bound) ([]byte, *Reject) {
	if len(b.spreads) > 0 {
		return r.spreadObject(dst, b)
	}
	start, count := len(dst), 0
	for _, m := range b.members {
		mark := len(dst)
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, m.prefix...)
		next, has, reject := r.node(dst, m)
		if reject != nil {
			return nil, reject
		}
		if !has {
			dst = dst[:mark]
			continue
		}
		dst = next
		count++
	}
	return dst, b.tooMany(count)
}

// tooMany rejects more attributes than the API takes.
func (b *bound) tooMany(count int) *Reject {
	if most := b.target.field.MaxNames; most > 0 && count > most {
		return &Reject{Field: b.target.path, Text: fmt.Sprintf("has %d attributes, the API's limit is %d", count, most)}
	}
	return nil
}

// node appends one member's value; has is false, and the dst returned of no use,
// where the row has nothing for it.
func (r *row) node(dst []byte, b *bound) (_ []byte, has bool, _ *Reject) {
	switch {
	case b.target.deletes:
		return r.deletions(dst, b)
	case b.value != nil:
		return r.leaf(dst, b)
	case b.elem != nil:
		return r.list(dst, b)
	}
	start, outer, given := len(dst), r.lacking, r.given
	r.lacking = nil
	dst, reject := r.object(append(dst, '{'), b)
	lacking := r.lacking
	r.lacking = outer
	switch {
	case reject != nil:
		return nil, false, reject
	case len(dst) == start+1 || lacking != nil && r.given == given:
		return dst, false, nil
	case lacking != nil:
		return nil, false, lacking.isRequired()
	}
	return append(dst, '}'), true, nil
}

func (b *bound) isRequired() *Reject {
	return &Reject{Field: b.value.path, Column: b.column, Text: "is required, but empty"}
}

// list appends a list: one element for each of the list column's, or a single
// one where the fields come from plain columns.
func (r *row) list(dst []byte, b *bound) ([]byte, bool, *Reject) {
	all := []string{r.element}
	if b.driver != nil {
		v := asJSON(r.at(columnRef{index: b.driver.ref.index, path: b.driver.ref.path}))
		switch {
		case r.isEmpty(v):
			return dst, false, nil
		case v.Kind != readers.Nested || v.Text[0] != '[':
			return nil, false, reject(b.driver, v, "is not a list")
		}
		all = elements(v.Text)
	}
	outer := r.element
	defer func() { r.element = outer }()
	start := len(dst)
	dst = append(dst, '[')
	for _, element := range all {
		r.element = element
		mark := len(dst)
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		next, has, reject := r.node(dst, b.elem)
		if reject != nil {
			return nil, false, reject
		}
		if dst = next; !has {
			dst = dst[:mark]
		}
	}
	if len(dst) == start+1 {
		return dst, false, nil
	}
	return append(dst, ']'), true, nil
}

func reject(b *bound, v readers.Value, text string) *Reject {
	shown := v.Text
	if v.Kind == readers.Time {
		shown = timeText(v)
	}
	r := &Reject{Field: b.value.path, Column: b.column, Value: cut(shown), Text: text}
	if text == noUnit {
		r.Detail = "it would mean " + unitsOf(strings.TrimSpace(shown))
	}
	return r
}

// leaf appends one value.
func (r *row) leaf(dst []byte, b *bound) ([]byte, bool, *Reject) {
	v := b.value
	if v.now && v.path == eventTime {
		r.event.Now = true
		return dst, false, nil
	}
	if v.now {
		return append(dst, StartMark...), true, nil
	}
	if v.literal != nil {
		dst = append(dst, v.literal...)
		r.note(b, readers.Value{Kind: readers.Text, Text: strings.Trim(string(v.literal), `"`)}, v.literal)
		return dst, true, nil
	}
	x, problem := r.source(b)
	if problem != "" {
		return r.invalid(dst, b, x, problem)
	}
	if r.isEmpty(x) {
		if v.deletes && x.Kind != readers.Missing {
			r.deleted = append(r.deleted, b.target.key)
		}
		return r.empty(dst, b)
	}
	r.notes.filled[v.ordinal] = true
	r.given++
	return r.convert(dst, b, x)
}

// source returns the cell that a leaf is made of.
func (r *row) source(b *bound) (x readers.Value, problem string) {
	if b.expr == nil {
		x = r.at(b.ref)
		if x.Kind == readers.Missing && (len(b.ref.path) > 0 || b.ref.behind != nil) {
			return r.unreachable(b.ref)
		}
		return x, ""
	}
	result, problem := b.expr.compute(r)
	if problem != "" {
		return x, "cannot be computed: " + problem
	}
	return cellOf(result)
}

// convert appends a cell that is not empty as the leaf's JSON.
func (r *row) convert(dst []byte, b *bound, x readers.Value) ([]byte, bool, *Reject) {
	v := b.value
	x, fallback, problem := v.prepare(x)
	if fallback {
		return r.empty(dst, b)
	}
	start := len(dst)
	if problem == "" {
		dst, problem = v.convert(dst, x)
	}
	if problem != "" {
		return r.invalid(dst[:start], b, x, problem)
	}
	if v.isIdentity() && (r.junk[x.Text] || x.Text == "") {
		return dst[:start], false, nil
	}
	r.note(b, x, dst[start:])
	return dst, true, nil
}

// invalid rejects the row for a value, or leaves the value out.
func (r *row) invalid(dst []byte, b *bound, x readers.Value, problem string) ([]byte, bool, *Reject) {
	if b.value.omit && !b.value.required {
		if b.value.needed {
			r.lacking = b
		}
		return dst, false, nil
	}
	return nil, false, reject(b, x, problem)
}

// prepare applies transforms and the lookup table. fallback says that the table
// does not know the value and the default stands in.
func (v *value) prepare(x readers.Value) (_ readers.Value, fallback bool, problem string) {
	if len(v.transforms) > 0 {
		if x.Kind == readers.Nested || x.Kind == readers.Time {
			return x, false, "is not a text that can be transformed"
		}
		text := x.Text
		for _, t := range v.transforms {
			text = t(text)
		}
		x = textValue(text)
	}
	if v.lookup == nil {
		return x, false, ""
	}
	mapped, ok := v.lookup[x.Text]
	switch {
	case ok:
		return textValue(mapped), false, ""
	case v.lookupElse != nil:
		return textValue(*v.lookupElse), false, ""
	case v.fallback != nil:
		return x, true, ""
	}
	return x, false, "is not in the map"
}

// empty appends the default of a leaf without a value.
func (r *row) empty(dst []byte, b *bound) ([]byte, bool, *Reject) {
	v := b.value
	switch {
	case v.fallback != nil:
		r.note(b, textValue(strings.Trim(string(v.fallback), `"`)), v.fallback)
		return append(dst, v.fallback...), true, nil
	case r.event.Collect != "": // another part may have it
	case v.required:
		return nil, false, b.isRequired()
	case v.needed:
		r.lacking = b
	case v.path == eventTime:
		return nil, false, &Reject{Field: v.path, Column: b.column, Text: "is empty, and an event needs its time"}
	}
	return dst, false, nil
}

// note keeps what the pipeline needs to know of a value beside its JSON.
func (r *row) note(b *bound, x readers.Value, encoded []byte) {
	if b.slot >= 0 {
		r.ids[b.slot] = x.Text
	}
	if most := b.value.field.MaxChars; most > 0 && len(x.Text) > most && utf8.RuneCountInString(x.Text) > most {
		r.notes.suspect(fmt.Sprintf("%s is longer than %d characters, and mParticle cuts it", b.value.path, most), r)
	}
	switch b.value.path {
	case eventTime:
		r.event.Time, _ = strconv.ParseInt(string(encoded), 10, 64) // convert wrote it
		if r.event.Time > r.start {
			r.notes.suspect(b.value.path+" is in the future", r)
		}
	case "source_message_id":
		r.event.HasID = true
	}
}
