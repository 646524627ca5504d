package readers

import (
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// pathsFile has columns in columns: a struct with a struct, a list of structs, a
// map, a struct that repeats, and a name with a dot.
func pathsFile(t *testing.T) []byte {
	t.Helper()
	req, opt, rep := parquet.Repetitions.Required, parquet.Repetitions.Optional, parquet.Repetitions.Repeated
	none, list := schema.ConvertedTypes.None, schema.ConvertedTypes.List
	number := func(name string, r parquet.Repetition) schema.Node {
		return leafNode(name, r, nil, parquet.Types.Int64, 0)
	}
	nodes := schema.FieldList{
		group("props", opt, none, number("a", opt), group("page", opt, none, number("url", req), number("title", opt))),
		group("items", opt, list, group("list", rep, none, group("element", req, none, number("sku", req), number("price", opt)))),
		group("map", opt, schema.ConvertedTypes.Map, group("key_value", rep, none, number("key", req), number("value", opt))),
		group("rows", rep, none, number("x", req), number("y", req)),
		number("props.a", req),
	}
	return lowFile(t, nodes, req, 1, 256, compress.Codecs.Snappy,
		ints64([]int16{2, 1, 0}, nil, 1),
		ints64([]int16{2, 1, 0}, nil, 10), ints64([]int16{3, 1, 0}, nil, 11),
		ints64([]int16{2, 2, 1, 0}, []int16{0, 1, 0, 0}, 20, 21), ints64([]int16{3, 2, 1, 0}, []int16{0, 1, 0, 0}, 22),
		ints64([]int16{2, 1, 0}, []int16{0, 0, 0}, 30), ints64([]int16{3, 1, 0}, []int16{0, 0, 0}, 31),
		ints64([]int16{1, 1, 0, 0}, []int16{0, 1, 0, 0}, 40, 41), ints64([]int16{1, 1, 0, 0}, []int16{0, 1, 0, 0}, 50, 51),
		ints64(nil, nil, 7, 8, 9),
	)
}

func TestParquetPaths(t *testing.T) {
	data := pathsFile(t)
	for name, c := range map[string]struct {
		columns []string
		leaves  int
		want    []string
	}{
		"a member of a member": {[]string{"props.page.url"}, 1,
			[]string{`{"props":{"page":{"url":10}}}`, `{"props":{"page":null}}`, `{"props":null}`}},
		"two members": {[]string{"props.page.title", "props.page.url"}, 2,
			[]string{`{"props":{"page":{"url":10,"title":11}}}`, `{"props":{"page":null}}`, `{"props":null}`}},
		"a member whole": {[]string{"props.page", "props.page.url"}, 2,
			[]string{`{"props":{"page":{"url":10,"title":11}}}`, `{"props":{"page":null}}`, `{"props":null}`}},
		"a name with a dot": {[]string{"props.a"}, 1,
			[]string{`{"props.a":7}`, `{"props.a":8}`, `{"props.a":9}`}},
		"the column too": {[]string{"props.page.url", "props"}, 3,
			[]string{`{"props":{"a":1,"page":{"url":10,"title":11}}}`, `{"props":{"a":null,"page":null}}`, `{"props":null}`}},
		"leads nowhere": {[]string{"props.none"}, 3,
			[]string{`{"props":{"a":1,"page":{"url":10,"title":11}}}`, `{"props":{"a":null,"page":null}}`, `{"props":null}`}},
		"members of a list": {[]string{"items[].price"}, 1,
			[]string{`{"items":[{"price":22},{"price":null}]}`, `{"items":[]}`, `{"items":null}`}},
		"a list by name": {[]string{"items.price"}, 2,
			[]string{`{"items":[{"sku":20,"price":22},{"sku":21,"price":null}]}`, `{"items":[]}`, `{"items":null}`}},
		"a list's elements": {[]string{"items[]"}, 2,
			[]string{`{"items":[{"sku":20,"price":22},{"sku":21,"price":null}]}`, `{"items":[]}`, `{"items":null}`}},
		"a key of a map": {[]string{"map.30"}, 2,
			[]string{`{"map":{"30":31}}`, `{"map":{}}`, `{"map":null}`}},
		"a struct that repeats": {[]string{"rows[].y"}, 1,
			[]string{`{"rows":[{"y":50},{"y":51}]}`, `{"rows":[]}`, `{"rows":[]}`}},
		"a glob": {[]string{"props.*"}, 1,
			[]string{`{"props.a":7}`, `{"props.a":8}`, `{"props.a":9}`}},
		"another column's beginning": {[]string{"propsx.a", "prop"}, 0, []string{"{}", "{}", "{}"}},
	} {
		t.Run(name, func(t *testing.T) {
			sameRows(t, mustRows(t, data, Options{Columns: c.columns}), c.want)
			if got := len(parquetOf(t, data, Options{Columns: c.columns}).leaves); got != c.leaves {
				t.Errorf("%d leaves are read, want %d", got, c.leaves)
			}
		})
	}
}
