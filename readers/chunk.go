package readers

import (
	"encoding/json"
	"slices"
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

	fixed     []Value  // of the first columns, the same in every row
	base      Position // what is added to positions
	positions []Position
	cells     []cell // row by row, width to a row, or as starts says
	width     int
	starts    []uint32 // where each row's cells begin, ordered by column; nil: width to a row
	order     []int    // by column, its number in cells, -1 for none; nil: the same
	text      string
	extra     string // texts that do not stand in text as they are
	times     []stamp
}

// BadRow is a record that could not be read, and why.
type BadRow struct {
	Position Position
	Reason   string // for people: what is wrong and what to do
	Raw      string // the record as it stands in the source, cut at 4 KiB
}

type cell struct {
	kind   Kind
	local  bool
	column uint16 // where starts is used
	off    uint32 // into text, and on into extra; for Time an index into times
	len    uint32
}

type stamp struct {
	sec  int64
	nsec int32
}

// Len returns the number of readable rows.
func (c *Chunk) Len() int { return len(c.positions) }

// Position returns where row stands in its source.
func (c *Chunk) Position(row int) Position { return c.base.plus(c.positions[row]) }

// begin says how many rows and lines of the source stand before the chunk. It is
// called once.
func (c *Chunk) begin(base Position) {
	c.base = base
	for i := range c.Bad {
		c.Bad[i].Position = base.plus(c.Bad[i].Position)
	}
}

// Value returns the cell at row and column. A column beyond the chunk's own is
// Missing.
func (c *Chunk) Value(row, column int) Value {
	if column < len(c.fixed) {
		return c.fixed[column]
	}
	x := c.cell(row, column-len(c.fixed))
	switch {
	case x.kind <= Null:
		return Value{Kind: x.kind}
	case x.kind == Time:
		t := c.times[x.off]
		return Value{Kind: Time, Local: x.local, sec: t.sec, nsec: t.nsec}
	}
	text, off := c.text, int(x.off)
	if off >= len(text) {
		text, off = c.extra, off-len(text)
	}
	return Value{Kind: x.kind, Text: text[off : off+int(x.len)]}
}

// cell returns a stored cell, or a Missing one.
func (c *Chunk) cell(row, column int) cell {
	if c.order != nil {
		if column >= len(c.order) || c.order[column] < 0 {
			return cell{}
		}
		column = c.order[column]
	}
	if c.starts == nil {
		if column >= c.width {
			return cell{}
		}
		return c.cells[row*c.width+column]
	}
	return findCell(c.cells[c.starts[row]:c.starts[row+1]], column)
}

// findCell finds a column in a row's cells. Where no column before it is
// missing, it is where its number says.
func findCell(cells []cell, column int) cell {
	if column < len(cells) && int(cells[column].column) == column {
		return cells[column]
	}
	i, found := slices.BinarySearchFunc(cells, column, func(x cell, column int) int { return int(x.column) - column })
	if !found {
		return cell{}
	}
	return cells[i]
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
// it, and set cells in any order; a cell not set is Missing.
type builder struct {
	chunk Chunk
	text  []byte
}

func newBuilder(columns []Column, rows, textSize int) *builder {
	return &builder{
		chunk: Chunk{Columns: columns, width: len(columns), positions: make([]Position, 0, rows), cells: make([]cell, 0, rows*len(columns))},
		text:  make([]byte, 0, textSize),
	}
}

func (b *builder) len() int { return len(b.chunk.positions) }

// size is the number of text bytes held so far.
func (b *builder) size() int { return len(b.text) }

// begin starts a row at p.
func (b *builder) begin(p Position) {
	b.chunk.positions = append(b.chunk.positions, p)
	for range b.chunk.width {
		b.chunk.cells = append(b.chunk.cells, cell{})
	}
}

// drop removes the row that was begun last and lists it as bad.
func (b *builder) drop(reason, raw string) {
	last := len(b.chunk.positions) - 1
	b.chunk.bad(b.chunk.positions[last], reason, raw)
	b.chunk.positions = b.chunk.positions[:last]
	b.chunk.cells = b.chunk.cells[:last*b.chunk.width]
}

// bad lists a record that cannot be read.
func (c *Chunk) bad(p Position, reason, raw string) {
	c.Bad = append(c.Bad, BadRow{Position: p, Reason: reason, Raw: rawHead(raw)})
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
	b.chunk.cells[(len(b.chunk.positions)-1)*b.chunk.width+column] = x
}

// finish returns the chunk; the builder must not be used afterwards.
func (b *builder) finish() *Chunk {
	b.chunk.text = string(b.text)
	return &b.chunk
}
