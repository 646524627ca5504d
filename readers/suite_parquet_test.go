package readers

import (
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// parquetTable writes the suite's table as Parquet.
func parquetTable(t testing.TB, rows [][]string) string {
	var nodes schema.FieldList
	var writes []func(file.ColumnChunkWriter) error
	for column, name := range suiteNames {
		var words []string
		for _, row := range rows {
			words = append(words, row[column])
		}
		nodes = append(nodes, required(name, schema.StringLogicalType{}, parquet.Types.ByteArray, 0))
		writes = append(writes, texts(nil, nil, words...))
	}
	return string(lowFile(t, nodes, parquet.Repetitions.Repeated, 1, 1<<20, compress.Codecs.Snappy, writes...))
}
