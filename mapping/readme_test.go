package mapping

import (
	"os"
	"strings"
	"testing"
)

// TestReadme: the README's tables have every key of the language.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, line)
		}
	}
	table := strings.Join(rows, "")
	var check func(prefix string, keys []key)
	check = func(prefix string, keys []key) {
		for _, k := range keys {
			if k.is == groupOf && prefix != "of a source" || k.name == "events" || k.name == "tests" {
				check(strings.TrimPrefix(prefix+"."+k.name, "."), k.group)
				continue
			}
			name := strings.TrimPrefix(prefix+"."+k.name, ".")
			if prefix == "of a source" {
				name = k.name
			}
			if !strings.Contains(table, "`"+name+"`") {
				t.Errorf("the README has no row for %s: %s", name, k.meaning)
			}
		}
	}
	check("", fileKeys)
	check("of a source", valueKeys)
	check("of a source", wildKeys)
}
