package readers

// wantedColumn reports whether name is among wanted: names, or globs with * and
// ?; nil wants every column.
func wantedColumn(wanted []string, name string) bool {
	if wanted == nil {
		return true
	}
	for _, pattern := range wanted {
		if pattern == name || globMatches([]rune(pattern), []rune(name)) {
			return true
		}
	}
	return false
}

func globMatches(pattern, name []rune) bool {
	star, mark := -1, 0 // where to go on if the last * has to take one more
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
