package readers

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"pgregory.net/rapid"
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
		"int16":         {schema.NewIntLogicalType(16, true), i32, 0, ints32(nil, nil, math.MinInt16), "-32768"},
		"uint16":        {schema.NewIntLogicalType(16, false), i32, 0, ints32(nil, nil, math.MaxUint16), "65535"},
		"uint8":         {schema.NewIntLogicalType(8, false), i32, 0, ints32(nil, nil, 255), "255"},
		"int32":         {nil, i32, 0, ints32(nil, nil, math.MaxInt32, math.MinInt32), "2147483647 -2147483648"},
		"int8":          {schema.NewIntLogicalType(8, true), i32, 0, ints32(nil, nil, -1), "-1"},
		"decimal int32": {schema.NewDecimalLogicalType(9, 2), i32, 0, ints32(nil, nil, 150, -5, 0), "1.50 -0.05 0.00"},
		"decimal int64": {schema.NewDecimalLogicalType(18, 0), i64, 0, ints64(nil, nil, -12), "-12"},
		"decimal bytes": {schema.NewDecimalLogicalType(20, 3), raw, 0, texts(nil, nil, "\x01\x00", "\xff", "\x00\xff\xff\xff\xff\xff\xff\xff\xff"), "0.256 -0.001 18446744073709551.615"},
		"decimal fixed": {schema.NewDecimalLogicalType(38, 10), fix, 16, fixed(string(wide)), "-0.0000000001"},
		"date":          {schema.DateLogicalType{}, i32, 0, ints32(nil, nil, 0, -1, 19723), `"1970-01-01T00:00:00" "1969-12-31T00:00:00" "2024-01-01T00:00:00"`},
		"time millis":   {schema.NewTimeLogicalType(true, schema.TimeUnitMillis), i32, 0, ints32(nil, nil, 0, 86399250), `"00:00:00" "23:59:59.25"`},
		"time micros":   {schema.NewTimeLogicalType(true, schema.TimeUnitMicros), i64, 0, ints64(nil, nil, 86399999999), `"23:59:59.999999"`},
		"time nanos":    {schema.NewTimeLogicalType(false, schema.TimeUnitNanos), i64, 0, ints64(nil, nil, 1), `"00:00:00.000000001"`},
		"stamp millis":  {stampOf(true, schema.TimeUnitMillis), i64, 0, ints64(nil, nil, -1, 1700000000123), `"1969-12-31T23:59:59.999Z" "2023-11-14T22:13:20.123Z"`},
		"stamp micros":  {stampOf(true, schema.TimeUnitMicros), i64, 0, ints64(nil, nil, 1700000000123456), `"2023-11-14T22:13:20.123456Z"`},
		"stamp nanos":   {stampOf(true, schema.TimeUnitNanos), i64, 0, ints64(nil, nil, 1700000000123456789), `"2023-11-14T22:13:20.123456789Z"`},
		"stamp extreme": {stampOf(true, schema.TimeUnitMicros), i64, 0, ints64(nil, nil, math.MinInt64), `"-290308-12-21T19:59:05.224192Z"`},
		"local millis":  {stampOf(false, schema.TimeUnitMillis), i64, 0, ints64(nil, nil, -1), `"1969-12-31T23:59:59.999"`},
		"local nanos":   {stampOf(false, schema.TimeUnitNanos), i64, 0, ints64(nil, nil, 1), `"1970-01-01T00:00:00.000000001"`},
		"stamp local":   {stampOf(false, schema.TimeUnitMicros), i64, 0, ints64(nil, nil, 1700000000123456), `"2023-11-14T22:13:20.123456"`},
		"json":          {schema.JSONLogicalType{}, raw, 0, texts(nil, nil, ` [1, 9007199254740993 , "<"]`, `7`, `[`), `[1,9007199254740993,"<"] "7" "["`},
		"json refused":  {schema.JSONLogicalType{}, raw, 0, texts(nil, nil, `{"a":1,"a":2}`, `["\ud800"]`), `"{\"a\":1,\"a\":2}" "[\"\\ud800\"]"`},
		"uuid":          {schema.UUIDLogicalType{}, fix, 16, fixed("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"), `"00112233-4455-6677-8899-aabbccddeeff"`},
		"enum":          {schema.EnumLogicalType{}, raw, 0, texts(nil, nil, "A"), `"A"`},
		"bytes":         {nil, raw, 0, texts(nil, nil, "", "007"), `"" "007"`},
		"string":        {schema.StringLogicalType{}, raw, 0, texts(nil, nil, "007", "", "ä\x00"), `"007" "" "ä\u0000"`},
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
			make96(2440588, 1), make96(2440587, 0), make96(2440588+1000000, 0),
			make96(0, 0), make96(math.MaxUint32, 0), make96(2440588, 25*3600e9), make96(2440588, math.MaxUint64)}, nil, nil)
		return err
	}})
	if got != `"1970-01-01T00:00:00.000000001Z" "1969-12-31T00:00:00Z" "4707-11-29T00:00:00Z" `+
		`"-4713-11-24T00:00:00Z" "11754508-12-13T00:00:00Z" "1970-01-02T01:00:00Z" "1969-12-31T23:59:59.999999999Z"` {
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
	for name, node := range map[string]schema.Node{
		"BSON":     required("doc", schema.BSONLogicalType{}, parquet.Types.ByteArray, 0),
		"INTERVAL": required("doc", schema.IntervalLogicalType{}, parquet.Types.FixedLenByteArray, 12),
	} {
		t.Run(name, func(t *testing.T) {
			write := texts(nil, nil, "a")
			if name == "INTERVAL" {
				write = fixed("abcdabcdabcd")
			}
			data := lowColumns(t, lowColumn{node, write})
			want := "column doc: type " + name + " cannot be read; rewrite the file with a plain type or leave the column out"
			if _, _, err := readParquet(t, data, Options{}); err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
			sameRows(t, mustRows(t, data, Options{Columns: []string{"x"}}), []string{"{}"})
		})
	}
}

