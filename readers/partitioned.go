package readers

import (
	"context"
	"net/url"
	"strings"
)

// partitioned gives the rows of a reader the columns that the folders of its path
// are named for.
type partitioned struct {
	Reader
	columns []Column
	values  []Value
	joined  []Column // these and those of the chunk at hand
}

// withFolders puts what folders are named for in front of a reader's columns.
func withFolders(r Reader, parts []folder) Reader {
	if len(parts) == 0 {
		return r
	}
	p := &partitioned{Reader: r}
	for _, part := range parts {
		p.columns = append(p.columns, Column{Name: part.name, Type: TextColumn})
		p.values = append(p.values, part.value)
	}
	return p
}

// folder is one such as dt=2024-01-01.
type folder struct {
	name  string
	value Value
}

// foldersOf returns the folders with a value in a source's path, the innermost last. Of
// two with one name the inner one counts.
func foldersOf(source string) []folder {
	var parts []folder
	names := strings.Split(pathOf(source), "/")
	for _, part := range names[:len(names)-1] {
		name, text, ok := strings.Cut(part, "=")
		if name = decodedPart(name); !ok || name == "" {
			continue
		}
		value := Value{Kind: Text, Text: decodedPart(text)}
		if text == "__HIVE_DEFAULT_PARTITION__" {
			value = Value{Kind: Null}
		}
		for i := range parts {
			if parts[i].name == name {
				parts[i].value, ok = value, false
			}
		}
		if ok {
			parts = append(parts, folder{name: name, value: value})
		}
	}
	return parts
}

// decodedPart undoes %XX; what is no such thing stays as it is.
func decodedPart(text string) string {
	if decoded, err := url.PathUnescape(text); err == nil {
		text = decoded
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// Columns returns the path's columns and the reader's.
func (p *partitioned) Columns() ([]Column, bool) {
	columns, final := p.Reader.Columns()
	return append(p.columns[:len(p.columns):len(p.columns)], columns...), final
}

// Names returns the path's columns and the reader's, none if the source has none
// and never will.
func (p *partitioned) Names() []string {
	names := p.Reader.Names()
	if _, final := p.Reader.Columns(); final && len(names) == 0 {
		return nil
	}
	var all []string
	for _, c := range p.columns {
		all = append(all, c.Name)
	}
	return append(all, names...)
}

// Next returns the next chunk.
func (p *partitioned) Next(ctx context.Context) (*Chunk, error) { return nextOf(ctx, p) }

// Split returns the reader's next block.
func (p *partitioned) Split(ctx context.Context) (Block, error) {
	b, err := Split(ctx, p.Reader)
	if err != nil {
		return nil, err
	}
	return partitionedBlock{Block: b, p: p}, nil
}

// partitionedBlock is a block of a reader, to which the path's columns are added.
type partitionedBlock struct {
	Block
	p *partitioned
}

func (b partitionedBlock) Chunk() (*Chunk, error) {
	c, err := b.Block.Chunk()
	if c == nil || err != nil {
		return c, err
	}
	p := b.p
	if len(p.joined) != len(p.columns)+len(c.Columns) {
		p.joined = append(p.columns[:len(p.columns):len(p.columns)], c.Columns...)
	}
	c.Columns, c.fixed = p.joined, p.values
	return c, nil
}
