package readers

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// marks writes bad rows as "row:line reason", the reason cut at a colon.
func marks(bad []BadRow) []string {
	var out []string
	for _, b := range bad {
		reason, _, _ := strings.Cut(b.Reason, ":")
		out = append(out, fmt.Sprintf("%d:%d %s", b.Position.Row, b.Position.Line, reason))
	}
	return out
}

// places writes the positions of readable rows as "row:line".
func places(chunks []*Chunk) []string {
	var out []string
	for _, c := range chunks {
		for i := range c.Len() {
			out = append(out, fmt.Sprintf("%d:%d", c.Position(i).Row, c.Position(i).Line))
		}
	}
	return out
}

func TestCSV(t *testing.T) {
	tests := []struct {
		name, text string
		o          Options
		rows       []string
		places     []string
		bad        []string
	}{
		{"plain", "a,b\n1,2\n3,4", Options{}, []string{`{"a":"1","b":"2"}`, `{"a":"3","b":"4"}`}, []string{"1:2", "2:3"}, nil},
		{"crlf", "a,b\r\n1,2\r\n", Options{}, []string{`{"a":"1","b":"2"}`}, []string{"1:2"}, nil},
		{"lone cr", "a,b\r1,2\r3,4\r", Options{}, []string{`{"a":"1","b":"2"}`, `{"a":"3","b":"4"}`}, []string{"1:2", "2:3"}, nil},
		{"mixed ends", "a\r\n1\r2\n3", Options{}, []string{`{"a":"1"}`, `{"a":"2"}`, `{"a":"3"}`}, []string{"1:2", "2:3", "3:4"}, nil},
		{"blank lines", "\n\na\n\r\n1\n\n\n2\n", Options{}, []string{`{"a":"1"}`, `{"a":"2"}`}, []string{"1:5", "2:8"}, nil},
		{"newline in quotes", "a,b\n\"x\r\ny\nz\",2\n3,4\n", Options{}, []string{`{"a":"x\r\ny\nz","b":"2"}`, `{"a":"3","b":"4"}`}, []string{"1:2", "2:5"}, nil},
		{"doubled quotes", "a,b\n\"\"\"x\"\"\",\"\"\n", Options{}, []string{`{"a":"\"x\"","b":""}`}, []string{"1:2"}, nil},
		{"empty field", "a,b\n,\n", Options{}, []string{`{"a":"","b":""}`}, []string{"1:2"}, nil},
		{"quoted empty line", "a\n\"\"\n", Options{}, []string{`{"a":""}`}, []string{"1:2"}, nil},
		{"mark", "\xef\xbb\xbfa\n1\n", Options{}, []string{`{"a":"1"}`}, []string{"1:2"}, nil},
		{"quoted header", "\"a,1\",\"b\"\n1,2\n", Options{}, []string{`{"a,1":"1","b":"2"}`}, []string{"1:2"}, nil},
		{"names", "1,2\n", Options{Names: []string{"x", "y"}}, []string{`{"x":"1","y":"2"}`}, []string{"1:1"}, nil},
		{"wanted", "a,b1,c,b2\n1,2,3,4\n", Options{Columns: []string{"b*", "zz"}}, []string{`{"b1":"2","b2":"4"}`}, []string{"1:2"}, nil},
		{"one character glob", "a,b1,b12\n1,2,3\n", Options{Columns: []string{"b?"}}, []string{`{"b1":"2"}`}, []string{"1:2"}, nil},
		{"none wanted", "a,b\n1,2\n1\n", Options{Columns: []string{}}, []string{`{}`}, []string{"1:2"}, []string{"2:3 has 1 field, the header has 2"}},
		{"same unwanted", "a,b,b\n1,2,3\n", Options{Columns: []string{"a"}}, []string{`{"a":"1"}`}, []string{"1:2"}, nil},
		{"nameless", "a,,\n1,2,3\n", Options{}, []string{`{"a":"1"}`}, []string{"1:2"}, nil},
		{"open quote, then a quoted line", "a,b\n1,\"oops\n2,\"fine\"\n3,x\n", Options{}, []string{`{"a":"2","b":"fine"}`, `{"a":"3","b":"x"}`}, []string{"2:3", "3:4"}, []string{"1:2 opens a quote that is not closed before the next one opens"}},
		{"open quote, then a line that begins quoted", "a,b\n1,\"oops\n\"2\",\"fine\"\n", Options{}, []string{`{"a":"2","b":"fine"}`}, []string{"2:3"}, []string{"1:2 opens a quote that is not closed before the next one opens"}},
		{"quote inside a field of two lines", "a,b\n1,\"one\ntwo \"x\" y\"\n3,4\n", Options{}, []string{`{"a":"3","b":"4"}`}, []string{"2:4"}, []string{"1:2 has text after a closing quote"}},
		{"not windows-1252", "a\nx\x81y\n\x80\n", Options{Encoding: "windows-1252"}, []string{`{"a":"€"}`}, []string{"2:3"}, []string{"1:2 has a character that windows-1252 does not have"}},
		{"latin1", "a\ncaf\xe9\n", Options{Encoding: "latin1"}, []string{`{"a":"café"}`}, []string{"1:2"}, nil},
		{"windows-1252", "a\n\x80\n", Options{Encoding: "windows-1252"}, []string{`{"a":"€"}`}, []string{"1:2"}, nil},
		{"utf-16 mark", "\xfe\xff\x00a\x00\n\x20\xac\x00\n", Options{}, []string{`{"a":"€"}`}, []string{"1:2"}, nil},
		{"utf-16 little", "a\x00\n\x00\xac\x20", Options{Encoding: "utf-16"}, []string{`{"a":"€"}`}, []string{"1:2"}, nil},
		{"utf-16 big", "\x00a\x00\n\x20\xac", Options{Encoding: "utf-16"}, []string{`{"a":"€"}`}, []string{"1:2"}, nil},
		{"utf-16 broken", "\xff\xfea\x00\n\x00\x00\xd8\n\x00b\x00", Options{}, []string{`{"a":"b"}`}, []string{"2:3"}, []string{"1:2 has a character that is not valid utf-16"}},
		{"field count", "a,b\n1,2,3\n1\n1,2\n", Options{}, []string{`{"a":"1","b":"2"}`}, []string{"3:4"},
			[]string{"1:2 has 3 fields, the header has 2", "2:3 has 1 field, the header has 2"}},
		{"field count of names", "1\n", Options{Names: []string{"a", "b"}}, nil, nil, []string{"1:1 has 1 field, names lists 2"}},
		{"bare quote", "a,b\n1,5\" pipe\n3,4\n", Options{}, []string{`{"a":"3","b":"4"}`}, []string{"2:3"}, []string{"1:2 has a quote inside an unquoted field"}},
		{"bare quote before lines", "a,b\n5\",\"x\ny\"\n3,4\n", Options{}, []string{`{"a":"3","b":"4"}`}, []string{"2:4"}, []string{"1:2 has a quote inside an unquoted field"}},
		{"after quote", "a,b\n\"1\"x,2\n3,4\n", Options{}, []string{`{"a":"3","b":"4"}`}, []string{"2:3"}, []string{"1:2 has text after a closing quote"}},
		{"open quote", "a,b\n\"1,2\n3,4\n5,6\n", Options{}, []string{`{"a":"3","b":"4"}`, `{"a":"5","b":"6"}`}, []string{"2:3", "3:4"},
			[]string{"1:2 opens a quote that is not closed within 1,000 lines or 1 MiB"}},
		{"open quote at the end", "a\n1\n\"", Options{}, []string{`{"a":"1"}`}, []string{"1:2"}, []string{"2:3 opens a quote that is not closed within 1,000 lines or 1 MiB"}},
		{"open quote crlf", "a,b\r\n\"1,2\r\n3,4\r\n", Options{}, []string{`{"a":"3","b":"4"}`}, []string{"2:3"},
			[]string{"1:2 opens a quote that is not closed within 1,000 lines or 1 MiB"}},
		{"not utf-8", "a,b\n1,caf\xe9\n3,4\n", Options{}, []string{`{"a":"3","b":"4"}`}, []string{"2:3"}, []string{"1:2 column \"b\" is not valid utf-8"}},
		{"unwanted not utf-8", "a,b\n1,caf\xe9\n", Options{Columns: []string{"a"}}, nil, nil, []string{"1:2 is not valid utf-8"}},
		{"nul", "a,b\n1,\x00\n3,4\n", Options{}, []string{`{"a":"3","b":"4"}`}, []string{"2:3"}, []string{"1:2 has a nul byte"}},
		{"quotes that are text", "a,b\n\"1\",{\"x\":\"y\"}\n5\" pipe,\"\n\"3,4\r\n", Options{Unquoted: true}, []string{`{"a":"\"1\"","b":"{\"x\":\"y\"}"}`, `{"a":"5\" pipe","b":"\""}`, `{"a":"\"3","b":"4"}`}, []string{"1:2", "2:3", "3:4"}, nil},
		{"quotes that are text, the last one without a line end", "a\n\"1", Options{Unquoted: true}, []string{`{"a":"\"1"}`}, []string{"1:2"}, nil},
		{"only a header", "a,b", Options{}, nil, nil, nil},
		{"only blank lines", "\n\r\n", Options{}, nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Format = CSV
			_, chunks := readText(t, tt.text, tt.o)
			same(t, "rows", rowsOf(chunks), tt.rows)
			same(t, "places", places(chunks), tt.places)
			same(t, "bad rows", marks(badOf(chunks)), tt.bad)
		})
	}
}

