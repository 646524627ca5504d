package readers

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// TestParquetShapes writes random rows of random schemas, whose levels are made
// along with their JSON.
func TestParquetShapes(t *testing.T) {
	for seed := range uint64(150) {
		s := &shapes{Rand: rand.New(rand.NewPCG(seed, 0)), leaves: map[string]*levels{}}
		var nodes schema.FieldList
		for i := range 1 + s.IntN(3) {
			nodes = append(nodes, s.node(fmt.Sprint("c", i), 3))
		}
		var want []string
		for range s.IntN(40) {
			var columns []string
			for _, n := range nodes {
				columns = append(columns, fmt.Sprintf("%q:%s", n.Name(), s.field(n, n.Name(), 0, 0, 0)))
			}
			want = append(want, "{"+strings.Join(columns, ",")+"}")
		}
		var writes []columnWrite
		for _, path := range leafPaths(nodes, "") {
			l := s.leaf(path)
			writes = append(writes, ints64(l.defs, l.reps, l.values...))
		}
		data := lowFile(t, nodes, parquet.Repetitions.Required, 2, 64, compress.Codecs.Uncompressed, writes...)
		sameRows(t, mustRows(t, data, Options{ChunkRows: 1 + s.IntN(20)}), append(want, want...))
		if t.Failed() {
			top, _ := schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
			var text strings.Builder
			schema.PrintSchema(top, &text, 2)
			t.Fatalf("seed %d: %s", seed, text.String())
		}
	}
}

// levels are a leaf's values as they are written.
type levels struct {
	defs, reps []int16
	values     []int64
}

type shapes struct {
	*rand.Rand
	leaves map[string]*levels // by path
	last   int64
}

func (s *shapes) leaf(path string) *levels {
	if s.leaves[path] == nil {
		s.leaves[path] = &levels{}
	}
	return s.leaves[path]
}

func leafPaths(nodes schema.FieldList, prefix string) (paths []string) {
	for _, n := range nodes {
		if g, ok := n.(*schema.GroupNode); ok {
			var fields schema.FieldList
			for i := range g.NumFields() {
				fields = append(fields, g.Field(i))
			}
			paths = append(paths, leafPaths(fields, prefix+n.Name()+".")...)
			continue
		}
		paths = append(paths, prefix+n.Name())
	}
	return paths
}

// node makes a random field: a number, a struct, a list of three or two levels, a
// map, or one of these that repeats by itself.
func (s *shapes) node(name string, depth int) schema.Node {
	req, opt, rep := parquet.Repetitions.Required, parquet.Repetitions.Optional, parquet.Repetitions.Repeated
	none, list := schema.ConvertedTypes.None, schema.ConvertedTypes.List
	r := []parquet.Repetition{req, opt, opt, rep}[s.IntN(4)]
	notRepeated := []parquet.Repetition{req, opt}[s.IntN(2)]
	if depth == 0 {
		return leafNode(name, r, nil, parquet.Types.Int64, 0)
	}
	switch s.IntN(6) {
	case 0:
		return group(name, r, none, s.node("a", depth-1), s.node("b", depth-1))
	case 1:
		return group(name, notRepeated, list, group("list", rep, none, s.node("element", depth-1)))
	case 2:
		return group(name, notRepeated, list, leafNode("element", rep, nil, parquet.Types.Int64, 0))
	case 3:
		return group(name, notRepeated, list, group("array", rep, none, s.node("x", depth-1), s.node("y", depth-1)))
	case 4:
		return group(name, notRepeated, schema.ConvertedTypes.Map, group("key_value", rep, none,
			leafNode("key", req, nil, parquet.Types.Int64, 0), s.node("value", depth-1)))
	}
	return leafNode(name, r, nil, parquet.Types.Int64, 0)
}

// field writes a random value of n at path and returns its JSON. rep is the
// repetition level that it begins with, def the definition level above it, and
// depth the number of repeated nodes above it.
func (s *shapes) field(n schema.Node, path string, rep, def, depth int16) string {
	switch n.RepetitionType() {
	case parquet.Repetitions.Optional:
		if s.IntN(3) == 0 {
			return s.none(n, path, rep, def, "null")
		}
		return s.body(n, path, rep, def+1, depth)
	case parquet.Repetitions.Repeated:
		return s.repeat(n, path, rep, def, depth, "[]", func(rep int16) string { return s.body(n, path, rep, def+1, depth+1) })
	}
	return s.body(n, path, rep, def, depth)
}

// none writes that there is nothing from def on.
func (s *shapes) none(n schema.Node, path string, rep, def int16, text string) string {
	for _, leaf := range leafPaths(schema.FieldList{n}, strings.TrimSuffix(path, n.Name())) {
		l := s.leaf(leaf)
		l.reps, l.defs = append(l.reps, rep), append(l.defs, def)
	}
	return text
}

// repeat writes n up to three times, between brackets.
func (s *shapes) repeat(n schema.Node, path string, rep, def, depth int16, brackets string, one func(rep int16) string) string {
	count := s.IntN(4)
	if count == 0 {
		return s.none(n, path, rep, def, brackets)
	}
	var all []string
	for range count {
		all = append(all, one(rep))
		rep = depth + 1
	}
	return brackets[:1] + strings.Join(all, ",") + brackets[1:]
}

// body writes one n that is there.
func (s *shapes) body(n schema.Node, path string, rep, def, depth int16) string {
	g, ok := n.(*schema.GroupNode)
	if !ok {
		s.last++
		l := s.leaf(path)
		l.reps, l.defs, l.values = append(l.reps, rep), append(l.defs, def), append(l.values, s.last)
		return fmt.Sprint(s.last)
	}
	child := g.Field(0)
	inside := path + "." + child.Name()
	switch g.ConvertedType() {
	case schema.ConvertedTypes.List:
		element, ok := child.(*schema.GroupNode)
		return s.repeat(child, inside, rep, def, depth, "[]", func(rep int16) string {
			if ok && child.Name() == "list" {
				return s.field(element.Field(0), inside+".element", rep, def+1, depth+1)
			}
			return s.body(child, inside, rep, def+1, depth+1)
		})
	case schema.ConvertedTypes.Map:
		entry := child.(*schema.GroupNode)
		return s.repeat(child, inside, rep, def, depth, "{}", func(rep int16) string {
			key := s.field(entry.Field(0), inside+".key", rep, def+1, depth+1)
			return fmt.Sprintf("%q:%s", key, s.field(entry.Field(1), inside+".value", rep, def+1, depth+1))
		})
	}
	var fields []string
	for i := range g.NumFields() {
		f := g.Field(i)
		fields = append(fields, fmt.Sprintf("%q:%s", f.Name(), s.field(f, path+"."+f.Name(), rep, def, depth)))
	}
	return "{" + strings.Join(fields, ",") + "}"
}
