package readers

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

func group(name string, r parquet.Repetition, converted schema.ConvertedType, fields ...schema.Node) schema.Node {
	return schema.MustGroup(schema.NewGroupNodeConverted(name, r, fields, converted, -1))
}

// oldListFile has 2-level and 3-level lists, a map with numbers as keys and a
// list of lists.
func oldListFile(t *testing.T, groups int) []byte {
	t.Helper()
	req, opt, rep := parquet.Repetitions.Required, parquet.Repetitions.Optional, parquet.Repetitions.Repeated
	none, list := schema.ConvertedTypes.None, schema.ConvertedTypes.List
	nodes := schema.FieldList{
		group("two", opt, list, leafNode("element", rep, nil, parquet.Types.Int64, 0)),
		group("bag", opt, list, group("bag", rep, none, leafNode("array_element", opt, schema.StringLogicalType{}, parquet.Types.ByteArray, 0))),
		group("pair", opt, list, group("array", rep, none, leafNode("x", req, nil, parquet.Types.Int64, 0))),
		group("map", opt, schema.ConvertedTypes.Map, group("key_value", rep, none,
			leafNode("key", req, nil, parquet.Types.Int64, 0), leafNode("value", opt, nil, parquet.Types.Int64, 0))),
		group("deep", opt, list, group("list", rep, none,
			group("element", opt, list, group("list", rep, none, leafNode("element", opt, nil, parquet.Types.Int64, 0))))),
	}
	return lowFile(t, nodes, req, groups, 256, compress.Codecs.Zstd,
		ints64([]int16{2, 2, 1, 0}, []int16{0, 1, 0, 0}, 1, 2),
		texts([]int16{3, 2, 3, 1, 0}, []int16{0, 1, 1, 0, 0}, "a", "<b>"),
		ints64([]int16{2, 2, 1, 0}, []int16{0, 1, 0, 0}, 5, 6),
		ints64([]int16{2, 2, 2, 1, 0}, []int16{0, 1, 1, 0, 0}, 1, 2, 1),
		ints64([]int16{3, 2, 3, 1, 0}, []int16{0, 1, 1, 0, 0}, 10, 30),
		ints64([]int16{5, 4, 3, 2, 5, 1, 0}, []int16{0, 2, 1, 1, 1, 0, 0}, 1, 2),
	)
}

func TestParquetOldLists(t *testing.T) {
	sameRows(t, mustRows(t, oldListFile(t, 1), Options{}), []string{
		`{"two":[1,2],"bag":["a",null,"<b>"],"pair":[{"x":5},{"x":6}],"map":{"1":30,"2":null},"deep":[[1,null],[],null,[2]]}`,
		`{"two":[],"bag":[],"pair":[],"map":{},"deep":[]}`,
		`{"two":null,"bag":null,"pair":null,"map":null,"deep":null}`,
	})
}

// lowFlatFile is a flat table by arrow's writer.
func lowFlatFile(t *testing.T) []byte {
	t.Helper()
	opt := parquet.Repetitions.Optional
	nodes := schema.FieldList{
		required("id", nil, parquet.Types.Int64, 0),
		leafNode("code", opt, schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
		leafNode("day", opt, schema.DateLogicalType{}, parquet.Types.Int32, 0),
	}
	var ids []int64
	var days []int32
	var codes []string
	var defs []int16
	for i := range 300 {
		ids = append(ids, 9007199254740993+int64(i))
		defs = append(defs, int16(min(i%4, 1)))
		if i%4 > 0 {
			codes = append(codes, fmt.Sprintf("%04d 😀", i))
			days = append(days, int32(i))
		}
	}
	return lowFile(t, nodes, parquet.Repetitions.Repeated, 3, 256, compress.Codecs.Snappy,
		ints64(nil, nil, ids...), texts(defs, nil, codes...), ints32(defs, nil, days...))
}

func TestParquetLowFlat(t *testing.T) {
	rows := mustRows(t, lowFlatFile(t), Options{ChunkRows: 64})
	if len(rows) != 900 {
		t.Fatalf("%d rows", len(rows))
	}
	sameRows(t, rows[300:302], []string{
		`{"id":9007199254740993,"code":null,"day":null}`,
		`{"id":9007199254740994,"code":"0001 😀","day":"1970-01-02T00:00:00"}`,
	})
}
