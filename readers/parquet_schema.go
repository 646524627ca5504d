package readers

import (
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// nodeShape says how a node of the schema is written as JSON.
type nodeShape uint8

const (
	leafShape   nodeShape = iota
	structShape           // an object of its children
	listShape             // the one child repeats: a list of it, or of its only child
	mapShape              // the one child repeats key and value: an object
)

// parquetNode is one node of the schema.
type parquetNode struct {
	name     string
	path     string // with dots, for messages
	shape    nodeShape
	optional bool
	repeated bool
	unwrap   bool  // listShape: the elements are the child's only child
	def, rep int16 // the levels at which the node is there
	children []*parquetNode
	file     int // leafShape: index among the file's leaves
	leaf     int // index of the first leaf among the column's that are read
	leaves   int // number of leaves that are read
	column   *schema.Column
	open     leafOpener // leafShape of a wanted column: makes its decoder
	kind     ColumnType
}

// flat reports whether the column has exactly one value to a row.
func (n *parquetNode) flat() bool { return n.shape == leafShape && !n.repeated }

func (n *parquetNode) columnType() ColumnType {
	if n.flat() {
		return n.kind
	}
	return NestedColumn
}

// prepareLeaves appends n's leaves to dst, those of one column, and gives each
// its decoder.
func (n *parquetNode) prepareLeaves(dst []*parquetNode) ([]*parquetNode, error) {
	n.leaf = len(dst)
	if n.shape == leafShape {
		if err := n.chooseDecoder(); err != nil {
			return nil, fmt.Errorf("column %s: %w; rewrite the file with a plain type or leave the column out", n.path, err)
		}
		n.leaves = 1
		return append(dst, n), nil
	}
	for _, child := range n.children {
		var err error
		if dst, err = child.prepareLeaves(dst); err != nil {
			return nil, err
		}
	}
	n.leaves = len(dst) - n.leaf
	return dst, nil
}

// layoutReader turns a schema into nodes, in file order.
type layoutReader struct {
	schema *schema.Schema
	leaf   int // leaves seen so far
}

const deepestSchema = 100

// node builds the node of field under parent, which is nil at the top.
func (r *layoutReader) node(field schema.Node, parent *parquetNode) (*parquetNode, error) {
	n := &parquetNode{name: field.Name(), path: field.Name()}
	if parent != nil {
		n.path = parent.path + "." + n.name
		n.def, n.rep = parent.def, parent.rep
	}
	if strings.Count(n.path, ".") > deepestSchema {
		return nil, fmt.Errorf("column %.60s…: nested deeper than %d levels; flatten it before the import", n.path, deepestSchema)
	}
	switch field.RepetitionType() {
	case parquet.Repetitions.Optional:
		n.optional = true
		n.def++
	case parquet.Repetitions.Repeated:
		n.repeated = true
		n.def++
		n.rep++
	}
	group, ok := field.(*schema.GroupNode)
	if !ok {
		if r.leaf >= r.schema.NumColumns() {
			return nil, errors.New("the schema is damaged; get or write the file anew")
		}
		n.file, n.column = r.leaf, r.schema.Column(r.leaf)
		r.leaf++
		return n, nil
	}
	for i := range group.NumFields() {
		child, err := r.node(group.Field(i), n)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	if len(n.children) == 0 {
		return nil, fmt.Errorf("column %s: a group without fields cannot be read; rewrite the file without it", n.path)
	}
	n.chooseShape(group)
	return n, nil
}

// chooseShape follows the format's rules for lists and maps of all ages.
func (n *parquetNode) chooseShape(group *schema.GroupNode) {
	n.shape = structShape
	if len(n.children) != 1 || !n.children[0].repeated {
		return
	}
	child := n.children[0]
	converted := group.ConvertedType()
	_, isList := group.LogicalType().(schema.ListLogicalType)
	_, isMap := group.LogicalType().(schema.MapLogicalType)
	switch {
	case isMap || converted == schema.ConvertedTypes.Map || converted == schema.ConvertedTypes.MapKeyValue:
		if len(child.children) == 2 && child.children[0].shape == leafShape && !child.children[0].repeated {
			n.shape = mapShape
		} else {
			n.shape = listShape
			n.unwrap = len(child.children) == 1
		}
	case isList || converted == schema.ConvertedTypes.List:
		n.shape = listShape
		n.unwrap = len(child.children) == 1 && child.shape == structShape &&
			child.name != "array" && child.name != n.name+"_tuple"
	}
}
