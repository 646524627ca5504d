package readers

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// The decoder goes round forever on a page that holds fewer levels or values
// than its header says, so each page is held against its header first.

var errShortPage = errors.New("a page holds less than its header says")

// levelsV1 returns how many bytes of a page of version 1 are levels.
func (h *pageHeader) levelsV1(column *schema.Column, data []byte) (int, error) {
	whole := len(data)
	for _, level := range []struct {
		most     int16
		encoding int32
	}{
		{column.MaxRepetitionLevel(), h.repEncoding},
		{column.MaxDefinitionLevel(), h.defEncoding},
	} {
		if level.most == 0 {
			continue
		}
		width := bits.Len16(uint16(level.most))
		if parquet.Encoding(level.encoding) == parquet.Encodings.BitPacked {
			size := (int(h.values)*width + 7) / 8
			if size > len(data) {
				return 0, errShortPage
			}
			data = data[size:]
			continue
		}
		if len(data) < 4 {
			return 0, errShortPage
		}
		size := int64(binary.LittleEndian.Uint32(data))
		data = data[4:]
		if size > int64(len(data)) || !holdsLevels(data[:size], width, int(h.values)) {
			return 0, errShortPage
		}
		data = data[size:]
	}
	return whole - len(data), nil
}

// levelsV2 does the same for version 2.
func (h *pageHeader) levelsV2(column *schema.Column, data []byte) (int, error) {
	reps, defs := int(h.repSize), int(h.defSize)
	if reps < 0 || defs < 0 || reps > len(data) || defs > len(data)-reps {
		return 0, errShortPage
	}
	if most := column.MaxRepetitionLevel(); most > 0 && !holdsLevels(data[:reps], bits.Len16(uint16(most)), int(h.values)) {
		return 0, errShortPage
	}
	if most := column.MaxDefinitionLevel(); most > 0 && !holdsLevels(data[reps:reps+defs], bits.Len16(uint16(most)), int(h.values)) {
		return 0, errShortPage
	}
	return reps + defs, nil
}

// checkValues checks the values of a page without levels, where nothing but the
// values themselves moves the decoder on.
func (h *pageHeader) checkValues(column *schema.Column, data []byte) error {
	values := int(h.values)
	if column.MaxDefinitionLevel() > 0 || values == 0 {
		return nil
	}
	switch parquet.Encoding(h.encoding) {
	case parquet.Encodings.DeltaBinaryPacked, parquet.Encodings.DeltaLengthByteArray, parquet.Encodings.DeltaByteArray:
		for range 2 { // block size, miniblocks
			_, n := binary.Uvarint(data)
			if n <= 0 {
				return errShortPage
			}
			data = data[n:]
		}
		if total, n := binary.Uvarint(data); n <= 0 || total < uint64(values) {
			return errShortPage
		}
	case parquet.Encodings.RLEDict, parquet.Encodings.PlainDict:
		if len(data) == 0 || data[0] > 32 || data[0] > 0 && !holdsLevels(data[1:], int(data[0]), values) {
			return errShortPage
		}
	case parquet.Encodings.RLE:
		if len(data) < 4 || !holdsLevels(data[4:], 1, values) {
			return errShortPage
		}
	}
	return nil
}

// checkDictionary reports whether a dictionary has room for its entries, and
// returns the size of its longest one.
func (h *pageHeader) checkDictionary(column *schema.Column, data []byte) (longest int, err error) {
	width := valueWidth(column)
	if column.PhysicalType() == parquet.Types.Boolean {
		return 1, nil
	}
	if width > 0 {
		if int(h.values)*width > len(data) {
			return 0, errShortPage
		}
		return width, nil
	}
	for range h.values {
		if len(data) < 4 {
			return 0, errShortPage
		}
		size := int64(binary.LittleEndian.Uint32(data))
		if size > int64(len(data)-4) {
			return 0, errShortPage
		}
		longest = max(longest, int(size))
		data = data[4+size:]
	}
	return longest, nil
}

// valueWidth is the number of bytes that a plain value takes, or 0 where that
// differs from value to value or is less than one.
func valueWidth(column *schema.Column) int {
	switch column.PhysicalType() {
	case parquet.Types.Boolean, parquet.Types.ByteArray:
		return 0
	case parquet.Types.FixedLenByteArray:
		return column.TypeLength()
	}
	return column.PhysicalType().ByteSize()
}

// holdsLevels reports whether data, runs of numbers of the given width in bits,
// holds at least n of them.
func holdsLevels(data []byte, width, n int) bool {
	for n > 0 {
		header, size := binary.Uvarint(data)
		if size <= 0 || header > math.MaxUint32 || header>>1 == 0 {
			return false
		}
		data = data[size:]
		count := int(header >> 1)
		if header&1 == 0 {
			if len(data) < (width+7)/8 {
				return false
			}
			data = data[(width+7)/8:]
			n -= count
			continue
		}
		if count*width >= len(data) {
			return len(data)*8/width >= n || count*width == len(data) && count*8 >= n
		}
		data = data[count*width:]
		n -= count * 8
	}
	return true
}
