package readers

import (
	"encoding/json"
	"time"
)

// Column is one column of a source.
type Column struct {
	Name string
	Type ColumnType
}

// ColumnType is what a source declares of a column before a row is read.
type ColumnType uint8

// The declared types. CSV columns are all TextColumn, NDJSON columns all
// AnyColumn, Parquet columns have the type of their schema.
const (
	AnyColumn ColumnType = iota
	TextColumn
	NumberColumn
	BoolColumn
	TimeColumn
	NestedColumn
)

// Chunk is a block of rows. It owns its memory: it stays valid while the reader
// reads on, and many goroutines may read it at once.
type Chunk struct {
	Columns []Column // the reader's columns when the chunk was read; a later chunk may have more, never others
	Bad     []BadRow // records that could not be read, in order of position

	// Pruned is the number of rows that were not read because Options.Prune holds
	// for none of them; they follow each other from PrunedFrom on. A chunk that
	// has some has no other rows.
	Pruned     int64
	PrunedFrom Position

	positions []Position
	cells     []cell // row by row, len(Columns) to a row
	text      string
	times     []stamp
}

// BadRow is a record that could not be read, and why.
type BadRow struct {
	Position Position
	Reason   string // for people: what is wrong and what to do
	Raw      string // the record as it stands in the source, cut at 4 KiB
}

type cell struct {
	kind  Kind
	local bool
	off   uint32 // into text; for Time an index into times
	len   uint32
}

type stamp struct {
	sec  int64
	nsec int32
}

// Len returns the number of readable rows.
func (c *Chunk) Len() int { return len(c.positions) }

// Position returns where row stands in its source.
func (c *Chunk) Position(row int) Position { return c.positions[row] }

// Value returns the cell at row and column. A column beyond the chunk's own is
// Missing.
func (c *Chunk) Value(row, column int) Value {
	if column >= len(c.Columns) {
		return Value{}
	}
	x := c.cells[row*len(c.Columns)+column]
	switch x.kind {
	case Missing, Null:
		return Value{Kind: x.kind}
	case Time:
		t := c.times[x.off]
		return Value{Kind: Time, Local: x.local, sec: t.sec, nsec: t.nsec}
	}
	return Value{Kind: x.kind, Text: c.text[x.off : x.off+x.len]}
}

// AppendRow appends row as a JSON object of its decoded columns, in column
// order, missing ones left out.
func (c *Chunk) AppendRow(dst []byte, row int) []byte {
	dst = append(dst, '{')
	first := true
	for i, column := range c.Columns {
		v := c.Value(row, i)
		if v.Kind == Missing {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendJSONString(dst, column.Name)
		dst = append(dst, ':')
		dst = appendJSONValue(dst, v)
	}
	return append(dst, '}')
}

func appendJSONValue(dst []byte, v Value) []byte {
	switch v.Kind {
	case Text:
		return appendJSONString(dst, v.Text)
	case Time:
		layout := time.RFC3339Nano
		if v.Local {
			layout = "2006-01-02T15:04:05.999999999"
		}
		return appendJSONString(dst, v.Time().Format(layout))
	case Missing, Null:
		return append(dst, "null"...)
	}
	return append(dst, v.Text...)
}

// appendJSONString is off the hot path: it serves rejects and previews.
func appendJSONString(dst []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string always encodes
	return append(dst, quoted...)
}

// builder collects the rows of one chunk. A row is written cell by cell: begin
// it, set cells in any order (a cell not set is Missing), and end it with keep
// or drop.
type builder struct {
	chunk   Chunk
	columns []Column
	width   int
	stride  int // cells to a row, at least width
	text    []byte
}

func newBuilder(columns []Column, rows, textSize int) *builder {
	return &builder{
		columns: columns,
		width:   len(columns),
		stride:  len(columns),
		chunk:   Chunk{positions: make([]Position, 0, rows), cells: make([]cell, 0, rows*len(columns))},
		text:    make([]byte, 0, textSize),
	}
}

func (b *builder) len() int { return len(b.chunk.positions) }

// size is the number of text bytes held so far.
func (b *builder) size() int { return len(b.text) }

// begin starts a row at p.
func (b *builder) begin(p Position) {
	b.chunk.positions = append(b.chunk.positions, p)
	for range b.stride {
		b.chunk.cells = append(b.chunk.cells, cell{})
	}
}

// drop removes the row that was begun last and lists it as bad.
func (b *builder) drop(reason, raw string) {
	last := len(b.chunk.positions) - 1
	b.bad(b.chunk.positions[last], reason, raw)
	b.chunk.positions = b.chunk.positions[:last]
	b.chunk.cells = b.chunk.cells[:last*b.stride]
}

// bad lists a record that was never begun.
func (b *builder) bad(p Position, reason, raw string) {
	const most = 4 << 10
	if len(raw) > most {
		raw = raw[:most]
	}
	b.chunk.Bad = append(b.chunk.Bad, BadRow{Position: p, Reason: reason, Raw: raw})
}

// set gives column of the row begun last its text of the given kind.
func (b *builder) set(column int, kind Kind, text []byte) {
	off := len(b.text)
	b.text = append(b.text, text...)
	b.put(column, cell{kind: kind, off: uint32(off), len: uint32(len(text))})
}

// setNull marks column of the row begun last as explicitly null.
func (b *builder) setNull(column int) { b.put(column, cell{kind: Null}) }

// setTime gives column of the row begun last an instant.
func (b *builder) setTime(column int, t time.Time, local bool) {
	b.chunk.times = append(b.chunk.times, stamp{sec: t.Unix(), nsec: int32(t.Nanosecond())})
	b.put(column, cell{kind: Time, local: local, off: uint32(len(b.chunk.times) - 1)})
}

func (b *builder) put(column int, x cell) {
	b.chunk.cells[(len(b.chunk.positions)-1)*b.stride+column] = x
}

// grow adds a column while rows are being collected (NDJSON: a key that appears
// late); rows already collected get it as Missing. Rows get room for as many
// columns again, so that many late keys do not move them many times.
func (b *builder) grow(c Column) {
	b.columns = append(b.columns[:b.width:b.width], c)
	b.width++
	if b.width > b.stride {
		b.layOut(max(8, 2*b.stride))
	}
}

// layOut gives every row stride cells.
func (b *builder) layOut(stride int) {
	rows := len(b.chunk.positions)
	cells := make([]cell, rows*stride, max(rows*stride, cap(b.chunk.cells)))
	for row := range rows {
		copy(cells[row*stride:(row+1)*stride], b.chunk.cells[row*b.stride:(row+1)*b.stride])
	}
	b.chunk.cells, b.stride = cells, stride
}

// finish returns the chunk; the builder must not be used afterwards.
func (b *builder) finish() *Chunk {
	if b.stride != b.width {
		b.layOut(b.width)
	}
	b.chunk.Columns = b.columns
	b.chunk.text = string(b.text)
	return &b.chunk
}
