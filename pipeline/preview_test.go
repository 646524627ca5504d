package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mpimport/mapping"
)

// TestPreviewOrder: a user's batches are shown in the order in which they are
// sent, which is not that of the rows here, and other users stand where their
// first row does.
func TestPreviewOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plans.csv")
	if err := os.WriteFile(path, []byte("id,day,plan\nu1,3,c\nu2,1,x\nu1,1,a\nu1,2,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Load("m.yaml", []byte(`version: 1
name: plans
environment: development
group: {order_by: day, merge: split}
batch:
  user_identities.customer_id: id
  user_attributes.plan: plan
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Scan(t.Context(), Job{Mapping: m, Sources: []string{path}, ImportName: "test", Environment: "development", Start: day,
		Endpoint: EndpointAuto, HistoricalAfter: 30 * 24 * time.Hour, Partitions: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	for n, want := range map[int]string{2: "ab", 4: "abcx"} {
		batches, err := plan.Preview(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, b := range batches {
			_, after, _ := strings.Cut(string(b.Batch), `"plan":"`)
			got += after[:1]
		}
		if got != want {
			t.Errorf("preview of %d: plans %s, want %s", n, got, want)
		}
	}
}
