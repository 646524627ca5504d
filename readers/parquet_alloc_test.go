package readers

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// TestParquetAllocations reads a short and a long file: what the long one takes
// more is next to nothing for each cell.
func TestParquetAllocations(t *testing.T) {
	const rows = 20_000
	opt, rep, none := parquet.Repetitions.Optional, parquet.Repetitions.Repeated, schema.ConvertedTypes.None
	nodes := schema.FieldList{
		required("n", nil, parquet.Types.Int64, 0),
		required("s", schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
		required("d", schema.NewDecimalLogicalType(38, 2), parquet.Types.FixedLenByteArray, 16),
		required("t", schema.NewTimestampLogicalType(true, schema.TimeUnitMicros), parquet.Types.Int64, 0),
		group("list", opt, schema.ConvertedTypes.List, group("list", rep, none, leafNode("element", opt, schema.StringLogicalType{}, parquet.Types.ByteArray, 0))),
		group("map", opt, schema.ConvertedTypes.Map, group("key_value", rep, none,
			required("key", schema.StringLogicalType{}, parquet.Types.ByteArray, 0), leafNode("value", opt, nil, parquet.Types.Int64, 0))),
	}
	var numbers []int64
	var words, decimals []string
	var defs, reps []int16
	for i := range rows {
		numbers = append(numbers, int64(i))
		words = append(words, fmt.Sprint("word ", i))
		decimals = append(decimals, fmt.Sprintf("%016d", i))
		defs, reps = append(defs, 3), append(reps, 0)
	}
	mapKeys := texts(slices.Repeat([]int16{2}, rows), reps, words...)
	group := []columnWrite{ints64(nil, nil, numbers...), texts(nil, nil, words...), fixed(decimals...), ints64(nil, nil, numbers...),
		texts(defs, reps, words...), mapKeys, ints64(defs, reps, numbers...)}
	count := func(groups int) uint64 {
		var all [][]columnWrite
		for range groups {
			all = append(all, group)
		}
		p := parquetOf(t, groupsFile(t, nodes, parquet.Repetitions.Required, nil, all...), Options{})
		p.ahead.groups = 1
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read := 0
		for chunk := range chunks(t, p) {
			read += chunk.Len()
		}
		runtime.ReadMemStats(&after)
		if read != groups*rows {
			t.Fatalf("%d rows", read)
		}
		return after.Mallocs - before.Mallocs
	}
	short, long := count(2), count(6)
	if perCell := float64(long-short) / float64(4*rows*len(nodes)); perCell > 0.02 {
		t.Errorf("%.3f allocations to a cell", perCell)
	}
}
