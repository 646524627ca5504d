package readers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

func TestNDJSON(t *testing.T) {
	tests := []struct {
		name, text string
		o          Options
		rows       []string
		bad        []string
	}{
		{"kinds", `{"t":"a\"\u00e9\n","n":1.50e3,"b":true,"f":false,"z":null,"o":{ "x" : [1, 2.0] , "s":" \" "},"l":[ ]}`, Options{},
			[]string{`{"t":"a\"é\n","n":1.50e3,"b":true,"f":false,"z":null,"o":{"x":[1,2.0],"s":" \" "},"l":[]}`}, nil},
		{"big number", `{"id":9007199254740993123}`, Options{}, []string{`{"id":9007199254740993123}`}, nil},
		{"late key", "{\"a\":1}\n{\"b\":2,\"a\":3}", Options{}, []string{`{"a":1}`, `{"a":3,"b":2}`}, nil},
		{"crlf and blanks", "\r\n{\"a\":1}\r\n \t\n{\"a\":2}\r\n", Options{}, []string{`{"a":1}`, `{"a":2}`}, nil},
		{"mark", "\xef\xbb\xbf{\"a\":1}", Options{}, []string{`{"a":1}`}, nil},
		{"escaped key", `{"\u0061":1}`, Options{Columns: []string{"a"}}, []string{`{"a":1}`}, nil},
		{"wanted", `{"x":[1],"b1":1,"y":{"b":2},"b2":2}`, Options{Columns: []string{"b*"}}, []string{`{"b1":1,"b2":2}`}, nil},
		{"none wanted", `{"x":1}`, Options{Columns: []string{}}, []string{`{}`}, nil},
		{"empty object", `{}`, Options{}, []string{`{}`}, nil},
		{"duplicate key", "{\"a\":1,\"a\":2}\n{\"a\":3}", Options{}, []string{`{"a":3}`}, []string{`1:1 has the key "a" twice in one object, again at column 8`}},
		{"nested duplicate", `{"u":{"k":1,"k":2}}`, Options{Columns: []string{"a"}}, nil, []string{`1:1 has the key "k" twice in one object, again at column 13`}},
		{"not utf-8", "{\"a\":\"é\xe9\"}", Options{}, nil, []string{"1:1 has invalid utf-8, first at column 8"}},
		{"latin1", "{\"a\":\"\xe9\"}", Options{Encoding: "latin1"}, []string{`{"a":"é"}`}, nil},
		{"lone surrogate", `{"a":"\ud800"}`, Options{}, nil, []string{"1:1 is not valid json at column 7"}},
		{"bad number", `{"a":01}`, Options{}, nil, []string{"1:1 is not valid json at column 7"}},
		{"trailing", `{"a":1} x`, Options{}, nil, []string{"1:1 has more behind the object, at column 9"}},
		{"two objects", `{"a":1}{"a":2} {"a":3}` + "\n" + `{"a":4}`, Options{}, []string{`{"a":1}`, `{"a":2}`, `{"a":3}`, `{"a":4}`}, nil},
		{"two objects and more", `{"a":1}{"a":2} x`, Options{}, []string{`{"a":1}`}, []string{"2:1 has more behind the object, at column 16"}},
		{"cut", "{\"a\":\n{\"a\":1}", Options{}, []string{`{"a":1}`}, []string{"1:1 ends in the middle of the object"}},
		{"bare key", `{a:1}`, Options{}, nil, []string{"1:1 is not valid json at column 2"}},
		{"number key", `{1:1}`, Options{}, nil, []string{"1:1 is not valid json at column 2"}},
		{"trailing comma", `{"a":1,}`, Options{}, nil, []string{"1:1 is not valid json at column 7"}},
		{"not objects", "[1]\n\"x\"\n1\ntrue\nnull", Options{Format: NDJSON}, nil, []string{
			"1:1 holds a list, not an object", "2:2 holds a string, not an object", "3:3 holds a number, not an object",
			"4:4 holds a boolean, not an object", "5:5 holds null, not an object"}},
		{"deep", `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, Options{}, nil, []string{"1:1 is nested more than 100 levels deep"}},
		{"very deep", `{"a":` + strings.Repeat("[", 20000), Options{}, nil, []string{"1:1 is nested more than 100 levels deep"}},
		{"deep enough", `{"a":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, Options{}, []string{
			`{"a":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`}, nil},
		{"long line", `{"a":"` + strings.Repeat("x", 3<<20) + "\"}\n{\"a\":1}", Options{}, []string{`{"a":1}`}, []string{"1:1 is longer than 1 MiB"}},
		{"bad keys are no columns", "{\"x\":1,\n{\"a\":1}", Options{}, []string{`{"a":1}`}, []string{"1:1 ends in the middle of the object"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Format = NDJSON
			_, chunks := readText(t, tt.text, tt.o)
			same(t, "rows", rowsOf(chunks), tt.rows)
			same(t, "bad rows", marks(badOf(chunks)), tt.bad)
		})
	}
}

func TestNDJSONReasons(t *testing.T) {
	for _, line := range []string{`{a:1}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":tru}`, `{"a":"\x"}`, `{"a":"\ud800\u0041"}`, `{"a":"	"}`, `{"a":-}`, `}`, `{"a":1]`, `x`} {
		_, chunks := readText(t, line, Options{Format: NDJSON})
		bad := badOf(chunks)
		if len(bad) != 1 || strings.Contains(bad[0].Reason, "jsontext") {
			t.Errorf("%s: %v", line, bad)
			continue
		}
		t.Logf("%s: line 1 %s", line, bad[0].Reason)
	}
}

func TestNDJSONColumns(t *testing.T) {
	r, err := Open(context.Background(), "-", Options{ChunkRows: 1, Columns: []string{"a", "b"}, Stdin: strings.NewReader("{\"a\":1,\"x\":2}\n{\"b\":3}\n")})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]Column{{{"a", AnyColumn}}, {{"a", AnyColumn}, {"b", AnyColumn}}} {
		c, err := r.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		columns, final := r.Columns()
		same(t, "columns", columns, want)
		same(t, "columns of the chunk", c.Columns, want)
		if final || c.Position(0) != (Position{Row: int64(i + 1), Line: int64(i + 1)}) {
			t.Errorf("chunk %d: final %v, position %v", i, final, c.Position(0))
		}
	}
	if _, err := r.Next(context.Background()); err != io.EOF {
		t.Fatal(err)
	}
	if _, final := r.Columns(); !final {
		t.Error("the columns are not final at the end")
	}
	same(t, "names", r.Names(), []string{"a", "x", "b"})
}

func TestNDJSONManyKeys(t *testing.T) {
	var text strings.Builder
	for i := range keysMost + 50 {
		fmt.Fprintf(&text, "{\"k%d\":1,\"a\":%d}\n", i, i)
	}
	r, chunks := readText(t, text.String(), Options{Columns: []string{"a"}})
	if rows := rowsOf(chunks); len(rows) != keysMost+50 || rows[len(rows)-1] != fmt.Sprintf(`{"a":%d}`, keysMost+49) {
		t.Errorf("%d rows", len(rows))
	}
	if n := len(r.Names()); n > keysMost {
		t.Errorf("%d names", n)
	}
	_, chunks = readText(t, text.String(), Options{})
	if n := len(badOf(chunks)); n != keysMost+50-(columnsMost-1) {
		t.Errorf("%d bad rows", n)
	}
}

// TestSameTable reads one table as CSV and as NDJSON.
func TestSameTable(t *testing.T) {
	const asCSV = "id,zip,note\n9007199254740993,00123,😀\n\"-1\",,\"say \"\"hi\"\"\"\n2,\"\",\"two\nlines\"\n"
	const asNDJSON = `{"id":9007199254740993,"zip":"00123","note":"\ud83d\ude00"}
{"id":-1,"zip":null,"note":"say \"hi\""}
{"id":"2","zip":"","note":"two\nlines"}
`
	_, left := readText(t, asCSV, Options{})
	_, right := readText(t, asNDJSON, Options{})
	for row := range 3 {
		for column := range 3 {
			a, b := left[0].Value(row, column), right[0].Value(row, column)
			if a.Text != b.Text || a.Kind != Text {
				t.Errorf("row %d, column %d: %v and %v", row, column, a, b)
			}
		}
	}
	if a, b, c := left[0].Value(1, 1).Kind, right[0].Value(1, 1).Kind, right[0].Value(2, 1).Kind; a != Text || b != Null || c != Text {
		t.Errorf("the empty ones are %v, %v, %v", a, b, c)
	}
	if k := right[0].Value(0, 0).Kind; k != Number {
		t.Errorf("the id is %v", k)
	}
}

func FuzzNDJSON(f *testing.F) {
	for _, s := range []string{`{"a":1}`, "{\"a\":[1, {\"b\":\"\\u00e9\"}]}\n{\"\\u0062\":null}\r\n", `{"a":"\ud800"}`, "[", "{\"a\":\x00",
		`{"a":1}{"a":2} {"b":3}x`, "[{\"a\":1},\n{\"b\":[2]}]", "{\n\"a\":1\n}\n{\"a\":\n2}", `{"k":{"a":1,"b":{"a":2},"a":3}}`, `{"n":[-0.5e+10,0,1E2,01]}`, "[\n{\"a\":\n{\"b\":2}\n{\"c\":3}]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Open(context.Background(), "-", Options{Format: NDJSON, ChunkRows: 2, Stdin: strings.NewReader(s)})
		if err != nil {
			return
		}
		got := inTurn(r)
		if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") || tooDeep([]byte("["+s)) {
			return
		}
		text := strings.TrimPrefix(s, "\ufeff")
		if onLines([]byte(text)) {
			rows, bad := jsontextLines(text)
			if len(got.rows) != rows || len(got.bad) != bad || got.err != nil {
				t.Errorf("%q: %d rows and %d bad, want %d and %d; %v", s, len(got.rows), len(got.bad), rows, bad, got.err)
			}
			return
		}
		if rows, valid := jsontextAll(text); valid && (len(got.rows) != rows || len(got.bad) > 0 || got.err != nil) {
			t.Errorf("%q: %d rows, want %d; bad %v, error %v", s, len(got.rows), rows, got.bad, got.err)
		}
	})
}

