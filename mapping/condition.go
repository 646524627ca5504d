package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"mpimport/readers"
)

// condition is a compiled `when` or `where`: an expression over the columns of a
// row, by name or as row["Name with spaces"].
type condition struct {
	text    string
	program *vm.Program
	columns []string
	line    int
	column  int
}

// condition compiles an expression of the mapping file; nil where there is none.
func (l *loader) condition(n *node, what string) *condition {
	if n == nil {
		return nil
	}
	text := l.text(n, what)
	c := &condition{text: text, line: n.line, column: n.column}
	collector := &columnCollector{seen: map[string]bool{}}
	program, err := expr.Compile(text, expr.Env(map[string]any{"row": map[string]any{}}), expr.AllowUndefinedVariables(), expr.AsBool(), expr.Patch(collector))
	if err != nil {
		var e *file.Error
		message := err.Error()
		if errors.As(err, &e) {
			message = e.Message
		}
		l.at(n, fmt.Sprintf("%s is not an expression: %s", what, message), `conditions look like: kind == "purchase" and total != ""`)
		return nil
	}
	c.program = program
	c.columns = collector.columns
	slices.Sort(c.columns)
	return c
}

// columnCollector notes the columns that an expression reads.
type columnCollector struct {
	seen    map[string]bool
	columns []string
}

// Visit is called for every node of the expression.
func (c *columnCollector) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.IdentifierNode:
		if n.Value != "row" {
			c.add(n.Value)
		}
	case *ast.MemberNode:
		base, ok := n.Node.(*ast.IdentifierNode)
		name, isName := n.Property.(*ast.StringNode)
		if ok && isName && base.Value == "row" {
			c.add(name.Value)
		}
	}
}

func (c *columnCollector) add(name string) {
	if !c.seen[name] {
		c.seen[name] = true
		c.columns = append(c.columns, name)
	}
}

// boundCondition is a condition joined to the columns of a source.
type boundCondition struct {
	*condition
	refs []columnRef
}

func (c *condition) bind(columns []readers.Column) *boundCondition {
	if c == nil {
		return nil
	}
	b := &boundCondition{condition: c}
	for _, name := range c.columns {
		b.refs = append(b.refs, resolve(name, columns))
	}
	return b
}

// holds reports whether the condition is true of a row.
func (b *boundCondition) holds(r *row) (bool, *Reject) {
	if b == nil {
		return true, nil
	}
	row := make(map[string]any, len(b.refs))
	env := make(map[string]any, len(b.refs)+1)
	env["row"] = row
	for i, name := range b.columns {
		v := exprValue(r.at(b.refs[i]), r.nulls)
		row[name], env[name] = v, v
	}
	result, err := expr.Run(b.program, env)
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return false, &Reject{Text: fmt.Sprintf("the condition %s cannot be decided: %s", b.text, message)}
	}
	is, ok := result.(bool)
	if !ok {
		return false, &Reject{Text: fmt.Sprintf("the condition %s is neither true nor false", b.text)}
	}
	return is, nil
}

// exprValue is a cell as expressions see it.
func exprValue(v readers.Value, nulls map[string]bool) any {
	switch v.Kind {
	case readers.Text:
		if nulls[v.Text] {
			return nil
		}
		return v.Text
	case readers.Number:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return int(n)
		}
		f, err := strconv.ParseFloat(v.Text, 64)
		if err != nil {
			return v.Text
		}
		return f
	case readers.Bool:
		return v.Text == "true"
	case readers.Time:
		return v.Time()
	case readers.Nested:
		var nested any
		if json.Unmarshal([]byte(v.Text), &nested) != nil {
			return nil
		}
		return nested
	}
	return nil
}
