package readers

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// packers write each method that has a writer in Go.
var packers = map[string]func(io.Writer) (io.WriteCloser, error){
	"gzip":   func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	"zstd":   func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	"xz":     func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
	"lz4":    func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil },
	"snappy": func(w io.Writer) (io.WriteCloser, error) { return snappy.NewBufferedWriter(w), nil },
	"s2":     func(w io.Writer) (io.WriteCloser, error) { return s2.NewWriter(w), nil },
}

func pack(t testing.TB, method, text string) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := packers[method](&packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

// table is a CSV of n rows.
func table(n int) string {
	var text strings.Builder
	text.WriteString("id,name\n")
	for i := range n {
		fmt.Fprintf(&text, "%06d,name of %d\n", i, i*i)
	}
	return text.String()
}

func TestCompressed(t *testing.T) {
	text := table(50_000)
	_, plain := readText(t, text, Options{})
	for method := range packers {
		t.Run(method, func(t *testing.T) {
			packed := pack(t, method, text)
			// The name says nothing, or something wrong: the content decides.
			path := write(t, filepath.Join(t.TempDir(), "table.csv"), packed)
			r, err := Open(t.Context(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			same(t, "rows", rowsOf(allChunks(t, r)), rowsOf(plain))
			if read, total := r.Progress(); read != total || total != int64(len(packed)) {
				t.Errorf("progress %d of %d, want %d", read, total, len(packed))
			}
			_, chunks := readText(t, packed, Options{})
			same(t, "rows from standard input", rowsOf(chunks), rowsOf(plain))
		})
	}
}

func TestCompressedJoined(t *testing.T) {
	for method := range packers {
		packed := pack(t, method, "id\n1\n") + pack(t, method, "") + pack(t, method, "2\n")
		_, chunks := readText(t, packed, Options{})
		same(t, method, rowsOf(chunks), []string{`{"id":"1"}`, `{"id":"2"}`})
	}
	r, err := Open(t.Context(), "testdata/two.csv.bz2", Options{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "bzip2", rowsOf(allChunks(t, r)), []string{`{"id":"0001","name":"Ada"}`, `{"id":"0002","name":"Grace"}`})
}

// TestCompressedCut cuts packed files anywhere: that is an error, and never an
// early end. Only an lz4 or snappy file that is cut between two frames looks
// whole, as its format has no end.
func TestCompressedCut(t *testing.T) {
	text := table(300)
	for method := range packers {
		packed := pack(t, method, text)
		for n := 12; n < len(packed); n += 29 {
			rows, err := countRows(packed[:n])
			if err == nil && (method == "snappy" || method == "s2") {
				continue
			}
			if err == nil || rows > 300 {
				t.Errorf("%s cut at %d of %d: %d rows, %v", method, n, len(packed), rows, err)
			}
		}
	}
}

// countRows reads a text from standard input and returns how many rows came before
// the error.
func countRows(text string) (rows int, err error) {
	r, err := Open(context.Background(), "-", Options{Format: CSV, Stdin: strings.NewReader(text)})
	if err != nil {
		return 0, err
	}
	for {
		c, err := r.Next(context.Background())
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows += c.Len()
	}
}

func TestCompressedFlipped(t *testing.T) {
	text := table(300)
	for _, method := range []string{"gzip", "zstd", "xz", "lz4", "snappy", "s2"} {
		packed := []byte(pack(t, method, text))
		for i := 0; i < len(packed); i += 37 {
			packed[i] ^= 0x10
			countRows(string(packed)) // whatever comes of it, no panic
			packed[i] ^= 0x10
		}
	}
}

func TestBomb(t *testing.T) {
	for _, method := range []string{"gzip", "zstd", "xz"} {
		var packed bytes.Buffer
		w, err := packers[method](&packed)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, "a\n")
		line := []byte(strings.Repeat("0", 1<<16-1) + "\n")
		for range 2048 {
			w.Write(line)
		}
		w.Close()
		_, err = countRows(packed.String())
		if err == nil || !strings.Contains(err.Error(), "unpack it first and name the unpacked file") {
			t.Errorf("%s: %v", method, err)
		}
	}
}

func TestUnpackingLimits(t *testing.T) {
	tests := []struct {
		name             string
		free, most, size int64
		stored           int64
		fails            bool
	}{
		{"small", 1000, 1 << 30, 1000, 1, false},
		{"ratio", 1000, 1 << 30, 20_000, 1, true},
		{"ratio allowed", 1000, 1 << 30, 20_000, 10_000, false},
		{"size", 1000, 1500, 20_000, 10_000, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := &unpacking{method: "gzip", src: io.LimitReader(endless{}, tt.size), stored: func() int64 { return tt.stored }, ratio: 10, free: tt.free, most: tt.most}
			_, err := io.Copy(io.Discard, u)
			if (err != nil) != tt.fails {
				t.Errorf("error %v, want %v", err, tt.fails)
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestXZMemory holds that a dictionary of 1.5 GiB is refused before it is made.
func TestXZMemory(t *testing.T) {
	packed := []byte(pack(t, "xz", "a\n1\n"))
	packed[16] = 37
	_, err := countRows(string(packed))
	if err == nil || !strings.Contains(err.Error(), "MiB of memory") {
		t.Errorf("got %v", err)
	}
}

func TestCompressedTwice(t *testing.T) {
	_, err := countRows(pack(t, "gzip", pack(t, "zstd", "a\n")))
	if err == nil || !strings.Contains(err.Error(), "compressed twice, with zstd inside gzip") {
		t.Errorf("got %v", err)
	}
	if _, err = countRows(pack(t, "gzip", strings.Repeat("\x00", 257)+"ustar\x00")); err == nil || !strings.Contains(err.Error(), "tar archive") {
		t.Errorf("got %v", err)
	}
}

// archive writes a zip archive of names and contents by turns.
func archive(t testing.TB, path string, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, files[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestZip(t *testing.T) {
	t.Chdir(t.TempDir())
	archive(t, "d/many.zip", "part10.csv", "a\n10\n", "part2.ndjson", `{"a":2}`, "readme.txt", "x", "sub/part1.csv", "a\n1\n", "__MACOSX/part.csv", "a", ".hid.csv", "a", "sub/", "", "part3.csv.gz", pack(t, "gzip", "a\n3\n"))
	archive(t, "one.zip", "table", "a\n1\n")
	archive(t, "none.zip", "readme.txt", "x", "x.pdf", "y")
	archive(t, "book.xlsx", "xl/workbook.xml", "", "[Content_Types].xml", "")
	write(t, "d/plain.csv", "a\n0\n")
	tests := []struct {
		name string
		arg  string
		want []string
		rows []string
		err  string
	}{
		{"many", "d/many.zip", []string{"d/many.zip/part2.ndjson", "d/many.zip/part3.csv.gz", "d/many.zip/part10.csv", "d/many.zip/sub/part1.csv"}, []string{`{"a":2}`, `{"a":"3"}`, `{"a":"10"}`, `{"a":"1"}`}, ""},
		{"directory", "d", []string{"d/many.zip/part2.ndjson", "d/many.zip/part3.csv.gz", "d/many.zip/part10.csv", "d/many.zip/sub/part1.csv", "d/plain.csv"}, []string{`{"a":2}`, `{"a":"3"}`, `{"a":"10"}`, `{"a":"1"}`, `{"a":"0"}`}, ""},
		{"member", "d/many.zip/sub/part1.csv", []string{"d/many.zip/sub/part1.csv"}, []string{`{"a":"1"}`}, ""},
		{"one", "one.zip", []string{"one.zip/table"}, []string{`{"a":"1"}`}, ""},
		{"no such member", "one.zip/x.csv", nil, nil, "one.zip/x.csv: no such file in the archive"},
		{"no data", "none.zip", nil, nil, "none.zip: no such file: the archive holds no csv"},
		{"workbook", "book.xlsx", nil, nil, "book.xlsx: it is an excel workbook: save the sheet as csv"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sources, err := Expand(t.Context(), []string{tt.arg}, nil)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.err)) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			same(t, "sources", namesOf(sources), tt.want)
			var rows []string
			for _, s := range sources {
				r, err := Open(t.Context(), s.Name, Options{})
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, rowsOf(allChunks(t, r))...)
				if read, total := r.Progress(); read != total || total == 0 {
					t.Errorf("%s: progress %d of %d", s.Name, read, total)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
			same(t, "rows", rows, tt.rows)
		})
	}
	if _, err := Open(t.Context(), "d/many.zip", Options{}); err == nil || !strings.Contains(err.Error(), "holds 4 files: name one of them") {
		t.Errorf("got %v", err)
	}
}

func FuzzCompressed(f *testing.F) {
	for method := range packers {
		f.Add([]byte(pack(f, method, table(20))))
	}
	bz, err := os.ReadFile("testdata/two.csv.bz2")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bz)
	zipped, err := os.ReadFile(archive(f, filepath.Join(f.TempDir(), "a.zip"), "a.csv", "a\n1\n", "b.csv", "b\n2\n"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(zipped)
	f.Fuzz(func(t *testing.T, packed []byte) {
		countRows(string(packed))
		path := filepath.Join(t.TempDir(), "fuzz.zip")
		if err := os.WriteFile(path, packed, 0o600); err != nil {
			t.Fatal(err)
		}
		sources, err := Expand(context.Background(), []string{path}, nil)
		if err != nil {
			return
		}
		for _, s := range sources {
			r, err := Open(context.Background(), s.Name, Options{})
			if err != nil {
				continue
			}
			for err == nil {
				_, err = r.Next(context.Background())
			}
			r.Close()
		}
	})
}
