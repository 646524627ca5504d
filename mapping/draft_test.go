package mapping

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// awkward are texts that a naive writer of YAML gets wrong.
var awkward = []string{"no", "null", "Null", "~", "12", "1e3", "0x1F", "a: b", "a #b", `say "hi"`, "it's", "🛒 cart", "  led", "trail ",
	"a.b", "items[]", "items[].sku", "[x]", "{x}", "a,b", "- a", "?", "*", "&a", "!a", "%d", "@a", "`a`", "|", ">", "=", "<<", "yes", "true",
	"2024-01-01", "12:30:00", "größe", "a\nb", "tab\there", "\\", "ends:", "#", "", ".", "...", "---", "\u0085", "\u2028", "\ufeff", "東京", "$City", "\x01", "\U000F0000"}

func checkYAML(t interface{ Errorf(string, ...any) }, text string) {
	src := fmt.Sprintf("%s: %s\nflow: {k: %s, l: %s}\n", yamlKey("x"+text), yamlKey(text), yamlText(text), yamlList([]string{text, text}))
	root := parseYAML([]byte(src), func(line, column int, problem, hint string) {
		t.Errorf("%q is written as\n%sline %d: %s", text, src, line, problem)
	})
	if root == nil || len(root.entries) != 2 {
		t.Errorf("%q is written as\n%s", text, src)
		return
	}
	flow := root.get("flow")
	got := []string{root.entries[0].value.text, flow.get("k").text, flow.get("l").items[0].text, flow.get("l").items[1].text}
	for i, g := range got {
		if g != text {
			t.Errorf("place %d: %q came back as %q from\n%s", i, text, g, src)
		}
	}
	if key := root.entries[0].key; key != strings.TrimSpace("x"+text) {
		t.Errorf("key %q came back as %q from\n%s", "x"+text, key, src)
	}
}

func TestYAMLOfAwkwardTexts(t *testing.T) {
	for _, text := range awkward {
		checkYAML(t, text)
	}
}

func TestYAMLOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkYAML(t, rapid.String().Draw(t, "text")) })
}
