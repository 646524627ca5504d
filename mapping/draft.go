package mapping

import (
	"strings"

	"mpimport/mparticle"
)

// draft is a mapping file in the making. What a sample of a file, a manifest or
// the feed's column names lead to is put into a draft, and render is the one
// place that writes mapping files.
type draft struct {
	head        []string // comments at the top
	name        string
	environment *draftLine
	source      []*draftLine
	where       []draftCondition
	batch       []*draftLine
	events      []*draftEvent
}

// draftCondition is a part of `where`: an expression, and which rows it leaves
// out.
type draftCondition struct{ text, note string }

// draftEvent is one entry of `events`.
type draftEvent struct {
	kind    mparticle.EventType
	note    string
	when    *draftLine
	collect *draftLine
	data    []*draftLine
}

// draftLine is one line, "key: value".
type draftLine struct {
	key    string
	value  string // YAML
	column string // the column that it reads, as rejects name it; may be ""
	note   string // why it is so; a comment
	off    bool   // the line stands as a comment
}

// turnOff makes the line a comment that says why.
func (l *draftLine) turnOff(why string) {
	l.off = true
	l.note = why
}

// lines are the lines that can be turned off: those of fields.
func (d *draft) lines() []*draftLine {
	all := d.batch
	for _, e := range d.events {
		all = append(all[:len(all):len(all)], e.data...)
	}
	return all
}

// columns counts the columns that are mapped, and those that only comments are
// about.
func (d *draft) columns() (mapped, leftOut int) {
	on := map[string]bool{}
	for _, l := range d.lines() {
		on[l.column] = on[l.column] || !l.off
	}
	delete(on, "") // of fixed values
	for _, is := range on {
		if is {
			mapped++
		}
	}
	return mapped, len(on) - mapped
}

// rendered is the text of a mapping file; lines has the draft's line for a line
// number, from 1.
type rendered struct {
	text  []byte
	lines map[int]*draftLine
}

// render writes the mapping file.
func (d *draft) render() rendered {
	w := &draftWriter{lines: map[int]*draftLine{}}
	for _, comment := range d.head {
		w.put(strings.TrimRight("# "+comment, " "))
	}
	w.put("version: 1")
	w.put("name: " + yamlText(d.name))
	w.line("", d.environment)
	if len(d.source) > 0 {
		w.put("")
		w.put(w.orComment(d.source, "source:"))
		w.all("  ", d.source)
	}
	w.where(d.where)
	w.put("")
	w.put("batch:")
	w.all("  ", d.batch)
	if len(d.events) > 0 {
		w.put("")
		w.put("events:")
	}
	for _, e := range d.events {
		w.event(e)
	}
	return rendered{text: []byte(w.out.String()), lines: w.lines}
}

// where writes the condition that rows are read on.
func (w *draftWriter) where(parts []draftCondition) {
	if len(parts) == 0 {
		return
	}
	w.put("")
	w.put("# Rows that cannot be mapped are skipped, and counted; without this line they are rejects.")
	var texts []string
	for _, part := range parts {
		w.put("# - " + part.note)
		texts = append(texts, part.text)
	}
	w.put("where: " + yamlText(strings.Join(texts, " and ")))
}

type draftWriter struct {
	out   strings.Builder
	count int
	lines map[int]*draftLine
}

func (w *draftWriter) put(text string) {
	w.out.WriteString(text + "\n")
	w.count++
}

// orComment is the line above the given ones, a comment itself if all of them
// are.
func (w *draftWriter) orComment(lines []*draftLine, text string) string {
	for _, l := range lines {
		if !l.off {
			return text
		}
	}
	return "# " + text
}

func (w *draftWriter) all(indent string, lines []*draftLine) {
	for _, l := range lines {
		w.line(indent, l)
	}
}

// line writes a line with its note: behind it if there is room, else above.
func (w *draftWriter) line(indent string, l *draftLine) {
	const room = 110
	if l == nil {
		return
	}
	text := yamlKey(l.key) + ": " + l.value
	if l.off {
		text = "# " + text
	}
	switch {
	case l.note == "":
	case len(indent)+len(text)+len(l.note) < room:
		text += "   # " + l.note
	default:
		w.put(indent + "# " + l.note)
	}
	w.put(indent + text)
	if !l.off {
		w.lines[w.count] = l
	}
}

func (w *draftWriter) event(e *draftEvent) {
	if e.note != "" {
		w.put("  # " + e.note)
	}
	w.put("  - type: " + string(e.kind))
	w.line("    ", e.when)
	w.line("    ", e.collect)
	w.put("    data:")
	w.all("      ", e.data)
}
