package mapping

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"mpimport/readers"
)

// Prune sets what lets a reader leave out rows that `where` would leave out: the
// comparisons with which it begins, as far as they are plain ones joined by and.
func (m *Mapping) Prune(o *readers.Options) {
	if m.where == nil {
		return
	}
	tree, err := parser.Parse(m.where.text)
	if err != nil {
		return // never: it was compiled
	}
	o.Prune = comparisons(nil, tree.Node)
	o.Nulls = m.nulls.texts()
}

// comparisons adds the plain comparisons that a condition begins with. One that
// can neither be used nor reject a row is passed over, at any other it ends.
func comparisons(all []readers.Comparison, n ast.Node) []readers.Comparison {
	for _, part := range conjuncts(nil, n) {
		c, use, harmless := plainComparison(part)
		if !use && !harmless {
			break
		}
		if use {
			all = append(all, c)
		}
	}
	return all
}

// conjuncts are the parts of a condition that and joins, in order.
func conjuncts(all []ast.Node, n ast.Node) []ast.Node {
	b, ok := n.(*ast.BinaryNode)
	if !ok || b.Operator != "and" && b.Operator != "&&" {
		return append(all, n)
	}
	return conjuncts(conjuncts(all, b.Left), b.Right)
}

// plainComparison returns a comparison of a column with fixed values. use says
// that a reader can decide it as the condition does, harmless that leaving it out
// changes nothing but how much is read.
func plainComparison(n ast.Node) (c readers.Comparison, use, harmless bool) {
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return c, false, false
	}
	name, ok := columnOf(b.Left)
	if !ok {
		return c, false, false
	}
	c = readers.Comparison{Column: name, Op: b.Operator}
	right := []ast.Node{b.Right}
	switch b.Operator {
	case "==", "!=":
		harmless = true
	case "<", "<=", ">", ">=":
	case "in":
		array, ok := b.Right.(*ast.ArrayNode)
		if !ok {
			return c, false, false
		}
		right, harmless = array.Nodes, true
	default:
		return c, false, false
	}
	for _, node := range right {
		l, ok := literalOf(node)
		if !ok {
			return c, false, false
		}
		x, ok := l.cell()
		if !ok || len(c.Values) > 0 && x.Kind != c.Values[0].Kind {
			return c, false, harmless
		}
		c.Values = append(c.Values, x)
	}
	return c, len(c.Values) > 0, harmless
}

// cell is a literal as a reader yields it. Nothing and the empty text have none:
// conditions take them for each other.
func (l literal) cell() (readers.Value, bool) {
	switch v := l.value.(type) {
	case string:
		return textValue(v), v != ""
	case bool:
		return readers.Value{Kind: readers.Bool, Text: strconv.FormatBool(v)}, true
	case int:
		return readers.Value{Kind: readers.Number, Text: strconv.Itoa(v)}, true
	case float64:
		return readers.Value{Kind: readers.Number, Text: strconv.FormatFloat(v, 'g', -1, 64)}, true
	}
	return readers.Value{}, false
}

// texts are the null texts as a list.
func (n nullTexts) texts() []string {
	var all []string
	if n.empty {
		all = append(all, "")
	}
	for text := range n.others {
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}
