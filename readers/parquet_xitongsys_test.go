package readers

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/writer"
)

type flatRow struct {
	ID     int64    `parquet:"name=id, type=INT64"`
	Code   string   `parquet:"name=code, type=BYTE_ARRAY, convertedtype=UTF8"`
	Note   *string  `parquet:"name=note, type=BYTE_ARRAY, convertedtype=UTF8"`
	Active *bool    `parquet:"name=active, type=BOOLEAN"`
	Score  float64  `parquet:"name=score, type=DOUBLE"`
	Small  *float32 `parquet:"name=small, type=FLOAT"`
	Seen   int64    `parquet:"name=seen, type=INT64, convertedtype=TIMESTAMP_MILLIS, logicaltype=TIMESTAMP, logicaltype.isadjustedtoutc=true, logicaltype.unit=MILLIS"`
}

// flatFile returns a file written by xitongsys with several row groups, and
// its rows.
func flatFile(t *testing.T, rows int) ([]byte, []string) {
	t.Helper()
	var buf bytes.Buffer
	w, err := writer.NewParquetWriterFromWriter(&buf, new(flatRow), 1)
	if err != nil {
		t.Fatal(err)
	}
	w.PageSize = 512
	var want []string
	for i := range rows {
		row := flatRow{ID: 9007199254740993 + int64(i), Code: fmt.Sprintf("%05d 🎉", i), Score: float64(i) / 4, Seen: int64(i) - 1}
		note := "null"
		switch i % 3 {
		case 0:
			row.Note, note = new(string), `""`
		case 1:
			text := "täxt"
			row.Note, note = &text, `"täxt"`
		}
		active, small := "null", "null"
		if i%2 == 0 {
			yes, tenth := i%4 == 0, float32(0.1)
			row.Active, active = &yes, fmt.Sprint(yes)
			row.Small, small = &tenth, "0.1"
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
		if i%100 == 99 {
			if err := w.Flush(true); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, fmt.Sprintf(`{"id":%d,"code":"%05d 🎉","note":%s,"active":%s,"score":%v,"small":%s,"seen":"%s"}`,
			row.ID, i, note, active, row.Score, small, time.UnixMilli(row.Seen).UTC().Format(time.RFC3339Nano)))
	}
	if err := w.WriteStop(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), want
}

func TestParquetFlat(t *testing.T) {
	data, want := flatFile(t, 450)
	for _, rows := range []int{0, 1, 7, 100, 1000} {
		sameRows(t, mustRows(t, data, Options{ChunkRows: rows}), want)
	}
}

func TestParquetProjection(t *testing.T) {
	data, _ := flatFile(t, 3)
	path := filepath.Join(t.TempDir(), "flat.parquet")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := openParquet(path, Options{Columns: []string{"s?en", "co*", "none"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	columns, final := r.Columns()
	if got := fmt.Sprint(columns, final, r.Names()); got != "[{code 1} {seen 4}] true [id code note active score small seen]" {
		t.Error(got)
	}
	rows, _, err := drain(t, r)
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, rows, []string{
		`{"code":"00000 🎉","seen":"1969-12-31T23:59:59.999Z"}`,
		`{"code":"00001 🎉","seen":"1970-01-01T00:00:00Z"}`,
		`{"code":"00002 🎉","seen":"1970-01-01T00:00:00.001Z"}`,
	})
	sameRows(t, mustRows(t, data, Options{Columns: []string{}}), []string{"{}", "{}", "{}"})
}

// codecFile is a file by xitongsys whose footer names a codec.
func codecFile(t *testing.T, codec parquet.CompressionCodec) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := writer.NewParquetWriterFromWriter(&buf, new(flatRow), 1)
	if err != nil {
		t.Fatal(err)
	}
	w.CompressionType = codec
	for i := range 100 {
		if err := w.Write(flatRow{ID: int64(i), Code: "täxt"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteStop(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestParquetCodecsOfXitongsys(t *testing.T) {
	for _, codec := range []parquet.CompressionCodec{
		parquet.CompressionCodec_UNCOMPRESSED, parquet.CompressionCodec_SNAPPY, parquet.CompressionCodec_GZIP,
		parquet.CompressionCodec_LZ4, parquet.CompressionCodec_ZSTD,
	} {
		t.Run(codec.String(), func(t *testing.T) {
			rows := mustRows(t, codecFile(t, codec), Options{Columns: []string{"id", "code"}})
			if len(rows) != 100 || rows[99] != `{"id":99,"code":"täxt"}` {
				t.Errorf("%d rows, the last one %s", len(rows), rows[len(rows)-1])
			}
		})
	}
}

func TestParquetUnsupportedCodec(t *testing.T) {
	_, _, err := readParquet(t, codecFile(t, parquet.CompressionCodec_LZO), Options{})
	want := "row group 1, column id: compression lzo cannot be read; rewrite the file with snappy or zstd"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

type oldTypes struct {
	Day   int32  `parquet:"name=day, type=INT32, convertedtype=DATE"`
	At    int64  `parquet:"name=at, type=INT64, convertedtype=TIMESTAMP_MICROS"`
	Clock int32  `parquet:"name=clock, type=INT32, convertedtype=TIME_MILLIS"`
	Count int32  `parquet:"name=count, type=INT32, convertedtype=UINT_32"`
	Price string `parquet:"name=price, type=BYTE_ARRAY, convertedtype=DECIMAL, scale=2, precision=10"`
	Old   string `parquet:"name=old, type=INT96"`
}

func TestParquetOldTypes(t *testing.T) {
	var buf bytes.Buffer
	w, err := writer.NewParquetWriterFromWriter(&buf, new(oldTypes), 1)
	if err != nil {
		t.Fatal(err)
	}
	var old [12]byte
	binary.LittleEndian.PutUint32(old[8:], 2440589)
	row := oldTypes{Day: 1, At: 1500000, Clock: 1500, Count: -1, Price: "\x01\x00", Old: string(old[:])}
	if err := w.Write(row); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteStop(); err != nil {
		t.Fatal(err)
	}
	sameRows(t, mustRows(t, buf.Bytes(), Options{}), []string{fmt.Sprintf(
		`{"day":"1970-01-02T00:00:00","at":"1970-01-01T00:00:01.5","clock":"00:00:01.5","count":%d,"price":2.56,"old":"1970-01-02T00:00:00Z"}`, uint32(math.MaxUint32))})
}

type nestedItem struct {
	SKU   string   `parquet:"name=sku, type=BYTE_ARRAY, convertedtype=UTF8"`
	Count *int32   `parquet:"name=count, type=INT32"`
	Tags  []string `parquet:"name=tags, type=LIST, valuetype=BYTE_ARRAY, valueconvertedtype=UTF8"`
}

type nestedPlace struct {
	City *string `parquet:"name=city, type=BYTE_ARRAY, convertedtype=UTF8"`
	Zip  string  `parquet:"name=zip, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type nestedRow struct {
	ID    int64            `parquet:"name=id, type=INT64"`
	Items []nestedItem     `parquet:"name=items, type=LIST"`
	Place *nestedPlace     `parquet:"name=place"`
	Attrs map[string]int64 `parquet:"name=attrs, type=MAP, keytype=BYTE_ARRAY, keyconvertedtype=UTF8, valuetype=INT64"`
	Plain []int64          `parquet:"name=plain, type=INT64, repetitiontype=REPEATED"`
}

// nestedFile returns a file of nested columns by xitongsys, and its rows.
func nestedFile(t *testing.T, rounds int) ([]byte, []string) {
	t.Helper()
	var buf bytes.Buffer
	w, err := writer.NewParquetWriterFromWriter(&buf, new(nestedRow), 1)
	if err != nil {
		t.Fatal(err)
	}
	w.PageSize = 256
	two, city := int32(2), "Köln \"x\""
	var want []string
	for i := range rounds {
		id := int64(i)
		for _, row := range []nestedRow{
			{ID: id, Items: []nestedItem{{"007", &two, []string{"a", "b"}}, {"", nil, nil}}, Place: &nestedPlace{&city, "01234"},
				Attrs: map[string]int64{"k": 9007199254740993}, Plain: []int64{1, 2}},
			{ID: id},
			{ID: id, Place: &nestedPlace{}, Plain: []int64{3}},
		} {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want,
			fmt.Sprintf(`{"id":%d,"items":[{"sku":"007","count":2,"tags":["a","b"]},{"sku":"","count":null,"tags":[]}],"place":{"city":"Köln \"x\"","zip":"01234"},"attrs":{"k":9007199254740993},"plain":[1,2]}`, id),
			fmt.Sprintf(`{"id":%d,"items":[],"place":null,"attrs":{},"plain":[]}`, id),
			fmt.Sprintf(`{"id":%d,"items":[],"place":{"city":null,"zip":""},"attrs":{},"plain":[3]}`, id))
		if i%40 == 39 {
			if err := w.Flush(true); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.WriteStop(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), want
}

func TestParquetNested(t *testing.T) {
	data, want := nestedFile(t, 500)
	for _, rows := range []int{0, 1, 7} {
		sameRows(t, mustRows(t, data, Options{ChunkRows: rows}), want)
	}
}
