package readers

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// compactStruct writes a struct in Thrift's compact form with fields from 1 on:
// 32-bit numbers, booleans, texts, structs and lists of structs; nil leaves one
// out.
func compactStruct(fields ...any) []byte {
	var out []byte
	last := 0
	for i, field := range fields {
		kind := byte(thriftStruct)
		var value []byte
		switch v := field.(type) {
		case nil:
			continue
		case int:
			kind, value = thriftInt32, binary.AppendVarint(nil, int64(v))
		case bool:
			kind = thriftFalse
			if v {
				kind = thriftTrue
			}
		case string:
			kind, value = thriftBinary, append([]byte{byte(len(v))}, v...)
		case []byte:
			value = v
		case [][]byte:
			kind, value = thriftList, append([]byte{byte(len(v))<<4 | thriftStruct}, slices.Concat(v...)...)
		}
		out = append(append(out, byte(i+1-last)<<4|kind), value...)
		last = i + 1
	}
	return append(out, 0)
}

// plainPage is a page of version 1 with its header.
func plainPage(values int, encoding int, crc any, data []byte) []byte {
	head := compactStruct(dataPage, len(data), len(data), crc, compactStruct(values, encoding, 3, 3))
	return append(head, data...)
}

func doubleBytes(values ...float64) (out []byte) {
	for _, v := range values {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
	}
	return out
}

// readPages decodes the pages of a required column of doubles.
func readPages(t *testing.T, values int, pages ...[]byte) ([]float64, error) {
	t.Helper()
	node := leafNode("v", parquet.Repetitions.Required, nil, parquet.Types.Double, 0).(*schema.PrimitiveNode)
	p := pagesOf(schema.NewColumn(node, 0, 0), values, slices.Concat(pages...))
	column := file.NewColumnReader(p.column, p, limitedAllocator{1 << 20}, nil).(*file.Float64ColumnChunkReader)
	out := make([]float64, values)
	var n int
	err := guard("it", func() (err error) {
		_, n, err = column.ReadBatch(int64(values), out, nil, nil)
		if err == nil {
			err = column.Err()
		}
		return err
	})
	return out[:n], err
}

func pagesOf(column *schema.Column, values int, data []byte) *pageReader {
	return &pageReader{column: column, stream: bufio.NewReaderSize(bytes.NewReader(data), pageHeaderSize), left: int64(len(data)), most: 1 << 20, levels: int64(values)}
}

