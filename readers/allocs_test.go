package readers

import (
	"context"
	"io"
	"strings"
	"testing"
)

// TestAllocations holds that memory is taken chunk by chunk: many times as many
// cells do not mean as many allocations.
func TestAllocations(t *testing.T) {
	for name, text := range map[string]string{"csv": benchText(false), "csv quoted": benchText(true), "ndjson": benchObjects()} {
		t.Run(name, func(t *testing.T) {
			allocations := testing.AllocsPerRun(3, func() {
				r, err := Open(context.Background(), "-", Options{Columns: benchWanted, Stdin: strings.NewReader(text)})
				if err != nil {
					t.Fatal(err)
				}
				for err == nil {
					_, err = r.Next(context.Background())
				}
				if err != io.EOF {
					t.Fatal(err)
				}
			})
			if cells := float64(benchRows * len(benchWanted)); allocations > cells/20 {
				t.Errorf("%.0f allocations for %.0f cells", allocations, cells)
			}
		})
	}
}
