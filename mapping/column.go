package mapping

import (
	"slices"
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

// isOptional reports whether the files need not have the column that a reference
// leads to.
func (s *Source) isOptional(ref string) bool {
	return slices.ContainsFunc(candidates(ref), func(name string) bool {
		return slices.ContainsFunc(s.Optional, func(pattern string) bool { return pattern == name || readers.MatchGlob(pattern, name) })
	})
}

// columnRef is a reference joined to the columns of a source: a column, the
// names that lead into it if it is nested, and the names that lead on within the
// elements of the list found there.
type columnRef struct {
	index  int // -1: the source has no such column
	path   []string
	list   bool
	inside []string
	behind *columnRef // where else it may be, in rows that have nothing here
}

// resolve joins a reference to columns; an exact name wins over dots.
func resolve(ref string, columns []readers.Column) columnRef {
	head, tail, isList := strings.Cut(ref, "[]")
	within := columnRef{index: -1, list: isList}
	if tail = strings.TrimPrefix(tail, "."); tail != "" {
		within.inside = strings.Split(tail, ".")
	}
	exact := columnRef{index: indexOf(ref, columns)}
	for _, name := range candidates(head) {
		if name == ref {
			continue
		}
		if i := indexOf(name, columns); i >= 0 {
			within.index = i
			if rest := strings.TrimPrefix(head[len(name):], "."); rest != "" {
				within.path = strings.Split(rest, ".")
			}
			break
		}
	}
	switch {
	case exact.index < 0:
		return within
	case within.index >= 0:
		exact.behind = &within
	}
	return exact
}

// each calls do with the columns that r reads.
func (r *columnRef) each(do func(index int)) {
	for ; r != nil; r = r.behind {
		if r.index >= 0 {
			do(r.index)
		}
	}
}

func indexOf(name string, columns []readers.Column) int {
	for i, c := range columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}