func TestCSVColumns(t *testing.T) {
	r, _ := readText(t, "x,id,y\n1,2,3\n", Options{Columns: []string{"y", "id"}})
	columns, final := r.Columns()
	same(t, "columns", columns, []Column{{"id", TextColumn}, {"y", TextColumn}})
	same(t, "names", r.Names(), []string{"x", "id", "y"})
	if !final {
		t.Error("the columns are not final")
	}
}

func TestCSVCaps(t *testing.T) {
	mega := strings.Repeat("x", 1<<20)
	tests := []struct {
		name, text string
		rows       int
		bad        []string
	}{
		{"long line", "a,b\n1," + mega + "\n3,4\n", 1, []string{"1:2 is longer than 1 MiB"}},
		{"very long line", "a,b\n1," + mega + mega + mega + mega + "\n3,4\n", 1, []string{"1:2 is longer than 1 MiB"}},
		{"very long quoted line", "a,b\n1,\"" + mega + mega + mega + "\"\n3,4\n", 1, []string{"1:2 is longer than 1 MiB"}},
		{"longest line", "a\n" + mega + "\r\n2\n", 2, nil},
		{"many lines", "a,b\n1,\"" + strings.Repeat("2,3\n", 1000) + "\"\n", 999, []string{
			"1:2 opens a quote that is not closed within 1,000 lines or 1 MiB", "1001:1002 opens a quote that is not closed within 1,000 lines or 1 MiB"}},
		{"most lines", "a,b\n1,\"" + strings.Repeat("2,3\n", 999) + "\"\n", 1, nil},
		{"open to the cap", "a,b\n1,\"2\n" + strings.Repeat("3,"+mega[:1000]+"\n", 3000), 3000, []string{
			"1:2 opens a quote that is not closed within 1,000 lines or 1 MiB"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, chunks := readText(t, tt.text, Options{Format: CSV})
			if n := len(rowsOf(chunks)); n != tt.rows {
				t.Errorf("%d rows, want %d", n, tt.rows)
			}
			same(t, "bad rows", marks(badOf(chunks)), tt.bad)
			for _, b := range badOf(chunks) {
				if len(b.Raw) > rawMost {
					t.Errorf("raw has %d bytes", len(b.Raw))
				}
			}
		})
	}
}

