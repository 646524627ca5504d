package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
)

// columnNames lets columns have the names of functions: type, count, date. What
// is not called is a column, and becomes row["type"].
type columnNames struct{}

// Visit is called for every node of the expression, callees before their calls.
func (columnNames) Visit(n *ast.Node) {
	switch node := (*n).(type) {
	case *ast.IdentifierNode:
		_, isBuiltin := builtin.Index[node.Value]
		if isBuiltin || slices.Contains(ownFunctions, node.Value) {
			ast.Patch(n, &ast.MemberNode{Node: &ast.IdentifierNode{Value: "row"}, Property: &ast.StringNode{Value: node.Value}})
		}
	case *ast.CallNode:
		if member, ok := node.Callee.(*ast.MemberNode); ok && isRow(member.Node) {
			if name, ok := member.Property.(*ast.StringNode); ok {
				ast.Patch(&node.Callee, &ast.IdentifierNode{Value: name.Value})
			}
		}
	}
}

func isRow(n ast.Node) bool {
	identifier, ok := n.(*ast.IdentifierNode)
	return ok && identifier.Value == "row"
}

// nameCollector notes what an expression reads, and what it must not do.
type nameCollector struct {
	columns map[string]bool
	item    bool
	paths   [][]string
	err     error
}

// Visit is called for every node of the expression.
func (c *nameCollector) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		switch {
		case n.Value == "row" || slices.Contains(ownFunctions, n.Value): // columns of such a name are row["date"] by now
		case n.Value == "item":
			c.item = true
		default:
			c.add(n.Value)
		}
	case *ast.MemberNode:
		if name, ok := n.Property.(*ast.StringNode); ok && isRow(n.Node) {
			c.add(name.Value)
		}
		if path := pathTo(n); path != nil {
			c.paths = append(c.paths, path)
		}
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			if !slices.Contains(ownFunctions, callee.Value) {
				c.fail(fmt.Sprintf("there is no function %s", callee.Value))
			}
		}
	case *ast.VariableDeclaratorNode:
		delete(c.columns, n.Name)
	case *ast.BinaryNode:
		if n.Operator == ".." {
			c.fail("ranges such as 1..9 are not part of it")
		}
		if emptied := comparedWithEmpty(n); emptied != nil {
			ast.Patch(node, emptied)
		}
	case *ast.PredicateNode:
		inner := &loopFinder{}
		ast.Walk(&n.Node, inner)
		if inner.found {
			c.fail("a loop within a loop is not part of it")
		}
	}
}

// comparedWithEmpty returns what a comparison with "" stands for, nil for others:
// x == "" is true of all that has no value, as people expect of a spreadsheet.
func comparedWithEmpty(n *ast.BinaryNode) ast.Node {
	x, empty := n.Left, n.Right
	if text, ok := x.(*ast.StringNode); ok && text.Value == "" {
		x, empty = empty, x
	}
	if text, ok := empty.(*ast.StringNode); !ok || text.Value != "" {
		return nil
	}
	joint := map[string]string{"==": "or", "!=": "and"}[n.Operator]
	if joint == "" {
		return nil
	}
	nothing := &ast.BinaryNode{Operator: n.Operator, Left: x, Right: &ast.NilNode{}}
	return &ast.BinaryNode{Operator: joint, Left: nothing, Right: &ast.BinaryNode{Operator: n.Operator, Left: x, Right: empty}}
}

// pathTo returns the names that lead to a member, the column or item first; nil
// where one is not written out.
func pathTo(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if n.Value == "row" {
			return []string{}
		}
		return []string{n.Value}
	case *ast.ChainNode:
		return pathTo(n.Node)
	case *ast.MemberNode:
		name, ok := n.Property.(*ast.StringNode)
		if before := pathTo(n.Node); ok && before != nil {
			return append(before, name.Value)
		}
	}
	return nil
}

// ownFunctions are the names of functions.
var ownFunctions = []string{"date", "fromJSON", "md5", "sha1", "sha256", "digits"}

func (c *nameCollector) add(name string) {
	if c.columns == nil {
		c.columns = map[string]bool{}
	}
	c.columns[name] = true
}

func (c *nameCollector) fail(text string) {
	if c.err == nil {
		c.err = errors.New(text)
	}
}

func (c *nameCollector) sorted() []string { return slices.Sorted(maps.Keys(c.columns)) }

// loopFinder finds a predicate, the body of a loop.
type loopFinder struct{ found bool }

// Visit is called for every node.
func (f *loopFinder) Visit(n *ast.Node) {
	if _, ok := (*n).(*ast.PredicateNode); ok {
		f.found = true
	}
}
