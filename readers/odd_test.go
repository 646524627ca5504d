package readers

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// oddOptions are those that some of the odd files need.
var oddOptions = map[string]Options{
	"preamble.csv":    {SkipLines: 1, Comment: "#"},
	"ragged.csv":      {Ragged: "pad"},
	"backslash.csv":   {Escape: "backslash"},
	"latin1.csv":      {Encoding: "latin1"},
	"no-header.csv":   {Names: []string{"id", "name"}},
	"late.ndjson":     {Columns: []string{"id", "late.x.y", "late.x"}},
	"same-names.csv":  {Columns: []string{"name"}},
	"blank-names.csv": {},
}

// TestOdd reads the files of testdata/odd, which are as people have them, and
// compares with what they are known to hold: testdata/odd.golden, written by
// -update and checked by hand.
func TestOdd(t *testing.T) {
	files, err := os.ReadDir("testdata/odd")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, f := range files {
		sources, err := Expand(t.Context(), []string{filepath.Join("testdata/odd", f.Name())}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sources {
			fmt.Fprintf(&got, "# %s\n", strings.TrimPrefix(filepath.ToSlash(s.Name), "testdata/odd/"))
			oddFile(t, &got, s.Name, oddOptions[f.Name()])
		}
	}
	const golden = "testdata/odd.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func oddFile(t *testing.T, out *strings.Builder, source string, o Options) {
	r, err := Open(t.Context(), source, o)
	if err != nil {
		fmt.Fprintf(out, "error: %v\n", err)
		return
	}
	defer r.Close()
	all := inTurn(r)
	if d := GuessedDelimiter(r); d != "" && d != "," {
		fmt.Fprintf(out, "delimiter: %q\n", d)
	}
	for i, row := range all.rows[:min(len(all.rows), 5)] {
		if !json.Valid([]byte(row)) {
			t.Errorf("%s: %s is not valid json", source, row)
		}
		fmt.Fprintf(out, "%d:%d %s\n", all.positions[i].Row, all.positions[i].Line, row)
	}
	if n := len(all.rows); n > 5 {
		fmt.Fprintln(out, "…")
	}
	for _, bad := range all.bad {
		fmt.Fprintf(out, "bad %s\n", bad)
	}
	if all.err != nil {
		fmt.Fprintf(out, "error: %v\n", all.err)
	}
}
