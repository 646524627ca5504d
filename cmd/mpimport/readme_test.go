package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadmeMapping: the mapping that the README shows is right, and passes its
// own tests.
func TestReadmeMapping(t *testing.T) {
	text, err := os.ReadFile(project + "README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	src, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the README shows no mapping")
	}
	path := filepath.Join(t.TempDir(), "m.yaml")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, t.TempDir(), "check", "-m", path); !strings.Contains(out, "1 test passed") {
		t.Errorf("%s", out)
	}
}
