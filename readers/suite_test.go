package readers

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

// suiteRows is the table that every format holds in the suite, and suiteNames
// its columns.
func suiteRows() [][]string {
	notes := []string{"plain", "", "two\nlines", `say "hi"`, "comma, semicolon; tab\tbar|", "😀 é ß", `back\slash`, " spaces ", "#no comment", "00123", "9007199254740993"}
	var rows [][]string
	for i := range 700 {
		rows = append(rows, []string{fmt.Sprintf("%06d", i), notes[i%len(notes)], notes[i*7%len(notes)] + "·"})
	}
	return rows
}

var suiteNames = []string{"id", "note", "more"}

// suiteFormat is a way to write the table.
type suiteFormat struct {
	name, file string
	o          Options
	write      func(t testing.TB, rows [][]string) string
	lines      bool // positions have lines
}

func suiteFormats() []suiteFormat {
	return []suiteFormat{
		{"csv", "t.csv", Options{}, csvOf(',', "\n"), true},
		{"csv crlf", "t.csv", Options{}, csvOf(',', "\r\n"), true},
		{"csv semicolon, guessed", "t.csv", Options{}, csvOf(';', "\n"), true},
		{"csv bar, guessed", "t.csv", Options{}, csvOf('|', "\n"), true},
		{"tsv", "t.tsv", Options{}, csvOf('\t', "\n"), true},
		{"csv backslash", "t.csv", Options{Escape: "backslash", Delimiter: ","}, backslashed, true},
		{"csv single quotes", "t.csv", Options{Quote: "'"}, singleQuoted, true},
		{"csv utf-16", "t.csv", Options{}, utf16Of(csvOf(',', "\n")), true},
		{"csv gzip", "t.csv.gz", Options{}, packed("gzip", csvOf(',', "\n")), true},
		{"csv zstd", "t.bin", Options{}, packed("zstd", csvOf(',', "\n")), true},
		{"ndjson", "t.ndjson", Options{}, objectsOf("", "\n", "\n", false), true},
		{"ndjson blank lines", "t.ndjson", Options{}, objectsOf("", "\r\n\r\n", "\n", false), true},
		{"ndjson lz4", "t.ndjson.lz4", Options{}, packed("lz4", objectsOf("", "\n", "\n", false)), true},
		{"objects one behind the other", "t.json", Options{}, objectsOf("", " ", "", false), true},
		{"objects over lines", "t.json", Options{}, objectsOf("", "\n", "\n", true), true},
		{"list", "t.json", Options{}, objectsOf("[", ",", "]", false), true},
		{"list over lines", "t.json", Options{}, objectsOf("[\n", ",\n", "\n]\n", true), true},
		{"parquet", "t.parquet", Options{}, parquetTable, false},
	}
}

func csvOf(delimiter rune, end string) func(testing.TB, [][]string) string {
	return func(t testing.TB, rows [][]string) string {
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Comma = delimiter
		if err := w.WriteAll(append([][]string{suiteNames}, rows...)); err != nil {
			t.Fatal(err)
		}
		if end == "\r\n" { // but not inside quotes, where csv.Writer's own would change the text
			var out strings.Builder
			for i, part := range strings.Split(b.String(), `"`) {
				if i > 0 {
					out.WriteByte('"')
				}
				if i%2 == 0 {
					part = strings.ReplaceAll(part, "\n", "\r\n")
				}
				out.WriteString(part)
			}
			return out.String()
		}
		return b.String()
	}
}

func backslashed(_ testing.TB, rows [][]string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	out := strings.Join(suiteNames, ",") + "\n"
	for _, row := range rows {
		out += fmt.Sprintf("\"%s\",\"%s\",\"%s\"\n", escape.Replace(row[0]), escape.Replace(row[1]), escape.Replace(row[2]))
	}
	return out
}

func singleQuoted(_ testing.TB, rows [][]string) string {
	out := strings.Join(suiteNames, ",") + "\n"
	for _, row := range rows {
		out += fmt.Sprintf("'%s','%s','%s'\n", row[0], row[1], row[2])
	}
	return out
}

