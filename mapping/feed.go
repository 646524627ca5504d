package mapping

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"mpimport/mparticle"
)

// Eventless is the feed's word for files without events.
const Eventless = "eventless"

// FeedKinds are what a file of mParticle's CSV feed may hold: events of one of
// three types, or Eventless.
func FeedKinds() []string {
	return []string{string(mparticle.TypeCustomEvent), string(mparticle.TypeCommerceEvent), string(mparticle.TypeScreenView), Eventless}
}

// FeedKind returns what a file of the feed holds by the end of its name, as in
// orders-commerce_event.csv, or "" where the name does not say it.
func FeedKind(name string) string {
	base := filepath.Base(name)
	for _, kind := range FeedKinds() {
		if strings.HasSuffix(base, "-"+kind) || strings.Contains(base, "-"+kind+".") {
			return kind
		}
	}
	return ""
}

// EnvironmentColumn is the feed's column that says whether a row is real.
const EnvironmentColumn = "environment"

// Feed writes the mapping of a file whose columns are named by the convention of
// mParticle's CSV feed: user_identities.email, events.data.event_name. What the
// file holds is told by its name, else by its columns. The environment is the one
// of its environment column; it may be "". The error is Problems: columns that
// are no field, and what is missing.
func Feed(name string, columns []string, environment string) ([]byte, error) {
	f := feed{name: name, kind: FeedKind(name), draft: &draft{name: "feed", head: []string{"The mapping of columns that are named as in mParticle's CSV feed."}}}
	if environment != "" {
		f.draft.environment = &draftLine{key: EnvironmentColumn, value: yamlText(environment), note: "as the column says"}
	}
	for _, c := range columns {
		f.columns = append(f.columns, feedColumn{name: c, field: c})
	}
	return f.convert()
}

// feedColumn is a column and the field that it holds, as the feed spells it.
type feedColumn struct{ name, field string }

// feed turns columns of the feed into a draft.
type feed struct {
	name     string // of the file, for messages
	kind     string // of FeedKinds; "": by the columns
	columns  []feedColumn
	draft    *draft
	event    *draftEvent // nil: eventless
	problems Problems
}

const eventPrefix = "events.data."

func (f *feed) problem(text, hint string) {
	f.problems = append(f.problems, Problem{File: f.name, Text: text, Hint: hint})
}

func (f *feed) convert() ([]byte, error) {
	if err := f.settleKind(); err != nil {
		return nil, err
	}
	if f.kind != Eventless {
		f.event = &draftEvent{kind: mparticle.EventType(f.kind)}
		f.draft.events = []*draftEvent{f.event}
	}
	for _, c := range f.columns {
		f.column(c)
	}
	f.complete()
	if len(f.problems) > 0 {
		return nil, f.problems
	}
	text := f.draft.render().text
	if _, err := Load(f.name, text, nil); err != nil {
		return nil, withoutLines(err)
	}
	return text, nil
}

// withoutLines takes the places out of problems of a text that nobody has seen.
func withoutLines(err error) error {
	var problems Problems
	if !errors.As(err, &problems) {
		return err
	}
	for i, p := range problems {
		problems[i] = Problem{File: p.File, Text: p.Text, Hint: p.Hint}
	}
	return problems
}

// settleKind tells from the columns what the file holds, if its name does not.
func (f *feed) settleKind() error {
	has := func(prefixes ...string) bool {
		return slices.ContainsFunc(f.columns, func(c feedColumn) bool {
			return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(c.field, eventPrefix+p) })
		})
	}
	switch {
	case f.kind != "":
	case has("product_action.", "promotion_action.", "product_impressions."):
		f.kind = string(mparticle.TypeCommerceEvent)
	case has("event_name", "custom_event_type"):
		f.kind = string(mparticle.TypeCustomEvent)
	case has("screen_name"):
		f.kind = string(mparticle.TypeScreenView)
	case has(""):
		return fmt.Errorf("%s: the columns do not tell the type of the events\n  hint: end the file's name in -TYPE.csv, TYPE being one of %s", f.name, strings.Join(FeedKinds(), ", "))
	default:
		f.kind = Eventless
	}
	return nil
}

