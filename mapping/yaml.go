package mapping

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// node is a YAML value with its place. Scalars keep the text that was written,
// so that 007 and no stay what the analyst sees.
type node struct {
	kind    nodeKind
	text    string // of a scalar
	quoted  bool   // a scalar in quotes, or a block of text: a text whatever it looks like
	null    bool   // a scalar that is null or left out
	line    int
	column  int
	entries []entry // of a map
	items   []*node // of a list
}

type nodeKind uint8

const (
	scalar nodeKind = iota
	mapNode
	listNode
)

var nodeKindNames = [...]string{"a single value", "a group of keys", "a list"}

func (k nodeKind) String() string { return nodeKindNames[k] }

// entry is one key of a map.
type entry struct {
	key    string
	line   int
	column int
	value  *node
}

// get returns the value of key, nil where there is none.
func (n *node) get(key string) *node {
	for _, e := range n.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// parseYAML reads src into nodes. A file with nothing in it gives an empty map.
func parseYAML(src []byte, report func(line, column int, text, hint string)) *node {
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		reportSyntax(err, report)
		return nil
	}
	if len(file.Docs) > 1 && file.Docs[1].Body != nil {
		report(file.Docs[1].Body.GetToken().Position.Line, 1, "a mapping file is one document", "remove the --- line")
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return &node{kind: mapNode, line: 1, column: 1}
	}
	return convertYAML(file.Docs[0].Body, report)
}

func reportSyntax(err error, report func(line, column int, text, hint string)) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		report(1, 1, "this is not YAML: "+err.Error(), "")
		return
	}
	at := syntax.GetToken().Position
	text, _, _ := strings.Cut(syntax.GetMessage(), "\n")
	if strings.Contains(text, "mapping key") && strings.Contains(text, "already defined") {
		report(at.Line, at.Column, "key "+syntax.GetToken().Value+" is written twice", "keep one of them")
		return
	}
	hint := "check indentation and quotes here and on the line above"
	if strings.Contains(text, "'\t'") {
		hint = "indent with spaces, not with tabs"
	}
	report(at.Line, at.Column, "this is not YAML: "+text, hint)
}

func convertYAML(n ast.Node, report func(line, column int, text, hint string)) *node {
	at := n.GetToken().Position
	out := &node{line: at.Line, column: at.Column}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = mapNode
		for _, v := range n.Values {
			out.entries = append(out.entries, convertEntry(v, report))
		}
		if len(out.entries) > 0 && !n.IsFlowStyle {
			out.line, out.column = out.entries[0].line, out.entries[0].column
		}
	case *ast.MappingValueNode:
		out.kind = mapNode
		e := convertEntry(n, report)
		out.entries = []entry{e}
		out.line, out.column = e.line, e.column
	case *ast.SequenceNode:
		out.kind = listNode
		for _, v := range n.Values {
			out.items = append(out.items, convertYAML(v, report))
		}
	case *ast.NullNode:
		out.null = true
	case *ast.StringNode:
		out.text = n.Value
		out.quoted = n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType
	case *ast.LiteralNode:
		out.text, out.quoted = n.Value.Value, true
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		report(at.Line, at.Column, "anchors, aliases and tags are not part of the mapping language", "write the value out")
	default:
		out.text = scalarText(n.GetToken())
	}
	return out
}

func scalarText(t *token.Token) string { return strings.TrimSpace(t.Value) }

func convertEntry(v *ast.MappingValueNode, report func(line, column int, text, hint string)) entry {
	at := v.Key.GetToken().Position
	key := v.Key.GetToken().Value
	if s, ok := v.Key.(*ast.StringNode); ok {
		key = s.Value
	}
	e := entry{key: strings.TrimSpace(key), line: at.Line, column: at.Column, value: &node{null: true, line: at.Line, column: at.Column}}
	if v.Value != nil {
		e.value = convertYAML(v.Value, report)
	}
	return e
}
