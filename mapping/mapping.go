package mapping

import (
	"mpimport/mparticle"
	"mpimport/readers"
)

// Mapping is a compiled mapping file. It is immutable and shared.
type Mapping struct {
	Name        string // part of the identity of every batch
	Environment string // "" where the file leaves it to the command line
	Source      Source
	Grouping    Grouping
	Eventless   bool // the mapping has no events: an import of profiles

	file    string
	lines   []string
	where   *expression
	batch   *target
	events  []eventRule
	groupBy []string // paths of identities, in order of preference
	order   *value   // group.order_by; nil: the order of the rows
	junk    map[string]bool
	nulls   nullTexts
	tests   []Test
	values  []*value // all sources, by their ordinals
}

// Source is what a mapping says about its files, as readers.Options has it.
type Source struct {
	Format    string
	Delimiter string
	Unquoted  bool // quotes are text like any other
	Quote     string
	Escape    string
	Comment   string
	SkipLines int
	Ragged    string
	Encoding  string
	Names     []string // column names of a file without a header
	Unknown   string   // columns that nothing maps: "" or ignore, warn, error
	Optional  []string // names and globs of mapped columns that the files need not have
}

// Options are the options for a reader of such files, with all columns. The
// exports of mParticle are NDJSON to it.
func (s Source) Options() readers.Options {
	format := readers.Format(s.Format)
	if s.Format == replayFormat {
		format = readers.NDJSON
	}
	return readers.Options{
		Format: format, Delimiter: s.Delimiter, Unquoted: s.Unquoted, Quote: s.Quote, Escape: s.Escape, Comment: s.Comment,
		SkipLines: s.SkipLines, Ragged: s.Ragged, Encoding: s.Encoding, Names: s.Names,
	}
}

// eventRule makes one event of a row, or of the rows that share the value of a
// column.
type eventRule struct {
	eventType mparticle.EventType
	when      *expression
	collectBy string // the column; "": each row makes its own event
	data      *target

	collectLine, collectColumn int // where collect_by stands in the file
}

// target is a place in the JSON that a mapping fills: a tree of the fields that
// are mapped, leaves with their values.
type target struct {
	key     string
	path    string // as the API spells it
	field   *mparticle.Field
	members []*target // of an Object, in model order; of a Map, by name
	elem    *target   // of a List
	wild    []*value  // of a Map: values for `.*`
	value   *value    // of a leaf
	deletes bool      // it takes the names of user attributes to delete, beside those of its own value
}

// Columns returns the names, and globs, of the columns that the mapping reads, for
// a reader's Options; nested ones as the mapping writes them.
func (m *Mapping) Columns() []string {
	var names []string
	seen := map[string]bool{}
	add := func(all ...string) {
		for _, name := range all {
			if name != "" && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	m.eachValue(func(v *value) {
		add(v.columns...)
		for _, ref := range v.reads() {
			add(ref)
		}
		if v.rest {
			add("*")
		}
	})
	for _, ref := range m.otherColumns() {
		add(ref)
	}
	if m.replays() {
		add(replayColumns()...)
	}
	if m.Source.Unknown == "warn" || m.Source.Unknown == "error" {
		add("*")
	}
	return names
}

// replays reports whether the rows are batches of mParticle's own.
func (m *Mapping) replays() bool { return m.Source.Format == replayFormat }

// otherColumns are references to columns that are read, but are not the source
// of a field.
func (m *Mapping) otherColumns() []string {
	var all []string
	for _, c := range m.conditions() {
		all = append(all, c.columns...)
	}
	for _, e := range m.events {
		if e.collectBy != "" {
			all = append(all, e.collectBy)
		}
	}
	if m.order != nil {
		all = append(all, m.order.column)
	}
	return all
}

func (m *Mapping) conditions() []*expression {
	var all []*expression
	if m.where != nil {
		all = append(all, m.where)
	}
	for _, e := range m.events {
		if e.when != nil {
			all = append(all, e.when)
		}
	}
	return all
}

// eachValue visits the sources of all mapped values.
func (m *Mapping) eachValue(visit func(*value)) {
	m.batch.each(visit)
	for _, e := range m.events {
		e.data.each(visit)
	}
}

// each visits the sources of all values below t.
func (t *target) each(visit func(*value)) {
	if t == nil {
		return
	}
	for _, v := range t.wild {
		visit(v)
	}
	if t.value != nil {
		visit(t.value)
	}
	for _, m := range t.members {
		m.each(visit)
	}
	t.elem.each(visit)
}

// eachLeaf visits all targets below t that have a source of their own.
func (t *target) eachLeaf(visit func(*target)) {
	if t == nil {
		return
	}
	if t.value != nil {
		visit(t)
	}
	for _, m := range t.members {
		m.eachLeaf(visit)
	}
	t.elem.eachLeaf(visit)
}
