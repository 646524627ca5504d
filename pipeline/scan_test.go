package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mpimport/mapping"
	"mpimport/readers"
)

const scanMapping = `
version: 1
name: scan
environment: development
batch:
  user_identities.customer_id: id
  user_attributes.late: late
  user_attributes.page: props.page
  user_attributes.note: note
`

// TestScanAtAnyNumberOfWorkers holds that a plan and its rejects are the same
// whoever parses the files: with records over block ends, quotes that nobody
// closed, keys that appear late, and rows that cannot be mapped.
func TestScanAtAnyNumberOfWorkers(t *testing.T) {
	m, err := mapping.Load("m.yaml", []byte(scanMapping), nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	job := Job{Mapping: m, ImportName: "scan", Environment: "development", Start: day, Endpoint: EndpointAuto, Partitions: 7, Read: readers.Options{}}
	for name, text := range map[string]string{"a.csv": messyCSV(), "b.ndjson": messyNDJSON()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		job.Sources = append(job.Sources, path)
	}
	slices.Sort(job.Sources)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first string
	for _, workers := range []int{1, 2, 3, 8} {
		runtime.GOMAXPROCS(workers)
		var rejects strings.Builder
		job.Rejected = func(r Rejected) error {
			fmt.Fprintf(&rejects, "%s %d %d %s %s %s\n", filepath.Base(r.Source), r.Row, r.Line, r.Reason, r.Record, r.Raw)
			return nil
		}
		plan, err := Scan(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%d rows, %d rejected, %d users, %d batches, %s\n%s", plan.Rows, plan.Rejected, plan.Users, plan.Batches, plan.Digest, rejects.String())
		if first == "" {
			first = got
			if plan.Rows != 2*messyRows || plan.Rejected != messyRejects {
				t.Errorf("%d rows and %d rejected, want %d and %d", plan.Rows, plan.Rejected, 2*messyRows, messyRejects)
			}
		}
		if got != first {
			t.Errorf("%d workers:\n%.2000s\nwant\n%.2000s", workers, got, first)
		}
	}
}

const (
	messyRows    = 30_000
	messyRejects = messyRows/1000 + messyRows/5000 + messyRows/700 + 1 + messyRows/2500
)

// messyCSV has a bare quote in every 1,000th row, and an open one in every
// 5,000th.
func messyCSV() string {
	var b strings.Builder
	b.WriteString("id,note,late,props.page\n")
	for i := range messyRows {
		switch {
		case i%1000 == 1:
			fmt.Fprintf(&b, "%d,5\" pipe,,\n", i)
		case i%5000 == 2:
			fmt.Fprintf(&b, "%d,\"open,,\n", i)
		default:
			fmt.Fprintf(&b, "%d,\"line one of %d\nline \"\"two\"\"\",%d,x\n", i%900+1, i, i%7)
		}
	}
	return b.String()
}

// messyNDJSON has a key twice in every 700th row and no identity in every 2,500th;
// one key appears half way.
func messyNDJSON() string {
	var b strings.Builder
	for i := range messyRows {
		switch {
		case i%700 == 1:
			fmt.Fprintf(&b, "{\"id\":%d,\"id\":1}\n", i)
		case i%2500 == 2:
			fmt.Fprintf(&b, "{\"note\":\"nobody %d\"}\n", i)
		case i > messyRows/2:
			fmt.Fprintf(&b, "{\"late\":\"%d\",\"id\":\"%d\",\"props\":{\"page\":\"/%d\"}}\n", i%5, i%900+1, i%11)
		default:
			fmt.Fprintf(&b, "{\"id\":\"%d\",\"note\":\"%d\"}\n", i%900+1, i%3)
		}
	}
	return b.String()
}
