package readers

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

const benchRows = 20_000

var benchWanted = []string{"column0", "column3", "column6", "column7", "column14"}

// BenchmarkCSV reads 5 of 15 columns, beside encoding/csv reading the same text
// in the same run.
func BenchmarkCSV(b *testing.B) {
	for _, quoted := range []bool{false, true} {
		text := benchText(quoted)
		b.Run(map[bool]string{false: "plain", true: "quoted"}[quoted], func(b *testing.B) {
			benchmarkBeside(b, text, Options{Format: CSV, Columns: benchWanted}, "x-encoding/csv", func(b *testing.B) {
				r := csv.NewReader(strings.NewReader(text))
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); err == io.EOF {
						return
					} else if err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// BenchmarkNDJSON reads 5 of 15 keys, beside encoding/json into maps.
func BenchmarkNDJSON(b *testing.B) {
	text := benchObjects()
	benchmarkBeside(b, text, Options{Format: NDJSON, Columns: benchWanted}, "x-encoding/json", func(b *testing.B) {
		for line := range strings.Lines(text) {
			var row map[string]any
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchmarkBeside measures a reader, and then how many times as many rows it
// reads as what is beside it. The reader has as many goroutines as GOMAXPROCS,
// the other one.
func benchmarkBeside(b *testing.B, text string, o Options, unit string, beside func(*testing.B)) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var ours, theirs time.Duration
	for b.Loop() {
		begun := time.Now()
		o.Stdin = strings.NewReader(text)
		if rows := readShared(b, o, runtime.GOMAXPROCS(0)); rows != benchRows {
			b.Fatalf("%d rows", rows)
		}
		ours += time.Since(begun)
		b.StopTimer()
		begun = time.Now()
		beside(b)
		theirs += time.Since(begun)
		b.StartTimer()
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(float64(theirs)/float64(ours), unit)
}

// readShared reads a text with so many goroutines that parse, and returns the
// number of rows.
func readShared(b *testing.B, o Options, workers int) (rows int) {
	r, err := Open(context.Background(), "-", o)
	if err != nil {
		b.Fatal(err)
	}
	type task struct {
		block Block
		done  chan struct{}
	}
	tasks, ordered := make(chan task), make(chan task, 2*workers)
	for range workers {
		go func() {
			for t := range tasks {
				t.block.Parse()
				close(t.done)
			}
		}()
	}
	go func() {
		defer close(ordered)
		defer close(tasks)
		for {
			block, err := Split(context.Background(), r)
			if err != nil {
				return
			}
			t := task{block, make(chan struct{})}
			ordered <- t
			tasks <- t
		}
	}()
	for t := range ordered {
		<-t.done
		if c, err := t.block.Chunk(); err != nil {
			b.Fatal(err)
		} else if c != nil {
			rows += c.Len()
		}
	}
	return rows
}

// benchText is a table of 15 columns.
func benchText(quoted bool) string {
	var b strings.Builder
	for i := range 15 {
		fmt.Fprintf(&b, "%scolumn%d", strings.Repeat(",", min(i, 1)), i)
	}
	for i := range benchRows {
		b.WriteByte('\n')
		for j := range 15 {
			cell := fmt.Sprintf("value %d", i*j)
			if quoted && j%3 == 0 {
				cell = `"` + cell + `, more"`
			}
			b.WriteString(strings.Repeat(",", min(j, 1)) + cell)
		}
	}
	return b.String()
}

// benchObjects is a table of 15 columns.
func benchObjects() string {
	var text strings.Builder
	for i := range benchRows {
		text.WriteByte('{')
		for j := range 15 {
			fmt.Fprintf(&text, "%s\"column%d\":\"value %d\"", strings.Repeat(",", min(j, 1)), j, i*j)
		}
		text.WriteString("}\n")
	}
	return text.String()
}
