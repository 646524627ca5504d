package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mpimport/mapping"
)

// sequences are the encoded batches of each user, in order, and what was counted.
func sequences(t failer, a *assembler, windows func(yield func(assembled, error) bool)) (map[string][]string, int, string) {
	t.Helper()
	users := map[string][]string{}
	count := 0
	var rejects []string
	var rows []place
	windows(func(all assembled, err error) bool {
		if err != nil {
			t.Fatalf("%v", err)
		}
		count += all.users
		for _, b := range all.batches {
			users[b.user] = append(users[b.user], string(a.append(nil, b)))
			for _, row := range b.rows {
				if row.last {
					rows = append(rows, row.place)
				}
			}
		}
		for _, r := range all.rejects {
			rejects = append(rejects, fmt.Sprint(r.place, r.reject))
		}
		return true
	})
	slices.Sort(rejects)
	slices.SortFunc(rows, func(x, y place) int { return cmp.Or(x.compare(y)) })
	return users, count, fmt.Sprint(rows, rejects)
}

// TestWindows: however small the windows, users get the same batches, byte by
// byte and in the same order, as when all is in memory at once.
func TestWindows(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(anyRecord), 1, 80).Draw(t, "rows")
		a := testAssembler()
		a.grouping = mapping.Grouping{
			Merge:      rapid.SampledFrom([]string{mapping.MergeSplit, mapping.MergeLast}).Draw(t, "merge"),
			Attributes: rapid.SampledFrom([]string{mapping.AttributesEvery, mapping.AttributesLast, mapping.AttributesNone}).Draw(t, "attributes"),
			Ordered:    rapid.Bool().Draw(t, "ordered"),
		}
		collected := rapid.Bool().Draw(t, "collected")
		s := newStore(1, dir, rapid.SampledFrom([]int{1, 10_000, 1 << 20}).Draw(t, "budget"))
		defer s.close()
		for i, r := range rows {
			if collected && len(r.Events) > 0 && rapid.Bool().Draw(t, "part") {
				r.Events[0].Collect = "0=" + rapid.SampledFrom([]string{"1", "2"}).Draw(t, "order")
			}
			at := place{}
			at.Row = int64(i + 1)
			if err := s.add(0, appendStored(nil, at, r)); err != nil {
				t.Fatal(err)
			}
		}
		run := func(window, batches int64) (map[string][]string, int, string) {
			w := windower{assembler: a, dir: dir, window: window, batches: batches}
			return sequences(t, a, func(yield func(assembled, error) bool) {
				w.yield = yield
				w.source(s, 0, 0)
			})
		}
		want, users, counted := run(1<<40, 1<<40)
		got, gotUsers, gotCounted := run(rapid.SampledFrom([]int64{1, 500, 50_000}).Draw(t, "window"), rapid.SampledFrom([]int64{1, 1000, 200_000}).Draw(t, "batches"))
		if users != gotUsers || counted != gotCounted {
			t.Fatalf("%d users, %s\nwant %d, %s", gotUsers, gotCounted, users, counted)
		}
		for user := range want {
			if !slices.Equal(got[user], want[user]) {
				t.Fatalf("%s:\n got %s\nwant %s", user, strings.Join(got[user], "\n     "), strings.Join(want[user], "\n     "))
			}
		}
	})
}