// jsontextLines counts the objects that jsontext finds on lines, and the bad
// records: what a line ends with that is none.
func jsontextLines(text string) (rows, bad int) {
	for line := range strings.SplitSeq(text, "\n") {
		for rest := strings.Trim(line, " \t\r"); rest != ""; {
			d := jsontext.NewDecoder(strings.NewReader(rest))
			value, err := d.ReadValue()
			behind := strings.TrimLeft(rest[d.InputOffset():], " \t\r")
			if err != nil || value.Kind() != '{' || behind != "" && behind[0] != '{' {
				bad++
				break
			}
			rows++
			rest = behind
		}
	}
	return rows, bad
}

// jsontextAll counts the objects of a text that is one list of objects, or
// nothing but objects.
func jsontextAll(text string) (rows int, valid bool) {
	d := jsontext.NewDecoder(strings.NewReader(text))
	if d.PeekKind() == '[' {
		d.ReadToken()
	}
	for {
		switch d.PeekKind() {
		case '{':
			if _, err := d.ReadValue(); err != nil {
				return rows, false
			}
			rows++
		case ']':
			d.ReadToken()
			return rows, strings.Trim(text[d.InputOffset():], " \t\r\n") == ""
		default:
			_, err := d.ReadToken()
			return rows, err == io.EOF && !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "[")
		}
	}
}

