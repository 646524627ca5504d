package readers

import "strings"

// selection says which columns are decoded.
type selection struct {
	all     bool
	names   map[string]bool
	ordered []string
	leads   map[string]bool // what stands before the dots of names
	lists   map[string]bool // what stands before [] in names
	globs   []string
	not     map[string]bool // columns that the path of the source has
}

func newSelection(columns []string) selection {
	s := selection{all: columns == nil, names: map[string]bool{}, leads: map[string]bool{}, lists: map[string]bool{}, ordered: columns}
	for _, c := range columns {
		s.names[c] = true
		head, _, isList := strings.Cut(c, "[]")
		if isList {
			s.lists[head] = true
		}
		for i, b := range head {
			if b == '.' {
				s.leads[c[:i]] = true
			}
		}
		if strings.ContainsAny(c, "*?") {
			s.globs = append(s.globs, c)
		}
	}
	return s
}

// without is a selection that leaves out columns whatever they are wanted for.
func (s selection) without(columns map[string]bool) selection {
	s.not = columns
	return s
}

// whole reports whether the column of that name is decoded as it is: for its own
// sake, or as a list.
func (s selection) whole(name string) bool { return s.has(name) || s.lists[name] && !s.not[name] }

// reaches reports whether the column of that name is decoded, for its own sake or
// for what is within it.
func (s selection) reaches(name string) bool {
	return s.whole(name) || s.leads[name] && name != "" && !s.not[name]
}

// has reports whether the column of that name is decoded for its own sake. One
// without a name never is: nothing can refer to it.
func (s selection) has(name string) bool {
	if name == "" || s.not[name] {
		return false
	}
	if s.all || s.names[name] {
		return true
	}
	for _, glob := range s.globs {
		if MatchGlob(glob, name) {
			return true
		}
	}
	return false
}

// MatchGlob reports whether name matches a pattern of Options.Columns, where *
// stands for any characters and ? for one.
func MatchGlob(glob, name string) bool {
	g, n := []rune(glob), []rune(name)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(n) {
		switch {
		case i < len(g) && g[i] == '*':
			star, mark = i, j
			i++
		case i < len(g) && (g[i] == '?' || g[i] == n[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(g) && g[i] == '*' {
		i++
	}
	return i == len(g)
}
