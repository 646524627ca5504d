package readers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestParquetCorpus reads files by other writers; the README beside them says
// what each shows.
func TestParquetCorpus(t *testing.T) {
	var want []string
	for i := range 9 {
		code, tags, price := fmt.Sprintf(`"%03d"`, i%3), `["a",null]`, fmt.Sprint(float64(i)/4)
		if i%4 == 3 {
			code = "null"
		}
		if i%3 == 0 {
			tags = "[]"
		}
		props := fmt.Sprintf(`{"page":{"url":"/p%d"},"tags":%s}`, i, tags)
		if i == 2 {
			props = "null"
		}
		want = append(want, fmt.Sprintf(`{"id":%d,"code":%s,"price":%s,"props":%s}`, 9007199254740993+i, code, price, props))
	}
	for name, rows := range map[string][]string{"lz4-raw": want, "split-delta-v2-checksums": want, "duckdb-v2": want, "no-rows": nil} {
		t.Run(name, func(t *testing.T) {
			sameRows(t, mustRows(t, corpusFile(t, name), Options{}), rows)
		})
	}
	_, _, err := readParquet(t, corpusFile(t, "variant"), Options{})
	if err == nil || !strings.Contains(err.Error(), "column doc: type VARIANT cannot be read") {
		t.Errorf("variant: %v", err)
	}
}

// TestParquetChecksums changes bytes of values, which checksums tell.
func TestParquetChecksums(t *testing.T) {
	data := corpusFile(t, "split-delta-v2-checksums")
	p := parquetOf(t, data, Options{})
	for _, leaf := range p.leaves {
		chunk, err := p.footer.RowGroup(0).ColumnChunk(leaf.file)
		if err != nil {
			t.Fatal(err)
		}
		start, size := chunkRange(chunk)
		last := start + size - 1
		data[last] ^= 1
		want := "row group 1, column " + leaf.path + ": decoding: a page differs from its checksum"
		if _, _, err := readParquet(t, data, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		data[last] ^= 1
	}
}

func corpusFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "parquet", name+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