// FuzzJSONScanner holds that what the scanner takes, jsontext takes too, and finds
// the same members in it.
func FuzzJSONScanner(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":{"c":[true,false,null,"x"]}}`, `{"a":"\ud83d\ude00"}`, `{"a":"\ud83d"}`, `{"a":1,"\u0061":2}`, `{"a":{"b":1,"b":2}}`, `{"a":-0.1e-5}`, `{"a":1.}`, "{\"a\":\"\x01\"}", `{"a":tru}`, `{"a":{"b":1 , "c" : 2}}x`, "{\"abcdefghijk\":\"01234567\x1f\"}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || !strings.HasPrefix(s, "{") {
			return
		}
		p := newObjectParser(s, newSelection(nil), "", nil)
		p.scan.text = s
		end := p.scan.object(0)
		d := jsontext.NewDecoder(strings.NewReader(s))
		value, err := d.ReadValue()
		if end < 0 {
			return // jsontext has the last word
		}
		if err != nil || len(value) != end {
			t.Fatalf("%q: the scanner ends at %d, jsontext at %d with %v", s, end, len(value), err)
		}
		var members map[string]jsontext.Value
		if err := json.Unmarshal(value, &members); err != nil {
			t.Fatal(err)
		}
		delete(members, "") // no column can be called that
		if len(members) != len(p.scan.found) {
			t.Fatalf("%q: found %d of %d members", s, len(p.scan.found), len(members))
		}
		for _, x := range p.scan.found {
			if got := s[x.from:x.to]; got != string(members[x.want.column]) {
				t.Errorf("%q: %q is %q, want %q", s, x.want.column, got, members[x.want.column])
			}
		}
	})
}
