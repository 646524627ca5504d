package readers

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// encodedFile has 500 rows in two row groups, with the numbers and texts in the
// given encodings, and the rows.
func encodedFile(t testing.TB, props ...parquet.WriterProperty) (data []byte, want []string) {
	t.Helper()
	optional := parquet.Repetitions.Optional
	nodes := schema.FieldList{
		required("n", nil, parquet.Types.Int64, 0),
		leafNode("i", optional, nil, parquet.Types.Int32, 0),
		leafNode("s", optional, schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
		required("b", nil, parquet.Types.Boolean, 0),
		leafNode("list", parquet.Repetitions.Repeated, schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
	}
	var groups [][]columnWrite
	for g := range 2 {
		var n []int64
		var small []int32
		var words, list []string
		var yes []bool
		var defs, listDefs, listReps []int16
		for i := 250 * g; i < 250*g+250; i++ {
			n = append(n, int64(i)*int64(i)*1e11)
			yes = append(yes, i%3 == 0)
			row := fmt.Sprintf(`{"n":%d,"i":null,"s":null,"b":%v,"list":[]}`, int64(i)*int64(i)*1e11, i%3 == 0)
			defs = append(defs, int16(min(1, i%5)))
			listDefs, listReps = append(listDefs, int16(min(1, i%5))), append(listReps, 0)
			if i%5 > 0 {
				small, words = append(small, int32(-i)), append(words, fmt.Sprintf("prefix/of/text/%d", i%40))
				list = append(list, "a", "")
				listDefs, listReps = append(listDefs, 1), append(listReps, 1)
				row = fmt.Sprintf(`{"n":%d,"i":%d,"s":"prefix/of/text/%d","b":%v,"list":["a",""]}`, int64(i)*int64(i)*1e11, -i, i%40, i%3 == 0)
			}
			want = append(want, row)
		}
		groups = append(groups, []columnWrite{ints64(nil, nil, n...), ints32(defs, nil, small...), texts(defs, nil, words...), bools(yes...), texts(listDefs, listReps, list...)})
	}
	props = append([]parquet.WriterProperty{parquet.WithDataPageSize(300), parquet.WithBatchSize(16)}, props...)
	return groupsFile(t, nodes, parquet.Repetitions.Required, props, groups...), want
}

func TestParquetEncodings(t *testing.T) {
	for codec, compression := range map[string]compress.Compression{
		"none": compress.Codecs.Uncompressed, "snappy": compress.Codecs.Snappy, "gzip": compress.Codecs.Gzip,
		"zstd": compress.Codecs.Zstd, "brotli": compress.Codecs.Brotli,
	} {
		for version, page := range map[string]parquet.DataPageVersion{"v1": parquet.DataPageV1, "v2": parquet.DataPageV2} {
			for encoding, props := range map[string][]parquet.WriterProperty{
				"dictionary": nil,
				"plain":      {parquet.WithDictionaryDefault(false)},
				"delta": {
					parquet.WithDictionaryDefault(false),
					parquet.WithEncodingFor("n", parquet.Encodings.DeltaBinaryPacked), parquet.WithEncodingFor("i", parquet.Encodings.DeltaBinaryPacked),
					parquet.WithEncodingFor("s", parquet.Encodings.DeltaByteArray), parquet.WithEncodingFor("list", parquet.Encodings.DeltaLengthByteArray),
					parquet.WithEncodingFor("b", parquet.Encodings.RLE),
				},
				"dictionary too large": {parquet.WithDictionaryPageSizeLimit(200)},
			} {
				t.Run(codec+" "+version+" "+encoding, func(t *testing.T) {
					data, want := encodedFile(t, append(props, parquet.WithCompression(compression), parquet.WithDataPageVersion(page))...)
					sameRows(t, mustRows(t, data, Options{ChunkRows: 70}), want)
				})
			}
		}
	}
}
