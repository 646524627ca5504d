package mapping

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the tests get into their golden files")

// TestMistakes holds every message about wrong mappings: each file of
// testdata/mistakes has a mapping and what is said of it.
func TestMistakes(t *testing.T) {
	check := compileSchema(t)
	for _, path := range glob(t, "testdata/mistakes/*.txtar") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			src := archive.Files[0].Data
			_, err = Load("m.yaml", src, func(string) (string, bool) { return "", false })
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v, want problems", err)
			}
			if !slices.IsSortedFunc(problems, func(a, b Problem) int { return a.Line - b.Line }) {
				t.Error("the problems are not in the order of the lines")
			}
			got := err.Error() + "\n"
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(archive.Files[1].Data); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			if refused, must := check(src) != nil, bytes.Contains(archive.Comment, []byte("The schema refuses it too.")); refused != must {
				t.Errorf("the schema refuses it: %v, want %v", refused, must)
			}
		})
	}
}

// TestExamples: every mapping that comes with the project loads, and the schema
// takes it.
func TestExamples(t *testing.T) {
	check := compileSchema(t)
	for _, path := range glob(t, "../mappings/*.yaml") {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, src, nil); err != nil {
			t.Error(err)
		}
		if err := check(src); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if !bytes.HasPrefix(src, []byte("# yaml-language-server: $schema=mapping.schema.json\n")) {
			t.Errorf("%s does not name its schema in the first line", path)
		}
	}
}

// TestSchemaFile: the schema beside the examples is the program's.
func TestSchemaFile(t *testing.T) {
	const path = "../mappings/mapping.schema.json"
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what mpimport schema prints (%v); run go test ./mapping -update", path, err)
	}
}

// compileSchema returns a function that holds a mapping file against the schema.
// What is not YAML at all passes: there is nothing to hold.
func compileSchema(t *testing.T) func(src []byte) error {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("mapping.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("mapping.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(src []byte) error {
		var value any
		if yaml.Unmarshal(src, &value) != nil {
			return nil
		}
		return compiled.Validate(value)
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return files
}
