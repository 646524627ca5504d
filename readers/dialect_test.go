package readers

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestCSVDialects(t *testing.T) {
	tests := []struct {
		name, text string
		o          Options
		rows       []string
		bad        []string
	}{
		{"semicolon guessed", "a;b\n1,5;2\n", Options{}, []string{`{"a":"1,5","b":"2"}`}, nil},
		{"bar guessed, commas inside quotes", "a|b\n\"x,y,z\"|2\n", Options{}, []string{`{"a":"x,y,z","b":"2"}`}, nil},
		{"the more regular one", "a;b,c\n1;2,5,6\n3;4,x\n", Options{}, []string{`{"a":"1","b,c":"2,5,6"}`, `{"a":"3","b,c":"4,x"}`}, nil},
		{"one column", "a\n1;2\n", Options{}, []string{`{"a":"1;2"}`}, nil},
		{"comma said", "a;b\n1;2\n", Options{Delimiter: ","}, []string{`{"a;b":"1;2"}`}, nil},
		{"no quotes", "a,b\n\"x,y\"\n5\" pipe,2\n", Options{Unquoted: true}, []string{`{"a":"\"x","b":"y\""}`, `{"a":"5\" pipe","b":"2"}`}, nil},
		{"backslash outside quotes", "a,b\nx\\,y,2\n", Options{Escape: "backslash"}, []string{`{"a":"x,y","b":"2"}`}, nil},
		{"backslash before others", "a,b\n\\N,\"\\n\"\n", Options{Escape: "backslash"}, []string{`{"a":"\\N","b":"\\n"}`}, nil},
		{"backslash over lines", "a,b\n\"x\\\"\ny\",2\n", Options{Escape: "backslash"}, []string{`{"a":"x\"\ny","b":"2"}`}, nil},
		{"comments", "#x\na,b\n# y, \"\n1,2\n3,#\n", Options{Comment: "#"}, []string{`{"a":"1","b":"2"}`, `{"a":"3","b":"#"}`}, nil},
		{"comment in quotes", "a\n\"x\n#y\"\n", Options{Comment: "#"}, []string{`{"a":"x\n#y"}`}, nil},
		{"skipped lines", "\"\nx\r\na\n1\n", Options{SkipLines: 2}, []string{`{"a":"1"}`}, nil},
		{"more skipped than there is", "x\n", Options{SkipLines: 5}, nil, nil},
		{"skipped before names", "x\n1\n", Options{SkipLines: 1, Names: []string{"a"}}, []string{`{"a":"1"}`}, nil},
		{"padded", "a,b\n1\n1,2,,\n1,2,3\n", Options{Ragged: "pad"}, []string{`{"a":"1"}`, `{"a":"1","b":"2"}`}, []string{"3:4 has 3 fields, the header has 2"}},
		{"padded behind quotes", "a,b\n1,\"2\",\"\"\n", Options{Ragged: "pad"}, []string{`{"a":"1","b":"2"}`}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Format = CSV
			_, chunks := readText(t, tt.text, tt.o)
			same(t, "rows", rowsOf(chunks), tt.rows)
			same(t, "bad rows", marks(badOf(chunks)), tt.bad)
		})
	}
}

