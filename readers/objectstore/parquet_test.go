package objectstore

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

const parquetRows, parquetColumns = 200_000, 12

// parquetFile is a table of numbers.
func parquetFile(t *testing.T) []byte {
	t.Helper()
	var fields schema.FieldList
	for c := range parquetColumns {
		fields = append(fields, schema.NewInt64Node(fmt.Sprint("c", c), parquet.Repetitions.Required, -1))
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := file.NewParquetWriter(&b, root, file.WithWriterProps(parquet.NewWriterProperties(parquet.WithDictionaryDefault(false))))
	group := w.AppendRowGroup()
	for c := range parquetColumns {
		values := make([]int64, parquetRows)
		for i := range values {
			values[i] = int64(c * i * 7919 % 1_000_003)
		}
		column, err := group.NextColumn()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := column.(*file.Int64ColumnChunkWriter).WriteBatch(values, nil, nil); err != nil {
			t.Fatal(err)
		}
		if err := column.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
