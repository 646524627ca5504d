package readers

import "strings"

// A reference like props.page.url or items[].sku that is no column's own name
// leads into the column props or items; of that column only the leaves that some
// reference leads to are read. [] stands for the members of a list.

// wantedPaths returns what is wanted of the top-level column of that name: whether
// all of it, and else the paths into it. names are those of all columns: as in a
// mapping, the longest one that a reference begins with is meant.
func wantedPaths(wanted selection, references []string, name string, names map[string]bool) (all bool, paths [][]string) {
	if wanted.has(name) {
		return true, nil
	}
	for _, reference := range references {
		if path, ok := pathInto(reference, name, names); ok {
			paths = append(paths, path)
		}
	}
	return false, paths
}

// pathInto returns the way from the column of that name to what a reference
// means, if it is in that column. A glob means whole columns only.
func pathInto(reference, name string, names map[string]bool) ([]string, bool) {
	if names[reference] || !strings.HasPrefix(reference, name) || strings.Contains(reference, "*") {
		return nil, false
	}
	rest := reference[len(name):]
	if rest == "" || rest[0] != '.' && !strings.HasPrefix(rest, "[]") {
		return nil, false
	}
	for end := len(reference) - 1; end > len(name); end-- { // a longer name wins
		if (reference[end] == '.' || strings.HasPrefix(reference[end:], "[]")) && names[reference[:end]] {
			return nil, false
		}
	}
	rest = strings.ReplaceAll(rest, "[]", ".[].")
	return strings.FieldsFunc(rest, func(r rune) bool { return r == '.' }), true
}

// restrict leaves n only what the paths lead to. Where one of them means all of
// n, or none leads on, n keeps all there is.
func (n *parquetNode) restrict(paths [][]string) {
	if n.repeated {
		var ok bool
		if paths, ok = memberPaths(paths); !ok {
			return
		}
	}
	n.restrictBody(paths)
}

// restrictBody restricts one n of those that n may repeat.
func (n *parquetNode) restrictBody(paths [][]string) {
	switch n.shape {
	case structShape:
		n.restrictFields(paths)
	case listShape:
		inside, ok := memberPaths(paths)
		switch {
		case ok && n.unwrap:
			n.children[0].children[0].restrict(inside)
		case ok:
			n.children[0].restrictBody(inside)
		}
	}
}

// memberPaths returns the paths behind [], and false where one does not go on so.
func memberPaths(paths [][]string) ([][]string, bool) {
	var inside [][]string
	for _, path := range paths {
		if len(path) < 2 || path[0] != "[]" {
			return nil, false
		}
		inside = append(inside, path[1:])
	}
	return inside, true
}

// restrictFields leaves a struct the fields that paths lead to.
func (n *parquetNode) restrictFields(paths [][]string) {
	var kept []*parquetNode
	for _, child := range n.children {
		var inside [][]string
		whole := false
		for _, path := range paths {
			if path[0] == child.name {
				inside = append(inside, path[1:])
				whole = whole || len(path) == 1
			}
		}
		if len(inside) == 0 {
			continue
		}
		if kept = append(kept, child); !whole {
			child.restrict(inside)
		}
	}
	if len(kept) > 0 {
		n.children = kept
	}
}
