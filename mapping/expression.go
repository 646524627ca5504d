package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"mpimport/readers"
)

// expression is a compiled `expr`, `when` or `where`: a formula over the columns
// of a row, by name or as row["Name with spaces"]; within a list, item is the
// element at hand. It is bounded in time and memory: there are no ranges and no
// loops within loops, so that a row costs no more than its own size.
//
// A cell without a value is nil. A formula that cannot be computed while a column
// that it reads is empty is empty itself, as in SQL.
type expression struct {
	text    string
	program *vm.Program // over columns of any type
	direct  predicate   // the same without the machine; nil: not simple enough
	columns []string    // that it reads, sorted
	item    bool        // it reads item
	paths   [][]string  // of members that it reads: the column, or item, and the names that lead on
	line    int         // where it stands in the mapping file
	column  int

	evaluators sync.Pool // of *evaluator
}

// Limits of an expression.
const (
	maxExpressionNodes  = 1000
	maxExpressionMemory = 1 << 20 // elements of lists that it may make
)

// condition compiles `when` or `where`; nil where there is none.
func (l *loader) condition(n *node, what string) *expression {
	if n == nil {
		return nil
	}
	e := l.expression(n, what, expr.AsBool())
	if e != nil {
		e.direct = directly(e.text, e.columns)
	}
	return e
}

// expression compiles a formula of the mapping file; nil after a problem.
func (l *loader) expression(n *node, what string, options ...expr.Option) *expression {
	text := l.text(n, what)
	if n.kind != scalar {
		return nil
	}
	names := &nameCollector{}
	environment := expr.Env(map[string]any{"row": map[string]any{}})
	program, err := compile(text, append(options, environment, expr.AllowUndefinedVariables(), expr.Patch(names))...)
	if err == nil {
		err = names.err
	}
	if err != nil {
		message, offset := expressionError(text, err)
		l.problem(n.line, n.textColumn(offset), fmt.Sprintf("%s is not an expression: %s", what, strings.TrimSpace(message)), expressionHint(text))
		return nil
	}
	return &expression{text: text, program: program, columns: names.sorted(), item: names.item, paths: names.paths, line: n.line, column: n.column}
}

// sqlHints says how what people know from SQL is written here.
var sqlHints = []struct {
	sql  *regexp.Regexp
	hint string
}{
	{regexp.MustCompile(`<>`), `different from is written !=`},
	{regexp.MustCompile(`(?i)\bis\s+(not\s+)?null\b`), `no value is written x == "", and any value x != ""`},
	{regexp.MustCompile(`(?i)\blike\b`), `for like there are contains, startsWith and endsWith: page startsWith "/shop"`},
	{regexp.MustCompile(`(?i)\bin\s*\(`), `a list has brackets: kind in ["view", "search"]`},
	{regexp.MustCompile(`[^=!<>]=[^=]`), `equal to is written ==`},
	{regexp.MustCompile(`\b(AND|OR|NOT)\b`), `and, or and not are written in small letters`},
}

// expressionHint says how to write a formula that cannot be read.
func expressionHint(text string) string {
	outside := quotedText.ReplaceAllString(text, "")
	for _, h := range sqlHints {
		if h.sql.MatchString(outside) {
			return h.hint
		}
	}
	return `expressions look like: kind == "purchase" and float(total) > 10; a name with spaces is row["Unit price"]`
}

var quotedText = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// compile compiles a formula with the functions of the language.
func compile(text string, options ...expr.Option) (*vm.Program, error) {
	options = append([]expr.Option{expr.Patch(columnNames{})}, options...)
	options = append(options, expr.MaxNodes(maxExpressionNodes), expr.Optimize(false))
	for _, name := range withoutBuiltins {
		options = append(options, expr.DisableBuiltin(name))
	}
	return expr.Compile(text, append(options, functions()...)...)
}

// expressionError returns what is wrong with a formula, and where in its first
// line, from 0.
func expressionError(text string, err error) (string, int) {
	var e *file.Error
	if !errors.As(err, &e) {
		return err.Error(), 0
	}
	if e.Line > 1 {
		return fmt.Sprintf("%s, in line %d of it", e.Message, e.Line), 0
	}
	if e.Snippet == "" { // not bound to a place
		return e.Message, len([]rune(text[:min(e.From, len(text))]))
	}
	return e.Message, e.Column
}

