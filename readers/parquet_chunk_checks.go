package readers

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// checkColumnChunk reports why leaf's chunk in a row group cannot be read.
func checkColumnChunk(c *metadata.ColumnChunkMetaData, leaf *parquetNode, known codecs, rows, fileSize int64) error {
	if c.CryptoMetadata() != nil {
		return errors.New("it is encrypted; decrypt the file first")
	}
	if _, err := known.unpacker(c.Compression()); err != nil {
		return err
	}
	for _, e := range c.Encodings() {
		if !readableEncoding(e) {
			return fmt.Errorf("encoding %s (number %d) cannot be read; rewrite the file with plain or dictionary encoding", e, int(e))
		}
	}
	if c.FilePath() != "" {
		return fmt.Errorf("its values are in another file, %s; write the table as one file", c.FilePath())
	}
	start, size := chunkRange(c)
	values := c.NumValues()
	if rows == 0 && values == 0 { // some writers leave such a chunk without pages
		return nil
	}
	sound := start >= 4 && size >= 0 && start <= fileSize && size <= fileSize-start &&
		c.TotalUncompressedSize() >= 0 && c.Type() == leaf.column.PhysicalType() && values >= rows
	if leaf.rep == 0 {
		sound = sound && values == rows
	}
	if !sound {
		return errors.New("the footer is damaged or the file cut off; get or write it anew")
	}
	return nil
}

// chunkRange returns where a column chunk's pages begin, and their size.
func chunkRange(c *metadata.ColumnChunkMetaData) (start, size int64) {
	start = c.DataPageOffset()
	if c.HasDictionaryPage() && c.DictionaryPageOffset() > 0 && c.DictionaryPageOffset() < start {
		start = c.DictionaryPageOffset()
	}
	return start, c.TotalCompressedSize()
}

func readableEncoding(e parquet.Encoding) bool {
	switch e {
	case parquet.Encodings.Plain, parquet.Encodings.PlainDict, parquet.Encodings.RLE, parquet.Encodings.RLEDict,
		parquet.Encodings.BitPacked, parquet.Encodings.DeltaBinaryPacked,
		parquet.Encodings.DeltaLengthByteArray, parquet.Encodings.DeltaByteArray, byteStreamSplit:
		return true
	}
	return false
}