// TestCSVOpenQuote holds that an open quote costs its row, however far away the
// next quote is.
func TestCSVOpenQuote(t *testing.T) {
	for _, far := range []int{1, 2, 900, 998, 999, 1500} {
		text := "a,b\n0,\"open\n" + strings.Repeat("1,x\n", far) + "2,\"Smith, John\"\n3,y\n"
		r, err := Open(context.Background(), "-", Options{Format: CSV, Stdin: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		chunks := allChunks(t, r)
		var bad int
		for _, c := range chunks {
			bad += len(c.Bad)
		}
		if rows := rowsOf(chunks); len(rows) != far+2 || bad != 1 {
			t.Errorf("%d lines on: %d rows and %d bad, want %d and 1", far, len(rows), bad, far+2)
		}
	}
}

func TestCSVChunks(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,x\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "%d,\"a \"\"quoted\"\" %d\r\ntext\"\r\n", i, i)
	}
	_, chunks := readText(t, text.String(), Options{ChunkRows: 300})
	for _, c := range chunks {
		if c.Len() > 300 {
			t.Fatalf("a chunk of %d rows", c.Len())
		}
	}
	r, err := Open(context.Background(), "-", Options{Stdin: iotest.OneByteReader(strings.NewReader(text.String()))})
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(allChunks(t, r))
	same(t, "rows", rows, rowsOf(chunks))
	if len(rows) != 10_000 || rows[9999] != `{"n":"9999","x":"a \"quoted\" 9999\r\ntext"}` {
		t.Errorf("%d rows, the last %s", len(rows), rows[len(rows)-1])
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\"\"b\",c\r\n\"x\ny\",\n", "a\n\n\"\"\n", "\"open\nb", "a\rb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		std := csv.NewReader(strings.NewReader(s))
		want, err := std.ReadAll()
		comparable := err == nil && len(want) > 0 && utf8.ValidString(s) && !strings.ContainsRune(s, 0) &&
			!strings.HasPrefix(s, "\ufeff") && compression([]byte(s)) == "" &&
			!strings.Contains(strings.ReplaceAll(s, "\r\n", ""), "\r")
		width := 3
		if comparable {
			width = len(want[0])
		}
		names := make([]string, width)
		for i := range names {
			names[i] = fmt.Sprint("c", i)
		}
		if s == "" {
			return
		}
		r, err := Open(context.Background(), "-", Options{Format: CSV, Delimiter: ",", Names: names, Stdin: strings.NewReader(s)})
		if err != nil {
			if comparable {
				t.Fatal(err)
			}
			return
		}
		chunks := allChunks(t, r)
		if comparable {
			sameRecords(t, chunks, want)
		}
	})
}

// sameRecords compares with what encoding/csv reads, which folds CRLF in quotes.
func sameRecords(t *testing.T, chunks []*Chunk, want [][]string) {
	t.Helper()
	n := 0
	for _, c := range chunks {
		if len(c.Bad) > 0 {
			t.Fatalf("bad rows: %v", c.Bad)
		}
		for row := range c.Len() {
			for i := range c.Columns {
				got := strings.ReplaceAll(c.Value(row, i).Text, "\r\n", "\n")
				if n >= len(want) || got != want[n][i] {
					t.Fatalf("record %d, field %d is %q", n, i, got)
				}
			}
			n++
		}
	}
	if n != len(want) {
		t.Fatalf("%d records, want %d", n, len(want))
	}
}
