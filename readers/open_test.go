package readers

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readText drains a text source given as standard input.
func readText(t testing.TB, text string, o Options) (Reader, []*Chunk) {
	t.Helper()
	o.Stdin = strings.NewReader(text)
	r, err := Open(context.Background(), "-", o)
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	return r, allChunks(t, r)
}

func allChunks(t testing.TB, r Reader) []*Chunk {
	t.Helper()
	var chunks []*Chunk
	for {
		c, err := r.Next(context.Background())
		if err == io.EOF {
			return chunks
		}
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		chunks = append(chunks, c)
	}
}

// rowsOf returns the readable rows as JSON.
func rowsOf(chunks []*Chunk) []string {
	var rows []string
	for _, c := range chunks {
		for i := range c.Len() {
			rows = append(rows, string(c.AppendRow(nil, i)))
		}
	}
	return rows
}

func badOf(chunks []*Chunk) []BadRow {
	var bad []BadRow
	for _, c := range chunks {
		bad = append(bad, c.Bad...)
	}
	return bad
}

func same[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name, file, content string
		o                   Options
		want                string
	}{
		{"gzip", "a.csv.gz", "\x1f\x8b\x08\x00", Options{}, "its gzip data ends early: the file is cut off"},
		{"zstd", "a.csv", "\x28\xb5\x2f\xfd", Options{}, "its zstd data ends early"},
		{"xz", "a.xz", "\xfd7zXZ\x00", Options{}, "its xz data ends early"},
		{"bzip2", "a.bz2", "BZh91AY&SY", Options{}, "its bzip2 data ends early"},
		{"zip", "a.zip", "PK\x03\x04", Options{}, "its zip directory is damaged or cut off"},
		{"zip named parquet", "a.parquet", "PK\x03\x04", Options{}, "its zip directory is damaged or cut off"},
		{"long delimiter", "a.csv", "x", Options{Delimiter: "||"}, `the delimiter "||" cannot be used`},
		{"wide delimiter", "a.csv", "x", Options{Delimiter: "§"}, "one ascii character"},
		{"quote delimiter", "a.csv", "x", Options{Delimiter: `"`}, "source.delimiter is the same as source.quote"},
		{"newline delimiter", "a.csv", "x", Options{Delimiter: "\n"}, "one ascii character, no line end"},
		{"encoding", "a.csv", "x", Options{Encoding: "ebcdic"}, `there is no encoding "ebcdic"`},
		{"format", "a.csv", "x", Options{Format: "xlsx"}, `there is no format "xlsx"`},
		{"same names", "a.csv", "id,x,id\n", Options{}, `columns 1 and 3 are both named "id"`},
		{"same given names", "a.csv", "1,2", Options{Names: []string{"a", "a"}}, "columns 1 and 2"},
		{"bad header", "a.csv", "a\"b,c\n", Options{}, "line 1 has a quote inside"},
		{"nul header", "a.csv", "a\x00,c\n", Options{}, "line 1 has a nul byte"},
		{"latin header", "a.csv", "caf\xe9,c\n", Options{}, "latin1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, filepath.Join(dir, tt.name, tt.file), tt.content)
			_, err := Open(context.Background(), path, tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q and the path", err, tt.want)
			}
		})
	}
}

func TestOpenNoFile(t *testing.T) {
	dir := t.TempDir()
	locked := write(t, filepath.Join(dir, "locked.csv"), "a\n")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, source string
		o            Options
		want         string
	}{
		{"missing", filepath.Join(dir, "x.csv"), Options{}, "x.csv: no such file"},
		{"directory", dir, Options{}, "it is a directory"},
		{"locked", locked, Options{}, "permission denied"},
		{"no stdin", "-", Options{}, "there is no standard input"},
		{"parquet stdin", "-", Options{Format: Parquet, Stdin: strings.NewReader("PAR1")}, "save it to a file"},
		{"parquet content on stdin", "-", Options{Stdin: strings.NewReader("PAR1")}, "save it to a file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "locked" && os.Geteuid() == 0 {
				t.Skip("root may read everything")
			}
			_, err := Open(context.Background(), tt.source, tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := Open(context.Background(), filepath.Join(dir, "x.csv"), Options{}); !errors.Is(err, ErrNoSource) {
		t.Errorf("a missing file is %v", err)
	}
}

func TestOpenFormat(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name, file, content string
		o                   Options
		want                string
	}{
		{"csv", "a.csv", "a,b\n1,2\n", Options{}, `{"a":"1","b":"2"}`},
		{"tsv", "a.TSV", "a\tb\n1\t2\n", Options{}, `{"a":"1","b":"2"}`},
		{"tab", "a.tab", "a\tb\n1\t2\n", Options{}, `{"a":"1","b":"2"}`},
		{"semicolon", "a.csv", "a;b\n1;2\n", Options{Delimiter: ";"}, `{"a":"1","b":"2"}`},
		{"json", "a.json", `{"a":1}`, Options{}, `{"a":1}`},
		{"jsonl", "a.jsonl", `{"a":1}`, Options{}, `{"a":1}`},
		{"json by content", "a.txt", "\n {\"a\":1}", Options{}, `{"a":1}`},
		{"csv by content", "a.txt", "a\n1", Options{}, `{"a":"1"}`},
		{"option wins", "a.json", "a\n1", Options{Format: CSV}, `{"a":"1"}`},
		{"json with mark", "a", "\xef\xbb\xbf{\"a\":1}", Options{}, `{"a":1}`},
		{"utf-16 json", "a", "\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", Options{}, `{"a":1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, filepath.Join(dir, tt.name, tt.file), tt.content)
			r, err := Open(context.Background(), path, tt.o)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "rows", rowsOf(allChunks(t, r)), []string{tt.want})
			if read, total := r.Progress(); read != int64(len(tt.content)) || total != read {
				t.Errorf("progress %d of %d", read, total)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOpenEmpty(t *testing.T) {
	for _, file := range []string{"a.csv", "a.ndjson", "a.parquet", "a"} {
		r, err := Open(context.Background(), write(t, filepath.Join(t.TempDir(), file), ""), Options{})
		if err != nil {
			t.Fatal(err)
		}
		columns, final := r.Columns()
		if _, err := r.Next(context.Background()); err != io.EOF || len(columns) > 0 || !final || len(r.Names()) > 0 {
			t.Errorf("%s: %v, %v, %v", file, err, columns, final)
		}
		r.Close()
	}
}

func TestNextStops(t *testing.T) {
	for _, text := range []string{"a\n1\n", `{"a":1}`} {
		r, err := Open(context.Background(), "-", Options{Stdin: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

func TestReadError(t *testing.T) {
	for _, text := range []string{"a\n1\n\"2", "{\"a\":\"1\"}\n{\"a"} {
		padding := strings.Repeat("\n", headSize) // so that the error is behind the head
		broken := io.MultiReader(strings.NewReader(padding+text), iotestErr{})
		r, err := Open(context.Background(), "-", Options{Stdin: broken, Format: formatOfContent([]byte(text))})
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "rows", rowsOf([]*Chunk{c}), []string{`{"a":"1"}`})
		if _, err = r.Next(context.Background()); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "standard input") {
			t.Errorf("got %v", err)
		}
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
