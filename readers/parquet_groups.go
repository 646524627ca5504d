package readers

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// rowGroup is what the footer says of a row group.
type rowGroup struct {
	rows   int64
	first  int64 // rows before it in the file
	before int64 // bytes of wanted columns before it
	bytes  int64 // of its wanted columns, in the file
	work   int64 // bytes that decoding it takes, about
	pruned bool  // no row of it is wanted
}

// chooseGroups holds what the footer says of every wanted column chunk against
// the file and what can be decoded, and chooses the row groups that are read.
func (p *parquetReader) chooseGroups(o Options) error {
	var rows int64
	for g := range p.footer.RowGroups {
		group := p.footer.RowGroup(g)
		if group.NumRows() < 0 || group.NumColumns() != p.footer.Schema.NumColumns() {
			return fmt.Errorf("row group %d: the footer is damaged (rows or columns do not add up); get or write the file anew", g+1)
		}
		about := rowGroup{rows: group.NumRows(), first: rows, before: p.allBytes}
		rows += group.NumRows()
		for _, leaf := range p.leaves {
			chunk, err := group.ColumnChunk(leaf.file)
			if err == nil {
				err = checkColumnChunk(chunk, leaf, p.codecs, group.NumRows(), p.size)
			}
			if err != nil {
				return fmt.Errorf("row group %d, column %s: %w", g+1, leaf.path, err)
			}
			about.bytes += chunk.TotalCompressedSize()
			about.work += min(chunk.TotalUncompressedSize(), leafWork)
		}
		if about.pruned = p.prunes(g, o); about.pruned {
			about.work = 0
		}
		p.groups = append(p.groups, about)
		p.allBytes += about.bytes
	}
	if rows != p.footer.NumRows {
		return fmt.Errorf("the footer is damaged: %d rows in all, but %d in the row groups; get or write the file anew", p.footer.NumRows, rows)
	}
	return nil
}

// leafWork is what a column of usual pages takes while it is decoded: a page as it
// is in the file and two unpacked ones.
const leafWork = 3 << 20

// groupWindow says how far row groups are decoded ahead of the one that is
// returned.
type groupWindow struct {
	groups   int           // decoded at a time
	bytes    int           // that finished chunks of those ahead may hold; each group may exceed it by one chunk
	work     int64         // bytes that decoding those ahead may take
	patience time.Duration // for one step of one column
}

// newGroupWindow decodes one row group for each processor, with up to 64 MiB of
// chunks and 64 MiB of pages ahead.
func newGroupWindow() groupWindow {
	return groupWindow{groups: runtime.GOMAXPROCS(0), bytes: 64 << 20, work: 64 << 20, patience: 60 * time.Second}
}

// openGroup is a row group being decoded.
type openGroup struct {
	rowGroup
	index   int           // from 0
	leaves  []*leafReader // opened with the first chunk
	used    []*leafReader // of a row group that is done, whose buffers serve again
	done    int64         // rows decoded
	taken   int64         // rows returned
	ready   []*Chunk
	size    int   // bytes that ready holds
	err     error // what stands behind the last ready chunk
	nesting nestedWriter
}

// finished reports whether there is nothing more to decode.
func (g *openGroup) finished() bool { return g.err != nil || g.done == g.rows }

// nextChunk returns the next chunk in file order. Where none is ready, every
// open row group decodes one, all at the same time.
func (p *parquetReader) nextChunk(ctx context.Context) (*Chunk, error) {
	for {
		p.openAhead()
		if len(p.open) == 0 {
			return nil, io.EOF
		}
		first := p.open[0]
		switch {
		case len(first.ready) > 0:
			return p.take(first), nil
		case first.err != nil:
			return nil, first.err
		case first.finished():
			p.readBytes.Store(first.before + first.bytes)
			p.used = append(p.used, first.leaves)
			p.open = slices.Delete(p.open, 0, 1)
		default:
			if err := p.decode(ctx); err != nil {
				return nil, err
			}
		}
	}
}

// openAhead opens row groups as long as there is room for more.
func (p *parquetReader) openAhead() {
	for p.next < len(p.groups) && (len(p.open) == 0 || p.hasRoom(p.groups[p.next])) {
		g := &openGroup{rowGroup: p.groups[p.next], index: p.next}
		p.next++
		if g.pruned && g.rows > 0 {
			g.done = g.rows
			g.ready = []*Chunk{{Columns: p.columns, Pruned: g.rows, PrunedFrom: Position{Row: g.first + 1}}}
		}
		if last := len(p.used) - 1; last >= 0 {
			g.used, p.used = p.used[last], p.used[:last]
		}
		p.open = append(p.open, g)
	}
}