func TestGuessedDelimiter(t *testing.T) {
	for text, want := range map[string]string{"a;b\n": ";", "a\tb\n1\t2\n": "\t", "a,b\n": ",", "a\n": ","} {
		r, _ := readText(t, text, Options{Format: CSV})
		if got := GuessedDelimiter(r); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	r, _ := readText(t, "a;b\n", Options{Format: CSV, Delimiter: ";"})
	if got := GuessedDelimiter(r); got != "" {
		t.Errorf("a delimiter that was said is %q", got)
	}
}

func TestOptionsCheck(t *testing.T) {
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"quote", Options{Quote: "''"}, `the quote "''" cannot be used`},
		{"comment", Options{Comment: "é"}, "source.comment is one ascii character"},
		{"same", Options{Delimiter: "#", Comment: "#"}, "source.comment is the same as source.delimiter"},
		{"escape", Options{Escape: "^"}, "it is doubled or backslash"},
		{"ragged", Options{Ragged: "cut"}, "it is reject or pad"},
		{"tab and backslash", Options{Format: TSV, Escape: "backslash"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.o.Check()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestNestedKeys reads what names lead to within objects.
func TestNestedKeys(t *testing.T) {
	tests := []struct {
		name, text string
		columns    []string
		rows       []string
	}{
		{"below an object", `{"p":{"x":{"y":1},"z":2}}`, []string{"p.x.y"}, []string{`{"p.x.y":1}`}},
		{"an object below", `{"p":{"x":{"y" : [1, 2]}}}`, []string{"p.x"}, []string{`{"p.x":{"y":[1,2]}}`}},
		{"both", `{"p":{"x":1}}`, []string{"p", "p.x"}, []string{`{"p":{"x":1},"p.x":1}`}},
		{"exact name first", `{"p":{"x":1},"p.x":2}`, []string{"p.x"}, []string{`{"p.x":2}`}},
		{"exact name first, whatever the order", `{"p.x":2,"p":{"x":1}}`, []string{"p.x"}, []string{`{"p.x":2}`}},
		{"the longer key first", `{"p":{"x":{"y":1}},"p.x":{"y":2}}`, []string{"p.x.y"}, []string{`{"p.x.y":2}`}},
		{"row by row", "{\"p\":{\"x\":1}}\n{\"p.x\":2}\n{\"p\":{\"x\":null}}\n{\"p\":3}\n{\"p\":[{\"x\":1}]}", []string{"p.x"}, []string{`{"p.x":1}`, `{"p.x":2}`, `{"p.x":null}`, `{}`, `{}`}},
		{"escaped", `{"\u0070":{"\u0078":"\n"}}`, []string{"p.x"}, []string{`{"p.x":"\n"}`}},
		{"not wanted", `{"p":{"y":1}}`, []string{"p.x"}, []string{`{}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, chunks := readText(t, tt.text, Options{Format: NDJSON, Columns: tt.columns})
			same(t, "rows", rowsOf(chunks), tt.rows)
			same(t, "bad rows", marks(badOf(chunks)), nil)
		})
	}
	r, _ := readText(t, `{"p":{"y":1}}`, Options{Format: NDJSON, Columns: []string{"p.x", "q.z"}})
	columns, _ := r.Columns()
	same(t, "columns", columns, []Column{{Name: "p"}, {Name: "p.x"}}) // p could be a text; q was not seen
}

func TestPartitions(t *testing.T) {
	tests := []struct {
		source string
		want   []folder
	}{
		{"dt=2024-01-01/x.csv", []folder{{"dt", Value{Kind: Text, Text: "2024-01-01"}}}},
		{"s3://bucket/a=1/b=x%20y/x=1.csv?region=eu", []folder{{"a", Value{Kind: Text, Text: "1"}}, {"b", Value{Kind: Text, Text: "x y"}}}},
		{"a=1/a=2/x.zip/b=3/y.csv", []folder{{"a", Value{Kind: Text, Text: "2"}}, {"b", Value{Kind: Text, Text: "3"}}}},
		{"a=__HIVE_DEFAULT_PARTITION__/b=/x", []folder{{"a", Value{Kind: Null}}, {"b", Value{Kind: Text}}}},
		{"=1/a/100%=2/x", []folder{{"100%", Value{Kind: Text, Text: "2"}}}},
		{"-", nil},
	}
	for _, tt := range tests {
		same(t, tt.source, foldersOf(tt.source), tt.want)
	}
}

// TestStreamedObjects reads objects that do not stand on lines, broken ones too.
func TestStreamedObjects(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	tests := []struct {
		name, text string
		rows, bad  []string
	}{
		{"empty list", "[]", nil, nil},
		{"list with others", "[{\"a\":1}, 2, {\"a\":3},\n\"x\"]", []string{`{"a":1}`, `{"a":3}`}, []string{"2:1 holds a number, not an object", "4:2 holds a string, not an object"}},
		{"a brace forgotten", "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 1\n  \n}\n{\n  \"a\": 2\n}\n", []string{`{"a":2}`}, []string{"1:1 ends in the middle of the object"}},
		{"a quote forgotten", "{\n \"a\":\"1\n}\n{\n \"a\":2\n}", []string{`{"a":2}`}, []string{"1:1 ends in the middle of the object"}},
		{"a long one in a line", `[{"a":1},{"b":"` + long + `"},{"a":3}]`, []string{`{"a":1}`, `{"a":3}`}, []string{"2:1 is longer than 1 MiB"}},
		{"a long list on one line", "[" + strings.Repeat(`{"a":1},`, 300_000) + `{"a":2}]`, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, chunks := readText(t, tt.text, Options{Format: NDJSON})
			rows := rowsOf(chunks)
			if tt.name == "a long list on one line" {
				if len(rows) != 300_001 || rows[300_000] != `{"a":2}` {
					t.Errorf("%d rows", len(rows))
				}
				return
			}
			same(t, "rows", rows, tt.rows)
			same(t, "bad rows", marks(badOf(chunks)), tt.bad)
		})
	}
}

// TestFolderOrFile holds whose column counts where the path and the source have
// one of the same name.
func TestFolderOrFile(t *testing.T) {
	for file, want := range map[string]string{"x.csv": `{"day":"file"}`, "x.ndjson": `{"day":"path"}`} {
		text := map[string]string{"x.csv": "day\nfile\n", "x.ndjson": `{"day":"file"}`}[file]
		r, err := Open(t.Context(), write(t, filepath.Join(t.TempDir(), "day=path", file), text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, file, inTurn(r).rows, []string{want})
		r.Close()
	}
}
