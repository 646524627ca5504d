package readers

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

func required(name string, logical schema.LogicalType, physical parquet.Type, size int) schema.Node {
	return leafNode(name, parquet.Repetitions.Required, logical, physical, size)
}

// oneValue reads a file of one column and returns its cells as JSON.
func oneValue(t *testing.T, c lowColumn) string {
	t.Helper()
	rows := mustRows(t, lowColumns(t, c), Options{})
	out := strings.Join(rows, " ")
	return strings.TrimSuffix(strings.ReplaceAll(strings.ReplaceAll(out, `{"v":`, ""), "} ", " "), "}")
}

func TestParquetValues(t *testing.T) {
	i32, i64, raw, fix := parquet.Types.Int32, parquet.Types.Int64, parquet.Types.ByteArray, parquet.Types.FixedLenByteArray
	wide := append([]byte{0xff}, bytes.Repeat([]byte{0xff}, 15)...)
	stampOf := schema.NewTimestampLogicalType
	for name, c := range map[string]struct {
		logical  schema.LogicalType
		physical parquet.Type
		size     int
		write    func(file.ColumnChunkWriter) error
		want     string
	}{
		"int64":         {nil, i64, 0, ints64(nil, nil, math.MaxInt64, math.MinInt64), "9223372036854775807 -9223372036854775808"},
		"uint64":        {schema.NewIntLogicalType(64, false), i64, 0, ints64(nil, nil, -1), "18446744073709551615"},
		"uint32":        {schema.NewIntLogicalType(32, false), i32, 0, ints32(nil, nil, -1), "4294967295"},
		"int8":          {schema.NewIntLogicalType(8, true), i32, 0, ints32(nil, nil, -1), "-1"},
		"decimal int32": {schema.NewDecimalLogicalType(9, 2), i32, 0, ints32(nil, nil, 150, -5, 0), "1.50 -0.05 0.00"},
		"decimal int64": {schema.NewDecimalLogicalType(18, 0), i64, 0, ints64(nil, nil, -12), "-12"},
		"decimal bytes": {schema.NewDecimalLogicalType(20, 3), raw, 0, texts(nil, nil, "\x01\x00", "\xff", "\x00\xff\xff\xff\xff\xff\xff\xff\xff"), "0.256 -0.001 18446744073709551.615"},
		"decimal fixed": {schema.NewDecimalLogicalType(38, 10), fix, 16, fixed(string(wide)), "-0.0000000001"},
		"date":          {schema.DateLogicalType{}, i32, 0, ints32(nil, nil, 0, -1, 19723), `"1970-01-01T00:00:00" "1969-12-31T00:00:00" "2024-01-01T00:00:00"`},
		"time millis":   {schema.NewTimeLogicalType(true, schema.TimeUnitMillis), i32, 0, ints32(nil, nil, 0, 86399250), `"00:00:00" "23:59:59.25"`},
		"time nanos":    {schema.NewTimeLogicalType(false, schema.TimeUnitNanos), i64, 0, ints64(nil, nil, 1), `"00:00:00.000000001"`},
		"stamp millis":  {stampOf(true, schema.TimeUnitMillis), i64, 0, ints64(nil, nil, -1, 1700000000123), `"1969-12-31T23:59:59.999Z" "2023-11-14T22:13:20.123Z"`},
		"stamp micros":  {stampOf(true, schema.TimeUnitMicros), i64, 0, ints64(nil, nil, 1700000000123456), `"2023-11-14T22:13:20.123456Z"`},
		"stamp nanos":   {stampOf(true, schema.TimeUnitNanos), i64, 0, ints64(nil, nil, 1700000000123456789), `"2023-11-14T22:13:20.123456789Z"`},
		"stamp local":   {stampOf(false, schema.TimeUnitMicros), i64, 0, ints64(nil, nil, 1700000000123456), `"2023-11-14T22:13:20.123456"`},
		"json":          {schema.JSONLogicalType{}, raw, 0, texts(nil, nil, ` [1, 9007199254740993 , "<"]`, `7`, `[`), `[1,9007199254740993,"<"] "7" "["`},
		"json refused":  {schema.JSONLogicalType{}, raw, 0, texts(nil, nil, `{"a":1,"a":2}`, `["\ud800"]`), `"{\"a\":1,\"a\":2}" "[\"\\ud800\"]"`},
		"uuid":          {schema.UUIDLogicalType{}, fix, 16, fixed("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"), `"00112233-4455-6677-8899-aabbccddeeff"`},
		"enum":          {schema.EnumLogicalType{}, raw, 0, texts(nil, nil, "A"), `"A"`},
		"bytes":         {nil, raw, 0, texts(nil, nil, "", "007"), `"" "007"`},
		"float16":       {schema.Float16LogicalType{}, fix, 2, fixed("\x00\x3c", "\x00\x7c"), `1 "Infinity"`},
	} {
		t.Run(name, func(t *testing.T) {
			got := oneValue(t, lowColumn{required("v", c.logical, c.physical, c.size), c.write})
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestParquetFloats(t *testing.T) {
	got := oneValue(t, lowColumn{required("v", nil, parquet.Types.Double, 0), func(w file.ColumnChunkWriter) error {
		_, err := w.(*file.Float64ColumnChunkWriter).WriteBatch([]float64{0.1, 1e21, math.NaN(), math.Inf(1), math.Inf(-1)}, nil, nil)
		return err
	}})
	if got != `0.1 1000000000000000000000 "NaN" "Infinity" "-Infinity"` {
		t.Error(got)
	}
}

func TestParquetInt96(t *testing.T) {
	make96 := func(days uint32, nanos uint64) (v parquet.Int96) {
		binary.LittleEndian.PutUint64(v[:8], nanos)
		binary.LittleEndian.PutUint32(v[8:], days)
		return v
	}
	got := oneValue(t, lowColumn{required("v", nil, parquet.Types.Int96, 0), func(w file.ColumnChunkWriter) error {
		_, err := w.(*file.Int96ColumnChunkWriter).WriteBatch([]parquet.Int96{
			make96(2440588, 1), make96(2440587, 0), make96(2440588+1000000, 0)}, nil, nil)
		return err
	}})
	if got != `"1970-01-01T00:00:00.000000001Z" "1969-12-31T00:00:00Z" "4707-11-29T00:00:00Z"` {
		t.Error(got)
	}
}

func TestParquetBadRows(t *testing.T) {
	data := lowColumns(t,
		lowColumn{required("id", nil, parquet.Types.Int64, 0), ints64(nil, nil, 1, 2, 3)},
		lowColumn{required("name", schema.StringLogicalType{}, parquet.Types.ByteArray, 0), texts(nil, nil, "a", "b\xff", "c")})
	rows, bad, err := readParquet(t, data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, rows, []string{`{"id":1,"name":"a"}`, `{"id":3,"name":"c"}`})
	if len(bad) != 1 || bad[0].Position.Row != 2 || !strings.Contains(bad[0].Reason, "column name") || bad[0].Raw != `name: "b\xff"` {
		t.Errorf("bad rows: %+v", bad)
	}
}

func TestParquetSameNames(t *testing.T) {
	v := required("v", nil, parquet.Types.Int64, 0)
	data := lowColumns(t, lowColumn{v, ints64(nil, nil, 1)}, lowColumn{v, ints64(nil, nil, 2)})
	if _, _, err := readParquet(t, data, Options{}); err == nil || !strings.Contains(err.Error(), `two columns are named "v"`) {
		t.Error(err)
	}
	sameRows(t, mustRows(t, data, Options{Columns: []string{"x"}}), []string{"{}"})
}

func TestParquetUnsupported(t *testing.T) {
	data := lowColumns(t, lowColumn{required("doc", schema.BSONLogicalType{}, parquet.Types.ByteArray, 0), texts(nil, nil, "a")})
	if _, _, err := readParquet(t, data, Options{}); err == nil || !strings.Contains(err.Error(), "column doc: type BSON") {
		t.Error(err)
	}
	sameRows(t, mustRows(t, data, Options{Columns: []string{"x"}}), []string{"{}"})
}
