package readers

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFoldersOf(t *testing.T) {
	for source, want := range map[string]string{
		"part.parquet":                                      "[]",
		"a=1.parquet":                                       "[]",
		"dt=2024-01-01/part.parquet":                        "[dt=2024-01-01]",
		"/data/dt=2024-01-01/h=00/part.parquet":             "[dt=2024-01-01 h=00]",
		"s3://bucket/x/a=b%2Fc%20d/p.parquet?region=x/y=z/": "[a=b/c d]",
		"a==/b=/=c/p.parquet":                               "[a== b=]",
		"a=1/b=2/a=3/p.parquet":                             "[a=3 b=2]",
		"a=100%/p.parquet":                                  "[a=100%]",
		"a=\xff/p.parquet":                                  "[a=\uFFFD]",
		"a=__HIVE_DEFAULT_PARTITION__/p.parquet":            "[a null]",
	} {
		got := []string{}
		for _, p := range foldersOf(source) {
			if p.value.Kind == Null {
				got = append(got, p.name+" null")
				continue
			}
			got = append(got, p.name+"="+p.value.Text)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, want %s", source, got, want)
		}
	}
}

func TestParquetPartitions(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "dt=00123", "none=__HIVE_DEFAULT_PARTITION__", "id=9")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "in.parquet")
	if err := os.WriteFile(path, wideFile(t, 2), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(context.Background(), path, Options{Columns: []string{"id", "dt", "none", "text"}, ChunkRows: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	columns, _ := r.Columns()
	if got, want := fmt.Sprint(columns, r.Names()), "[{dt 1} {none 1} {id 2} {text 1}] [dt none id text list]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	rows, _, err := drain(t, r)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for id := range 200 { // the file's own id, not the path's
		want = append(want, fmt.Sprintf(`{"dt":"00123","none":null,"id":%d,"text":"%s"}`, id, strings.Repeat(fmt.Sprint(id, " "), 50)))
	}
	sameRows(t, rows, want)
}

func TestParquetPartitionPrunes(t *testing.T) {
	data := wideFile(t, 2)
	const name = "dt=2024-01-05/in.parquet"
	for condition, c := range map[string]struct {
		Comparison
		nulls []string
		all   bool
	}{
		"later":              {Comparison{"dt", ">", []Value{texted("2024-01-05")}}, nil, true},
		"as late":            {Comparison{"dt", ">=", []Value{texted("2024-01-05")}}, nil, false},
		"another":            {Comparison{"dt", "==", []Value{texted("2024-01-05x")}}, nil, true},
		"unequal":            {Comparison{"dt", "!=", []Value{texted("2024-01-05")}}, nil, true},
		"unequal but null":   {Comparison{"dt", "!=", []Value{texted("2024-01-05")}}, []string{"2024-01-05"}, false},
		"earlier but null":   {Comparison{"dt", "<", []Value{texted("2024")}}, []string{"2024-01-05"}, false},
		"in":                 {Comparison{"dt", "in", []Value{texted("2024-01-04"), texted("2024-01-06")}}, nil, true},
		"in, itself":         {Comparison{"dt", "in", []Value{texted("2024-01-04"), texted("2024-01-05")}}, nil, false},
		"a number":           {Comparison{"dt", "==", []Value{number("2024")}}, nil, false},
		"a column elsewhere": {Comparison{"dx", "==", []Value{texted("2024")}}, nil, false},
	} {
		t.Run(condition, func(t *testing.T) {
			r, err := newParquetReader(name, bytes.NewReader(data), int64(len(data)), new(closing), Options{Prune: []Comparison{c.Comparison}, Nulls: c.nulls})
			if err != nil {
				t.Fatal(err)
			}
			var left []int64
			for chunk := range chunks(t, r.(*parquetReader)) {
				left = append(left, chunk.Pruned)
			}
			if want := []int64{100, 100}; slices.Equal(left, want) != c.all {
				t.Errorf("left out %v rows", left)
			}
		})
	}
}