// column adds the line of a column.
func (f *feed) column(c feedColumn) {
	if c.field == EnvironmentColumn {
		return
	}
	root, lines, rest := mparticle.BatchFields(), &f.draft.batch, c.field
	if inEvent, ok := strings.CutPrefix(c.field, eventPrefix); ok {
		if f.event == nil {
			f.problem(fmt.Sprintf("column %s belongs to an event, but the file is %s by its name", yamlQuote(c.name), Eventless), "")
			return
		}
		root, _ = mparticle.EventFields(f.event.kind)
		lines, rest = &f.event.data, inEvent
	}
	path := feedPath(root, rest)
	steps, err := root.Resolve(path)
	if err != nil {
		f.problem(fmt.Sprintf("column %s is no field of the feed", yamlQuote(c.name)), f.hint(err, root, strings.TrimSuffix(c.field, rest)))
		return
	}
	l := &draftLine{key: path, value: yamlKey(c.name), column: c.name}
	if steps[len(steps)-1].Field.Type == mparticle.Timestamp {
		l.value = yamlGroup("column", yamlText(c.name), "format", "unix_ms")
	}
	if path == "source_request_id" {
		l.turnOff("mpimport makes the ids of batches itself")
	}
	if twin := slices.IndexFunc(*lines, func(other *draftLine) bool { return other.key == path }); twin >= 0 {
		f.problem(fmt.Sprintf("columns %s and %s are the same field, %s", yamlQuote((*lines)[twin].column), yamlQuote(c.name), path), "keep one of them")
		return
	}
	*lines = append(*lines, l)
}

// feedPath writes a path of the feed as the catalog has it: with [] behind lists
// and without aliases. What the catalog does not know stays as it is.
func feedPath(f *mparticle.Field, path string) string {
	var out strings.Builder
	for f.Shape == mparticle.Object {
		name, rest, more := strings.Cut(path, ".")
		member, ok := f.Member(name)
		if !ok {
			break
		}
		out.WriteString(member.Name)
		if f = member; f.Shape == mparticle.List && f.Elem.Shape != mparticle.Leaf {
			out.WriteString("[]")
			f = f.Elem
		}
		if !more {
			return out.String()
		}
		out.WriteByte('.')
		path = rest
	}
	return out.String() + path
}

// hint finds the nearest right name of a column.
func (f *feed) hint(err error, root *mparticle.Field, prefix string) string {
	var wrong *mparticle.PathError
	if !errors.As(err, &wrong) {
		return ""
	}
	spelled := func(path string) string {
		return "did you mean " + prefix + strings.ReplaceAll(path, "[]", "") + "?"
	}
	choices := make([]string, len(wrong.Choices))
	for i, c := range wrong.Choices {
		choices[i] = strings.TrimSuffix(c, "[]")
	}
	if near := nearest(wrong.Word, choices); wrong.Word != "" && near != "" {
		return spelled(wrong.Prefix + near + strings.TrimPrefix(wrong.Path, wrong.Prefix+wrong.Word))
	}
	if path := findField(root, wrong.Word, ""); wrong.Word != "" && path != "" {
		return spelled(path)
	}
	if f.event != nil && prefix == "" {
		data, _ := mparticle.EventFields(f.event.kind)
		if path := findField(data, wrong.Word, ""); path != "" {
			prefix = eventPrefix
			return spelled(path)
		}
	}
	for _, s := range batchSynonyms {
		if prefix == "" && s.rank(&profile{ref: wrong.Path}) > 0 {
			return spelled(s.path)
		}
	}
	return "attributes of the user are user_attributes.NAME, those of an event " + eventPrefix + "custom_attributes.NAME"
}

// complete checks what every event needs. Custom events of a type that no column
// says are of the type other.
func (f *feed) complete() {
	if len(f.problems) > 0 {
		return // what is missing may only be misspelt
	}
	if !slices.ContainsFunc(f.draft.batch, isIdentityLine) {
		f.problem("no column is an identity of the user", "it needs user_identities.customer_id, user_identities.email or another one")
	}
	if f.event == nil {
		return
	}
	root, _ := mparticle.EventFields(f.event.kind)
	needed := []string{"timestamp_unixtime_ms"}
	for _, m := range root.Members {
		if m.Required {
			needed = append(needed, m.Name)
		}
	}
	for _, name := range needed {
		switch {
		case slices.ContainsFunc(f.event.data, func(l *draftLine) bool { return l.key == name }):
		case name == "custom_event_type":
			f.event.data = append(f.event.data, &draftLine{key: name, value: yamlGroup("value", string(mparticle.Other)), note: "no column says it"})
		default:
			f.problem(fmt.Sprintf("there is no column %s%s, which every %s needs", eventPrefix, name, f.event.kind), "")
		}
	}
}