func TestParquetPages(t *testing.T) {
	data := doubleBytes(1, 2.5)
	sum := int(int32(crc32.ChecksumIEEE(data)))
	plain, other := int(parquet.Encodings.Plain), slices.Concat(compactStruct(1, 3, 3), []byte("abc"))
	var split []byte
	for b := range 8 {
		for v := range 2 {
			split = append(split, data[8*v+b])
		}
	}
	v2 := func(plainSize int, levels int) []byte {
		return append(compactStruct(dataPageV2, plainSize, 16, nil, nil, nil, nil, compactStruct(2, 0, 2, plain, levels, 0, false)), data...)
	}
	long := compactStruct(dataPage, 16, 16, nil, compactStruct(2, plain, 3, 3, append([]byte{1<<4 | 8}, append(binary.AppendUvarint(nil, 5000), append(make([]byte, 5000), 0)...)...)))
	for name, c := range map[string]struct {
		pages [][]byte
		want  []float64
		err   string
	}{
		"plain":                {[][]byte{plainPage(2, plain, nil, data)}, []float64{1, 2.5}, ""},
		"a right checksum":     {[][]byte{plainPage(2, plain, sum, data)}, []float64{1, 2.5}, ""},
		"a wrong checksum":     {[][]byte{plainPage(2, plain, sum+1, data)}, nil, "a page differs from its checksum"},
		"split":                {[][]byte{plainPage(2, int(byteStreamSplit), nil, split)}, []float64{1, 2.5}, ""},
		"split, short":         {[][]byte{plainPage(2, int(byteStreamSplit), nil, split[:15])}, nil, "less than its header says"},
		"version 2":            {[][]byte{v2(16, 0)}, []float64{1, 2.5}, ""},
		"version 2, levels":    {[][]byte{v2(16, 17)}, nil, "less than its header says"},
		"version 2, size":      {[][]byte{v2(24, 0)}, nil, "less than its header says"},
		"another kind of page": {[][]byte{other, plainPage(2, plain, nil, data)}, []float64{1, 2.5}, ""},
		"an empty page":        {[][]byte{plainPage(0, plain, nil, nil), plainPage(2, plain, nil, data)}, []float64{1, 2.5}, ""},
		"a long header":        {[][]byte{long, data}, []float64{1, 2.5}, ""},
		"too many values":      {[][]byte{plainPage(2, plain, nil, data), plainPage(1, plain, nil, data)}, []float64{1, 2.5}, ""},
		"more values than due": {[][]byte{plainPage(3, plain, nil, data)}, nil, "more values than the footer tells of"},
		"a page too large":     {[][]byte{compactStruct(dataPage, 1<<30, 16, nil, compactStruct(2, plain, 3, 3)), data}, nil, "a page of 1073741824 bytes"},
		"negative sizes":       {[][]byte{compactStruct(dataPage, -1, 16, nil, compactStruct(2, plain, 3, 3)), data}, nil, "a page of -1 bytes"},
		"cut off":              {[][]byte{plainPage(2, plain, nil, data)[:20]}, nil, "less than its header says"},
		"no header":            {[][]byte{bytes.Repeat([]byte{0xff}, 100)}, nil, "header cannot be read"},
		"another encoding":     {[][]byte{plainPage(2, 77, nil, data)}, nil, "encoding"},
		"no dictionary":        {[][]byte{plainPage(2, int(parquet.Encodings.RLEDict), nil, []byte{1, 4, 0})}, nil, "dictionary"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readPages(t, 2, c.pages...)
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if c.err == "" && !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// FuzzParquetPages reads arbitrary bytes as a column chunk.
func FuzzParquetPages(f *testing.F) {
	data := doubleBytes(1, 2.5)
	f.Add(plainPage(2, 0, nil, data), true)
	f.Add(plainPage(2, 9, 7, data), false)
	f.Add(append(compactStruct(dataPageV2, 16, 16, nil, nil, nil, nil, compactStruct(2, 0, 2, 0, 0, 0, true)), data...), true)
	f.Add(append(compactStruct(dictionaryPage, 16, 16, nil, nil, nil, compactStruct(2, 0)), data...), true)
	f.Fuzz(func(t *testing.T, data []byte, flat bool) {
		node := leafNode("v", parquet.Repetitions.Required, nil, parquet.Types.ByteArray, 0).(*schema.PrimitiveNode)
		levels := int16(1)
		if flat {
			levels = 0
		}
		p := pagesOf(schema.NewColumn(node, levels, levels), 100, data)
		for p.Next() {
			if got := int(p.Page().NumValues()); got > 100 && p.Page().Data() == nil {
				t.Errorf("%d values", got)
			}
		}
		if p.levels < 0 || p.left < 0 {
			t.Errorf("%d levels and %d bytes are left", p.levels, p.left)
		}
	})
}

// FuzzParquet reads arbitrary bytes as a file: rows as many as the footer tells
// of, or an error.
func FuzzParquet(f *testing.F) {
	data, _ := encodedFile(f)
	f.Add(data)
	f.Add([]byte("PAR1PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := newParquetReader("in.parquet", bytes.NewReader(data), int64(len(data)), new(closing), Options{})
		if err != nil {
			return
		}
		defer r.Close()
		want := r.(*parquetReader).footer.NumRows
		if want > 100_000 {
			return
		}
		rows, bad, err := drain(t, r)
		if err == nil && int64(len(rows)+len(bad)) != want {
			t.Errorf("%d rows and %d bad ones, want %d", len(rows), len(bad), want)
		}
	})
}