func utf16Of(text func(testing.TB, [][]string) string) func(testing.TB, [][]string) string {
	return func(t testing.TB, rows [][]string) string {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text(t, rows))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func packed(method string, text func(testing.TB, [][]string) string) func(testing.TB, [][]string) string {
	return func(t testing.TB, rows [][]string) string { return pack(t, method, text(t, rows)) }
}

// objectsOf writes objects, over several lines or not.
func objectsOf(begin, between, end string, indent bool) func(testing.TB, [][]string) string {
	return func(t testing.TB, rows [][]string) string {
		var all []string
		for _, row := range rows {
			object := fmt.Sprintf(`{"id":%s,"note":%s,"more":%s}`, quote(row[0]), quote(row[1]), quote(row[2]))
			if indent {
				object = fmt.Sprintf("{\n  \"id\" : %s,\n  \"note\": %s,\n\n\t\"more\":%s\n}", quote(row[0]), quote(row[1]), quote(row[2]))
			}
			all = append(all, object)
		}
		return begin + strings.Join(all, between) + end
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always encodes
	return string(b)
}

// read is what a reader gave.
type read struct {
	rows, bad []string
	positions []Position
	err       error
}

func (r *read) add(c *Chunk) {
	if c == nil {
		return
	}
	for i := range c.Len() {
		r.rows = append(r.rows, string(c.AppendRow(nil, i)))
		r.positions = append(r.positions, c.Position(i))
	}
	for _, b := range c.Bad {
		r.bad = append(r.bad, fmt.Sprintf("%d:%d %s %q", b.Position.Row, b.Position.Line, b.Reason, b.Raw))
	}
}

// inTurn reads chunk by chunk.
func inTurn(r Reader) (all read) {
	for {
		c, err := r.Next(context.Background())
		if err != nil {
			if err != io.EOF {
				all.err = err
			}
			return all
		}
		all.add(c)
	}
}

// atOnce parses all blocks at the same time, in any order.
func atOnce(r Reader) (all read) {
	var blocks []Block
	for {
		b, err := Split(context.Background(), r)
		if err == io.EOF {
			break
		}
		if err != nil {
			all.err = err
			return all
		}
		blocks = append(blocks, b)
	}
	var parsing sync.WaitGroup
	for _, i := range rand.Perm(len(blocks)) {
		parsing.Go(blocks[i].Parse)
	}
	parsing.Wait()
	for _, b := range blocks {
		c, err := b.Chunk()
		if err != nil {
			all.err = err
			return all
		}
		all.add(c)
	}
	return all
}

func TestSuite(t *testing.T) {
	rows := suiteRows()
	var want []string
	for _, row := range rows {
		want = append(want, fmt.Sprintf(`{"id":%s,"note":%s,"more":%s}`, quote(row[0]), quote(row[1]), quote(row[2])))
	}
	for _, f := range suiteFormats() {
		t.Run(f.name, func(t *testing.T) {
			text := f.write(t, rows)
			path := write(t, filepath.Join(t.TempDir(), "day=7", f.file), text)
			open := func(o Options) Reader {
				t.Helper()
				r, err := Open(t.Context(), path, o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { r.Close() })
				return r
			}
			f.o.Columns = suiteNames
			all := inTurn(open(f.o))
			same(t, "rows", all.rows, want)
			suitePositions(t, f, all, text)
			for _, size := range []int{1, 7, 100_000} {
				f.o.ChunkRows = size
				sameRead(t, fmt.Sprint("chunks of ", size), inTurn(open(f.o)), all)
				sameRead(t, fmt.Sprint("at once, chunks of ", size), atOnce(open(f.o)), all)
			}
			suiteProjection(t, open, f.o, rows)
			suiteEnds(t, open(f.o))
		})
	}
}

// suitePositions holds that rows are counted from 1, and that their lines are
// those on which they begin.
func suitePositions(t *testing.T, f suiteFormat, all read, text string) {
	t.Helper()
	if len(all.bad) > 0 || all.err != nil {
		t.Errorf("bad rows %v, error %v", all.bad, all.err)
	}
	lines := strings.Split(text, "\n")
	for i, p := range all.positions {
		if p.Row != int64(i+1) || (p.Line > 0) != f.lines {
			t.Fatalf("row %d is at %v", i+1, p)
		}
		plain := !strings.HasSuffix(f.name, "utf-16") && compression([]byte(text)) == ""
		id := fmt.Sprintf("%06d", i)
		if f.lines && plain && !strings.Contains(strings.Join(lines[p.Line-1:min(len(lines), int(p.Line)+1)], "\n"), id) {
			t.Fatalf("row %d is not on line %d: %q", i+1, p.Line, lines[p.Line-1])
		}
	}
}

// suiteProjection reads one column, and one that the path says.
func suiteProjection(t *testing.T, open func(Options) Reader, o Options, rows [][]string) {
	t.Helper()
	o.Columns = []string{"more", "day", "none"}
	r := open(o)
	for i, row := range inTurn(r).rows {
		var got map[string]string
		if err := json.Unmarshal([]byte(row), &got); err != nil || !maps.Equal(got, map[string]string{"day": "7", "more": rows[i][2]}) {
			t.Fatalf("row %d is %s, %v", i+1, row, err)
		}
	}
	columns, final := r.Columns()
	if len(columns) != 2 || !final {
		t.Errorf("columns %v, final %v", columns, final)
	}
	same(t, "names", slices.Sorted(slices.Values(r.Names())), slices.Sorted(slices.Values(append([]string{"day"}, suiteNames...))))
}

// suiteEnds holds that a reader that is done stays so, and one that is stopped
// says why.
func suiteEnds(t *testing.T, r Reader) {
	t.Helper()
	if _, err := r.Next(stopped(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if all := inTurn(r); all.err != nil && !errors.Is(all.err, context.Canceled) {
		t.Errorf("after a stop: %v", all.err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func stopped(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func sameRead(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want read) {
	t.Helper()
	if !slices.Equal(got.rows, want.rows) || !slices.Equal(got.positions, want.positions) || !slices.Equal(got.bad, want.bad) {
		t.Errorf("%s:\n got %d rows %v %v %v\nwant %d rows %v %v %v", what, len(got.rows), got.rows, got.positions, got.bad, len(want.rows), want.rows, want.positions, want.bad)
	}
	if fmt.Sprint(got.err) != fmt.Sprint(want.err) {
		t.Errorf("%s: error %v, want %v", what, got.err, want.err)
	}
}

// TestBlocksAgree holds that it does not matter where a text is cut into blocks,
// nor who parses them: messy texts come out the same.
func TestBlocksAgree(t *testing.T) {
	tests := []struct {
		name   string
		o      Options
		pieces []string
	}{
		{"csv", Options{Format: CSV, Names: []string{"x", "y"}, Delimiter: ","}, []string{"a", ",", "\n", "\"", "\"\"", "\r\n", "\r", "\",\"", "\"\n", "1,2\n", "\xff", "\x00", "é"}},
		{"csv options", Options{Format: CSV, Names: []string{"x", "y"}, Delimiter: ";", Quote: "'", Escape: "backslash", Comment: "#", Ragged: "pad"}, []string{"a", ";", "\n", "'", "''", "\r\n", `\`, `\'`, "#", "1;2\n", "';'"}},
		{"csv without quotes", Options{Format: CSV, Names: []string{"x", "y"}, Delimiter: ",", Unquoted: true}, []string{"a", ",", "\n", "\"", "\r\n", "\r", "1,2\n"}},
		{"ndjson", Options{Format: NDJSON}, []string{"{", "}", `{"a":1}`, `{"b":[1, 2],"a":"x"}`, "\n", "\n\n", `{"c":{"d":1}}`, "\"", ",", "[", "]", "x", "\r\n", `{"\u0061":1,"a":2}`, "\xff"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(tt.pieces), 0, 60).Draw(t, "pieces"), "")
				if text == "" || compression([]byte(text)) != "" {
					return
				}
				open := func(rows int) Reader {
					o := tt.o
					o.ChunkRows, o.Stdin = rows, strings.NewReader(text)
					r, err := Open(context.Background(), "-", o)
					if err != nil {
						t.Fatal(err)
					}
					return r
				}
				want := inTurn(open(100_000))
				for _, rows := range []int{1, 2, 5} {
					sameRead(t, fmt.Sprint("in turn by ", rows), inTurn(open(rows)), want)
					sameRead(t, fmt.Sprint("at once by ", rows), atOnce(open(rows)), want)
				}
			})
		})
	}
}