// hasRoom reports whether another row group may be opened behind those that are.
func (p *parquetReader) hasRoom(next rowGroup) bool {
	work := next.work
	for _, g := range p.open[1:] {
		work += g.work
	}
	return len(p.open) < p.ahead.groups && p.held() < p.ahead.bytes && work <= p.ahead.work
}

// held returns the bytes of chunks that wait for their turn.
func (p *parquetReader) held() (size int) {
	for _, g := range p.open {
		size += g.size
	}
	return size
}

// chunkSize is about the number of bytes that a chunk holds.
func chunkSize(c *Chunk) int {
	const cellSize, stampSize, positionSize = 12, 16, 16
	size := len(c.text) + cellSize*cap(c.cells) + stampSize*cap(c.times) + positionSize*cap(c.positions)
	for _, bad := range c.Bad {
		size += len(bad.Raw)
	}
	return size
}

// take removes g's first chunk.
func (p *parquetReader) take(g *openGroup) *Chunk {
	chunk := g.ready[0]
	g.ready = g.ready[1:]
	g.size -= chunkSize(chunk)
	g.taken += chunk.Pruned + int64(chunk.Len()+len(chunk.Bad))
	p.readBytes.Store(g.before + int64(float64(g.bytes)*float64(g.taken)/float64(g.rows)))
	return chunk
}

// decode has the open row groups decode a chunk each: the first one always, those
// behind it while they hold less than they may.
func (p *parquetReader) decode(ctx context.Context) error {
	var turn []*openGroup
	room := p.held() < p.ahead.bytes
	for i, g := range p.open {
		if !g.finished() && (i == 0 || room) {
			turn = append(turn, g)
		}
	}
	var all errgroup.Group
	for _, g := range turn {
		all.Go(func() error {
			chunk, err := p.decodeChunk(ctx, g, max(1, p.ahead.groups/len(turn)))
			if err != nil {
				g.err = err
				return nil
			}
			g.ready = append(g.ready, chunk)
			g.size += chunkSize(chunk)
			return nil
		})
	}
	return all.Wait()
}

// decodeChunk decodes the next rows of g, with that many goroutines at a time.
func (p *parquetReader) decodeChunk(ctx context.Context, g *openGroup, parallel int) (chunk *Chunk, err error) {
	if g.leaves == nil {
		if err := p.openLeaves(g); err != nil {
			return nil, err
		}
	}
	rows, err := p.fill(ctx, g, parallel)
	if err != nil {
		return nil, err
	}
	err = guard("it", func() (err error) {
		chunk, err = p.assemble(g, rows)
		for _, leaf := range g.leaves {
			leaf.drop(rows)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("row group %d: %w", g.index+1, err)
	}
	g.done += int64(rows)
	return chunk, nil
}

func (p *parquetReader) openLeaves(g *openGroup) error {
	group := p.footer.RowGroup(g.index)
	for i, node := range p.leaves {
		err := guard("it", func() error {
			leaf, err := p.openLeaf(group, node)
			if err == nil && i < len(g.used) {
				leaf.reuse(g.used[i])
			}
			g.leaves = append(g.leaves, leaf)
			return err
		})
		if err != nil {
			return fmt.Errorf("row group %d, column %s: %w", g.index+1, node.path, err)
		}
	}
	return nil
}

// fill has every leaf of g decode its next rows, and returns how many all of
// them hold.
func (p *parquetReader) fill(ctx context.Context, g *openGroup, parallel int) (int, error) {
	left := g.rows - g.done
	rows := int(min(int64(p.rows), left))
	room := max(parquetChunkBytes/max(1, len(g.leaves)), 1<<20)
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(parallel)
	for _, leaf := range g.leaves {
		all.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := watched(p.ahead.patience, func() error { return leaf.fill(rows, room, int64(rows) == left) })
			if err != nil {
				return fmt.Errorf("row group %d, column %s: %w", g.index+1, leaf.node.path, err)
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		return 0, err
	}
	for _, leaf := range g.leaves {
		rows = min(rows, leaf.rows())
	}
	return rows, nil
}

// guard runs do and turns a panic, which the decoder raises on broken data,
// into an error that calls a part of the file damaged.
func guard(part string, do func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("%s is damaged; get or write the file anew", part)
		default:
			err = fmt.Errorf("%s is damaged (%v); get or write the file anew", part, r)
		}
	}()
	return do()
}

// watched runs do behind a recover and gives up on it after patience. What is
// given up on runs on by itself: the caller must never use its state again.
func watched(patience time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- guard("it", do) }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return fmt.Errorf("no progress within %v: the file is most likely damaged; get or write it anew", patience)
	}
}
