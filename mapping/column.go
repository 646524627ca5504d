package mapping

import (
	"strings"

	"mpimport/readers"
)

// candidates are the column names that a reference may mean: the whole of it,
// then what stands before each dot, the longest first.
func candidates(ref string) []string {
	if ref == "" {
		return nil
	}
	names := []string{ref}
	head, _, isList := strings.Cut(ref, "[]")
	if isList {
		names = append(names, head)
	}
	for {
		i := strings.LastIndexByte(head, '.')
		if i <= 0 {
			return names
		}
		head = head[:i]
		names = append(names, head)
	}
}

// columnRef is a reference joined to the columns of a source: a column, the
// names that lead into it if it is nested, and the names that lead on within the
// elements of the list found there.
type columnRef struct {
	index  int // -1: the source has no such column
	path   []string
	list   bool
	inside []string
}

// resolve joins a reference to columns; an exact name wins over dots.
func resolve(ref string, columns []readers.Column) columnRef {
	if i := indexOf(ref, columns); i >= 0 {
		return columnRef{index: i}
	}
	head, tail, isList := strings.Cut(ref, "[]")
	r := columnRef{index: -1, list: isList}
	if tail = strings.TrimPrefix(tail, "."); tail != "" {
		r.inside = strings.Split(tail, ".")
	}
	for _, name := range candidates(head) {
		if i := indexOf(name, columns); i >= 0 {
			r.index = i
			if rest := strings.TrimPrefix(head[len(name):], "."); rest != "" {
				r.path = strings.Split(rest, ".")
			}
			return r
		}
	}
	return r
}

func indexOf(name string, columns []readers.Column) int {
	for i, c := range columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}
