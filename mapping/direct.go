package mapping

import (
	"cmp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"mpimport/readers"
)

// Most conditions compare columns with fixed values. They are decided here by
// closures, in a few nanoseconds, and by the machine of the expression language
// only where these leave it open: a test holds both to be of one mind.

// outcome is what a predicate says of a row.
type outcome uint8

const (
	open outcome = iota // the machine decides, or says why it cannot
	no
	yes
)

func outcomeOf(is bool) outcome {
	if is {
		return yes
	}
	return no
}

// predicate decides a condition for a row whose columns refs lead to.
type predicate func(r *row, refs []columnRef) outcome

// directly compiles a condition to a predicate; nil where it is more than
// comparisons of columns with fixed values, joined by and, or, not.
func directly(text string, columns []string) predicate {
	tree, err := parser.Parse(text)
	if err != nil {
		return nil
	}
	return directNode(tree.Node, columns)
}

func directNode(n ast.Node, columns []string) predicate {
	switch n := n.(type) {
	case *ast.UnaryNode:
		inner := directNode(n.Node, columns)
		if inner == nil || n.Operator != "not" && n.Operator != "!" {
			return nil
		}
		return func(r *row, refs []columnRef) outcome {
			switch inner(r, refs) {
			case yes:
				return no
			case no:
				return yes
			}
			return open
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&":
			return joined(n, columns, no)
		case "or", "||":
			return joined(n, columns, yes)
		}
		return comparison(n, columns)
	}
	return nil
}

// joined is `and` or `or`, which end with their left side if it is the given
// outcome.
func joined(n *ast.BinaryNode, columns []string, end outcome) predicate {
	left, right := directNode(n.Left, columns), directNode(n.Right, columns)
	if left == nil || right == nil {
		return nil
	}
	return func(r *row, refs []columnRef) outcome {
		if first := left(r, refs); first == open || first == end {
			return first
		}
		return right(r, refs)
	}
}

func comparison(n *ast.BinaryNode, columns []string) predicate {
	name, ok := columnOf(n.Left)
	if !ok {
		return nil
	}
	index := -1
	for i, c := range columns {
		if c == name {
			index = i
		}
	}
	if index < 0 {
		return nil
	}
	if n.Operator == "in" {
		return membership(n.Right, index)
	}
	literal, ok := literalOf(n.Right)
	if !ok {
		return nil
	}
	switch n.Operator {
	case "==":
		return func(r *row, refs []columnRef) outcome { return outcomeOf(literal.equals(r, r.at(refs[index]))) }
	case "!=":
		return func(r *row, refs []columnRef) outcome { return outcomeOf(!literal.equals(r, r.at(refs[index]))) }
	case "<", "<=", ">", ">=":
		holds := ordered[n.Operator]
		return func(r *row, refs []columnRef) outcome {
			order, ok := literal.compare(r, r.at(refs[index]))
			if !ok {
				return open
			}
			return outcomeOf(holds(order))
		}
	}
	return nil
}

var ordered = map[string]func(order int) bool{
	"<":  func(order int) bool { return order < 0 },
	"<=": func(order int) bool { return order <= 0 },
	">":  func(order int) bool { return order > 0 },
	">=": func(order int) bool { return order >= 0 },
}

// membership is `column in [fixed, values]`.
func membership(n ast.Node, index int) predicate {
	array, ok := n.(*ast.ArrayNode)
	if !ok {
		return nil
	}
	literals := make([]literal, len(array.Nodes))
	for i, item := range array.Nodes {
		if literals[i], ok = literalOf(item); !ok {
			return nil
		}
		literals[i].listed = true
	}
	return func(r *row, refs []columnRef) outcome {
		x := r.at(refs[index])
		for _, l := range literals {
			if l.equals(r, x) {
				return yes
			}
		}
		return no
	}
}

// columnOf returns the column that a node reads: name or row["name"].
func columnOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value, n.Value != "row" && n.Value != "item"
	case *ast.MemberNode:
		base, ok := n.Node.(*ast.IdentifierNode)
		name, isName := n.Property.(*ast.StringNode)
		if ok && isName && base.Value == "row" {
			return name.Value, true
		}
	}
	return "", false
}

// literal is a fixed value of a condition: nil, string, bool, int or float64.
type literal struct {
	value  any
	listed bool // it is in a list: "" there is the empty text alone
}

func literalOf(n ast.Node) (literal, bool) {
	switch n := n.(type) {
	case *ast.NilNode:
		return literal{}, true
	case *ast.StringNode:
		return literal{value: n.Value}, true
	case *ast.IntegerNode:
		return literal{value: n.Value}, true
	case *ast.FloatNode:
		return literal{value: n.Value}, true
	case *ast.BoolNode:
		return literal{value: n.Value}, true
	case *ast.UnaryNode:
		if inner, ok := literalOf(n.Node); ok && n.Operator == "-" {
			switch v := inner.value.(type) {
			case int:
				return literal{value: -v}, true
			case float64:
				return literal{value: -v}, true
			}
		}
	}
	return literal{}, false
}

func (l literal) equals(r *row, x readers.Value) bool {
	if r.isEmpty(x) {
		return l.value == nil || l.value == "" && !l.listed
	}
	switch v := l.value.(type) {
	case string:
		return x.Kind == readers.Text && x.Text == v
	case bool:
		return x.Kind == readers.Bool && (x.Text == "true") == v
	case int, float64:
		if x.Kind != readers.Number {
			return false
		}
		order, ok := l.compareNumber(x.Text)
		return ok && order == 0
	}
	return false
}

// compare says how x stands to the literal; not ok where they cannot be
// compared.
func (l literal) compare(r *row, x readers.Value) (order int, ok bool) {
	if r.isEmpty(x) {
		return 0, false
	}
	switch v := l.value.(type) {
	case string:
		return strings.Compare(x.Text, v), x.Kind == readers.Text
	case int, float64:
		if x.Kind == readers.Number {
			return l.compareNumber(x.Text)
		}
	}
	return 0, false
}

func (l literal) compareNumber(text string) (int, bool) {
	x := exprNumber(text)
	if whole, ok := x.(int); ok {
		if v, ok := l.value.(int); ok {
			return cmp.Compare(whole, v), true
		}
		x = float64(whole)
	}
	f, ok := x.(float64)
	if !ok {
		return 0, false
	}
	switch v := l.value.(type) {
	case int:
		return cmp.Compare(f, float64(v)), true
	case float64:
		return cmp.Compare(f, v), true
	}
	return 0, false
}
