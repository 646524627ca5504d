package mapping

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// plainYAML are the texts that need no quotes anywhere in a YAML file, unless
// they are one of YAML's words.
var plainYAML = regexp.MustCompile(`^[\p{Latin}_$]([\p{Latin}0-9_$ ./()-]*[\p{Latin}0-9_$)])?$`)

// plainPath are the paths and references that need none outside of {…}.
var plainPath = regexp.MustCompile(`^[\p{Latin}_$]([\p{Latin}0-9_$ ./()-]|\[\]\.)*[\p{Latin}0-9_$)]$`)

// yamlWord reports whether a text means something else than itself to some YAML
// reader.
func yamlWord(text string) bool {
	switch strings.ToLower(text) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf":
		return true
	}
	return false
}

// yamlText writes a text as a YAML value that stands anywhere.
func yamlText(text string) string {
	if plainYAML.MatchString(text) && !yamlWord(text) {
		return text
	}
	return yamlQuote(text)
}

// yamlKey writes a key of a block, or a value that stands alone behind its key.
func yamlKey(text string) string {
	if plainPath.MatchString(text) && !yamlWord(text) {
		return text
	}
	return yamlText(text)
}

// yamlQuote writes a text in quotes: double ones, or single ones where that
// spares backslashes.
func yamlQuote(text string) string {
	if strings.ContainsAny(text, `"\`) && !strings.ContainsFunc(text, func(r rune) bool { return r == '\'' || !unicode.IsPrint(r) }) {
		return "'" + text + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// yamlList writes a list on one line.
func yamlList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = yamlText(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// yamlGroup writes keys with their YAML values, in turn, on one line.
func yamlGroup(pairs ...string) string {
	var members []string
	for i := 0; i < len(pairs); i += 2 {
		members = append(members, pairs[i]+": "+pairs[i+1])
	}
	return "{" + strings.Join(members, ", ") + "}"
}