// TestParquetUnknownType has a type that is newer than the library.
func TestParquetUnknownType(t *testing.T) {
	const byteArray, optional, variant = 6, 1, 16
	variantType := []byte{thriftStruct, 2 * variant, 0, 0}
	footer := compactStruct(1, [][]byte{
		compactStruct(nil, nil, nil, "schema", 1),
		compactStruct(byteArray, nil, optional, "doc", nil, nil, nil, nil, nil, variantType),
	})
	data := append([]byte("PAR1"), footer...)
	data = append(binary.LittleEndian.AppendUint32(data, uint32(len(footer))), "PAR1"...)
	want := "column doc: type VARIANT cannot be read; rewrite the file without it or with a plain type"
	if _, _, err := readParquet(t, data, Options{}); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestParquetUnreadableEncoding(t *testing.T) {
	data, _ := encodedFile(t)
	p := parquetOf(t, data, Options{})
	p.footer.RowGroups[1].Columns[2].MetaData.Encodings[0] = 1
	err := p.chooseGroups(Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "row group 2, column s: encoding ") || !strings.Contains(err.Error(), "(number 1) cannot be read; rewrite") {
		t.Error(err)
	}
}

func TestParquetNoRows(t *testing.T) {
	node := schema.FieldList{required("id", nil, parquet.Types.Int64, 0)}
	for name, data := range map[string][]byte{
		"no row group":       groupsFile(t, node, parquet.Repetitions.Required, nil),
		"an empty row group": groupsFile(t, node, parquet.Repetitions.Required, nil, []columnWrite{ints64(nil, nil)}),
		"then one with rows": groupsFile(t, node, parquet.Repetitions.Required, nil, []columnWrite{ints64(nil, nil)}, []columnWrite{ints64(nil, nil, 7)}),
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			if name == "then one with rows" {
				want = []string{`{"id":7}`}
			}
			sameRows(t, mustRows(t, data, Options{}), want)
		})
	}
	// A chunk without rows may have no pages, and then no place in the file.
	data := groupsFile(t, node, parquet.Repetitions.Required, nil, []columnWrite{ints64(nil, nil)})
	p := parquetOf(t, data, Options{})
	p.footer.RowGroups[0].Columns[0].MetaData.DataPageOffset = 0
	p.groups = nil
	if err := p.chooseGroups(Options{}); err != nil {
		t.Error(err)
	}
}

// TestParquetDecimals writes numbers of every length in two's complement.
func TestParquetDecimals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "raw")
		scale := rapid.IntRange(0, 40).Draw(t, "scale")
		n := new(big.Int).SetBytes(raw)
		if raw[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(raw))))
		}
		want := new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).FloatString(scale)
		if n.Sign() < 0 && !strings.HasPrefix(want, "-") {
			want = "-" + want
		}
		l := new(leafReader)
		l.putDecimal(raw, scale)
		if got := string(l.text); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
