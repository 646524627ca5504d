package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImportDirections states which packages of ours each package may import. It
// is policy: change the design before changing this table.
func TestImportDirections(t *testing.T) {
	allowed := map[string][]string{
		"mpimport/readers":             {},
		"mpimport/readers/objectstore": {"mpimport/readers"},
		"mpimport/mparticle":           {},
		"mpimport/mparticle/sandbox":   {"mpimport/mparticle"},
		"mpimport/mapping":             {"mpimport/mparticle", "mpimport/readers"},
		"mpimport/pipeline":            {"mpimport/mapping", "mpimport/mparticle", "mpimport/readers"},
		"mpimport/cmd/mktestdata":      {},
		"mpimport/cmd/mpimport":        {"mpimport/mapping", "mpimport/mparticle", "mpimport/mparticle/sandbox", "mpimport/pipeline", "mpimport/readers", "mpimport/readers/objectstore"},
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "mpimport/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		mine, known := allowed[fields[0]]
		if !known {
			t.Errorf("package %s is not in the table", fields[0])
		}
		for _, imported := range fields[1:] {
			if strings.HasPrefix(imported, "mpimport/") && !slices.Contains(mine, imported) {
				t.Errorf("%s imports %s", fields[0], imported)
			}
			external := strings.Contains(strings.Split(imported, "/")[0], ".") && !strings.HasPrefix(imported, "golang.org/x/")
			if strings.HasPrefix(fields[0], "mpimport/mparticle") && external {
				t.Errorf("%s imports %s: it stands on the standard library and golang.org/x", fields[0], imported)
			}
		}
	}
}

// TestReadersAlone holds that who reads local files links no object store.
func TestReadersAlone(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "mpimport/readers").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "gocloud.dev") || strings.HasPrefix(line, "github.com/aws") {
			t.Errorf("readers links %s", line)
		}
	}
}
