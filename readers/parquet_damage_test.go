package readers

import (
	"bytes"
	"regexp"
	"runtime"
	"testing"
)

// allocated returns how many bytes do reserves in all.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestParquetDamaged reads files that are cut off or have one byte changed: an
// error or rows, but no panic, no standstill and no gigabytes.
func TestParquetDamaged(t *testing.T) {
	damage(t, map[string][]byte{"nested": oldListFile(t, 12), "flat": lowFlatFile(t)})
}

func TestParquetDamagedCorpus(t *testing.T) {
	damage(t, map[string][]byte{"lz4": corpusFile(t, "lz4-raw"), "duckdb": corpusFile(t, "duckdb-v2")})
}

func TestParquetDamagedXitongsys(t *testing.T) {
	flat, _ := flatFile(t, 250)
	nested, _ := nestedFile(t, 60)
	damage(t, map[string][]byte{"flat": flat, "nested": nested})
}

func damage(t *testing.T, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			whole := len(mustRows(t, data, Options{}))
			for _, n := range []int{0, 1, 4, 8, 11, 12, 100, len(data) / 2, len(data) - 9, len(data) - 8, len(data) - 1} {
				if _, _, err := readParquet(t, data[:n], Options{}); err == nil {
					t.Errorf("cut off at %d: no error", n)
				}
			}
			for i := 0; i < len(data); i += 61 {
				for _, flip := range []byte{0x01, 0x80, 0xff} {
					broken := bytes.Clone(data)
					broken[i] ^= flip
					readDamaged(t, i, broken, whole)
				}
			}
			if after := runtime.NumGoroutine(); after > before+4 {
				t.Errorf("%d goroutines are left over", after-before)
			}
		})
	}
}

// inFooterOrColumn is what an error says of the place.
var inFooterOrColumn = regexp.MustCompile(`in\.parquet: (row group \d+, column \w+|row group \d+: row|.*(footer|schema|parquet|column \w+|two columns))`)

// readDamaged reads a file whose byte i was changed, and which had that many
// rows.
func readDamaged(t *testing.T, i int, broken []byte, whole int) {
	t.Helper()
	const most = 200 << 20 // of which the page of one column may have 16 MiB, and the footer's own lists some
	var rows []string
	var bad []BadRow
	var err error
	used := allocated(func() { rows, bad, err = readParquet(t, broken, Options{ChunkRows: 50}) })
	if used > most {
		t.Errorf("byte %d: %d bytes of memory", i, used)
	}
	if err == nil && len(rows)+len(bad) != whole {
		t.Errorf("byte %d: %d rows and %d bad ones of %d, and no error", i, len(rows), len(bad), whole)
	}
	if err != nil && !inFooterOrColumn.MatchString(err.Error()) {
		t.Errorf("byte %d: the error does not say where: %v", i, err)
	}
}
