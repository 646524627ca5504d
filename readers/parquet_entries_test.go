package readers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestParquetEntries adds entries with few different keys.
func TestParquetEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.IntRange(0, 30), 1, 60).Draw(t, "keys")
		var order, want []string
		last := map[string]string{}
		stack := entryStack{{1, 2, 3}} // of an outer map
		list := stack.open()
		dst := []byte("{")
		for i, k := range keys {
			key, value := fmt.Sprintf(`"%d"`, k), strings.Repeat("9", i%7+1)
			if !slices.Contains(order, key) {
				order = append(order, key)
			}
			last[key] = value
			if i > 0 {
				dst = append(dst, ',')
			}
			start := len(dst)
			dst = append(dst, key+":"+value...)
			dst = list.add(dst, entry{start, start + len(key), len(dst)})
		}
		list.close()
		for _, key := range order {
			want = append(want, key+":"+last[key])
		}
		if got := string(dst); got != "{"+strings.Join(want, ",") {
			t.Errorf("got %s, want {%s", got, strings.Join(want, ","))
		}
		if len(stack) != 1 {
			t.Errorf("%d entries are left on the stack", len(stack))
		}
	})
}
