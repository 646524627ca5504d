package readers

import (
	"errors"
	"fmt"
)

// assemble makes a chunk of the first rows that g's leaves hold.
func (p *parquetReader) assemble(g *openGroup, rows int) (*Chunk, error) {
	var size int
	for _, leaf := range g.leaves {
		size += len(leaf.text)
	}
	if size > parquetMostText {
		return nil, errTooMuchText(rows)
	}
	b := newBuilder(p.columns, rows, size)
	for row := range rows {
		at := g.first + g.done + int64(row) + 1
		b.begin(Position{Row: at})
		if err := p.assembleRow(g, b, row); err != nil {
			return nil, fmt.Errorf("row %d: %w", at, err)
		}
	}
	return b.finish(), nil
}

// assembleRow sets the cells of the row begun last. A cell that cannot be read
// makes the row a bad one.
func (p *parquetReader) assembleRow(g *openGroup, b *builder, row int) error {
	first := 0 // the column's first leaf among g.leaves
	for i, node := range p.nodes {
		leaves := g.leaves[first : first+node.leaves]
		first += node.leaves
		var bad *badCell
		var err error
		if node.flat() {
			bad = leaves[0].setFlat(b, i, row)
		} else if bad, err = g.setNested(b, i, node, leaves, row); err != nil {
			return err
		}
		if bad != nil {
			b.drop(fmt.Sprintf("column %s: %s", bad.path, bad.reason), bad.raw)
			return nil
		}
	}
	return nil
}

// badCell is a value that cannot be passed on.
type badCell struct {
	path, reason, raw string
}

// setFlat sets column from the leaf's value at row.
func (l *leafReader) setFlat(b *builder, column, row int) *badCell {
	x := l.slots[row]
	switch x.kind {
	case Null:
		b.setNull(column)
	case Time:
		b.setTime(column, l.times[x.off].time(), x.local)
	case badKind:
		return l.badCell(x)
	default:
		b.set(column, x.kind, l.text[x.off:x.off+x.len])
	}
	return nil
}

func (l *leafReader) badCell(x cell) *badCell {
	bad := l.bad[x.off]
	return &badCell{path: l.node.path, reason: bad.reason, raw: fmt.Sprintf("%s: %q", l.node.path, bad.raw)}
}

// setNested sets column to the JSON of all its leaves' values at row.
func (g *openGroup) setNested(b *builder, column int, node *parquetNode, leaves []*leafReader, row int) (*badCell, error) {
	w := &g.nesting
	w.start(leaves, row)
	w.field(node)
	if w.bad != nil {
		return w.bad, nil
	}
	if w.broken || !w.finished() {
		return nil, fmt.Errorf("column %s: its parts do not fit together, the file is damaged; get or write it anew", node.path)
	}
	if b.size()+len(w.dst) > parquetMostText {
		return nil, errTooMuchText(b.len())
	}
	if w.isNull() {
		b.setNull(column)
	} else {
		b.set(column, Nested, w.dst)
	}
	return nil, nil
}

func errTooMuchText(rows int) error {
	if rows <= 1 {
		return errors.New("the row holds more than 2 GiB; leave its largest columns out")
	}
	return fmt.Errorf("%d rows hold more than 2 GiB; leave the largest columns out or read fewer rows at a time", rows)
}
