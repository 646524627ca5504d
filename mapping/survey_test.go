package mapping

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zeebo/xxh3"

	"mpimport/readers"
)

func TestSurvey(t *testing.T) {
	const columns = "id,mail,n,price,when,mixed,flag,note,none"
	rows := []string{
		"007,a@x.io,1,1.5,2024-01-02,1,yes,a,",
		`008,b@x.io,2,2,2024-01-03,2,no,"b, c",`,
		"009,,3,1e3,2024-01-04 05:06,x,no,,",
		"010,a@x.io,3,-1,2024-01-05,4,yes,a,NULL",
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(columns+"\n"+strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Load("m.yaml", []byte(head+"source: {null_values: [\"\", \"NULL\"]}\nwhere: flag == \"yes\"\nbatch:\n  user_identities.customer_id: id\n  user_attributes.n: n\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	survey, err := m.Survey(context.Background(), []string{path}, readers.Options{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range survey {
		got = append(got, fmt.Sprintf("%s %v %g %d %s", c.Name, c.Used, c.Empty, c.Distinct, c.Holds))
	}
	want := []string{
		"id true 0 4 digits, some with zeros in front",
		"mail false 0.25 2 e-mail addresses",
		"n true 0 3 whole numbers",
		"price false 0 4 numbers",
		"when false 0 4 times iso8601",
		"mixed false 0 4 texts",
		"flag true 0 2 true or false",
		"note false 0.25 2 texts",
		"none false 1 0 nothing",
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
			break
		}
	}
}

// TestDistinct: the estimate is near the truth, in bounded memory.
func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, 1000, distinctKept, 50_000, 400_000} {
		var d distinct
		for i := range 2 * n { // each twice
			d.add(xxh3.HashString(fmt.Sprint(i % max(n, 1))))
		}
		got, exact := d.count()
		if exact && got != n || math.Abs(float64(got-n)) > 0.1*float64(n) || len(d.kept) > distinctKept {
			t.Errorf("of %d: %d, exact %v, with %d hashes kept", n, got, exact, len(d.kept))
		}
	}
}