// textColumn is the column of a character of a scalar's text; of a quoted or
// multi-line one as near as can be told.
func (n *node) textColumn(offset int) int {
	if n.quoted {
		offset = 0
	}
	return n.column + offset
}

// fits says what is wrong with a formula for columns of these types, "" if
// nothing. Types that a source does not declare fit everything.
func (e *expression) fits(refs []columnRef, columns []readers.Column) string {
	if e == nil {
		return ""
	}
	known := types.Map{types.Extra: types.Any}
	declared := false
	var texts []string
	for i, name := range e.columns {
		known[name] = types.Any
		if refs[i].index < 0 || len(refs[i].path) > 0 || refs[i].list {
			continue
		}
		switch columns[refs[i].index].Type {
		case readers.TextColumn:
			known[name], declared = types.String, true
			texts = append(texts, name)
		case readers.BoolColumn:
			known[name], declared = types.Bool, true
		}
	}
	if !declared {
		return ""
	}
	environment := types.Map{types.Extra: types.Any, "row": known}
	for name, t := range known {
		environment[name] = t
	}
	environment["row"] = known
	if _, err := compile(e.text, expr.Env(environment)); err != nil {
		message, _ := expressionError(e.text, err)
		if len(texts) > 0 && strings.Contains(message, "mismatched types") {
			message += fmt.Sprintf("; %s: text here, which float(…) or int(…) makes a number", strings.Join(texts, ", "))
		}
		return message
	}
	return ""
}

// boundExpression is an expression joined to the columns of a source.
type boundExpression struct {
	*expression
	refs []columnRef
}

func (e *expression) bind(columns []readers.Column) *boundExpression {
	if e == nil {
		return nil
	}
	b := &boundExpression{expression: e}
	for _, name := range e.columns {
		b.refs = append(b.refs, resolve(name, columns))
	}
	return b
}

// holds reports whether a condition is true of a row. One that cannot be decided
// because a column is empty does not hold.
func (b *boundExpression) holds(r *row) (bool, *Reject) {
	if b == nil {
		return true, nil
	}
	if b.direct != nil {
		switch b.direct(r, b.refs) {
		case yes:
			return true, nil
		case no:
			return false, nil
		}
	}
	result, problem := b.compute(r)
	if problem != "" {
		return false, &Reject{Text: fmt.Sprintf("the condition %s cannot be decided: %s", b.text, problem)}
	}
	is, ok := result.(bool)
	if !ok && result != nil {
		return false, &Reject{Text: fmt.Sprintf("the condition %s is neither true nor false", b.text)}
	}
	return is, nil
}

// evaluator is what computing one row needs; it is used again.
type evaluator struct {
	machine vm.VM
	columns map[string]any
}

// compute returns the result for a row: nil for one that is empty, or cannot be
// computed because a column is empty. The problem says why there is none.
func (b *boundExpression) compute(r *row) (_ any, problem string) {
	e, ok := b.evaluators.Get().(*evaluator)
	if !ok {
		e = &evaluator{machine: vm.VM{MemoryBudget: maxExpressionMemory}, columns: map[string]any{}}
		e.columns["row"] = e.columns
	}
	defer b.evaluators.Put(e)
	for i, name := range b.columns {
		e.columns[name] = exprValue(r.at(b.refs[i]), r.nulls)
	}
	if b.item {
		e.columns["item"] = nestedValue(r.element)
	}
	result, err := e.machine.Run(b.program, e.columns)
	if err == nil {
		return result, ""
	}
	if b.readsNothing(e.columns) {
		return nil, ""
	}
	message, _ := expressionError(b.text, err)
	message, _, _ = strings.Cut(message, "\n")
	return nil, message
}

// readsNothing reports whether a column, or a member within one, that the
// expression reads is empty.
func (e *expression) readsNothing(columns map[string]any) bool {
	for _, name := range e.columns {
		if columns[name] == nil {
			return true
		}
	}
	for _, path := range e.paths {
		value := columns[path[0]]
		for _, name := range path[1:] {
			object, ok := value.(map[string]any)
			if !ok {
				break
			}
			if value = object[name]; value == nil {
				return true
			}
		}
	}
	return false
}
