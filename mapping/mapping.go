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
	Eventless   bool // the mapping has no events: an import of profiles

	file    string
	lines   []string
	where   *condition
	batch   *target
	events  []eventRule
	groupBy []string // paths of identities, in order of preference
	junk    map[string]bool
	nulls   map[string]bool
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
}

// Options are the options for a reader of such files, with all columns.
func (s Source) Options() readers.Options {
	return readers.Options{
		Format: readers.Format(s.Format), Delimiter: s.Delimiter, Unquoted: s.Unquoted, Quote: s.Quote, Escape: s.Escape, Comment: s.Comment,
		SkipLines: s.SkipLines, Ragged: s.Ragged, Encoding: s.Encoding, Names: s.Names,
	}
}

// eventRule makes one event of a row.
type eventRule struct {
	eventType mparticle.EventType
	when      *condition
	data      *target
}

// target is a place in the JSON that a mapping fills: a tree of the fields that
// are mapped, leaves with their values.
type target struct {
	key     string
	path    string // as the mapping spells it
	field   *mparticle.Field
	members []*target // of an Object, in model order; of a Map, by name
	elem    *target   // of a List
	wild    []*value  // of a Map: values for `.*`
	value   *value    // of a leaf
}

// Columns returns the names, and globs, of the columns that the mapping reads, for
// a reader's Options; nested ones as the mapping writes them.
func (m *Mapping) Columns() []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	m.eachValue(func(v *value) {
		for _, name := range v.columns {
			add(name)
		}
		add(v.column)
	})
	for _, c := range m.conditions() {
		for _, column := range c.columns {
			add(column)
		}
	}
	return names
}

func (m *Mapping) conditions() []*condition {
	var all []*condition
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

func (t *target) each(visit func(*value)) {
	if t == nil {
		return
	}
	if t.value != nil {
		visit(t.value)
	}
	for _, v := range t.wild {
		visit(v)
	}
	for _, m := range t.members {
		m.each(visit)
	}
	t.elem.each(visit)
}
