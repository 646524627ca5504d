package readers

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

const (
	pageStreamSize = 64 << 10
	pageHeaderSize = 16 << 10 // what the decoder peeks at
)

// pageStream reads a column chunk's bytes. Its Peek grows the buffer as far as
// asked, and is short only at the end.
type pageStream struct{ *bufio.Reader }

// newPageStream reads a column chunk of that size.
func newPageStream(r io.Reader, size int64) *pageStream {
	return &pageStream{bufio.NewReaderSize(r, int(min(max(size, pageHeaderSize), pageStreamSize)))}
}

func (s *pageStream) Peek(n int) ([]byte, error) {
	if n > s.Size() {
		s.Reader = bufio.NewReaderSize(s.Reader, n)
	}
	return s.Reader.Peek(n)
}

// limitedAllocator hands out memory up to a limit at a time, and panics beyond
// it: a page header that asks for more than its whole column is damaged.
type limitedAllocator struct{ limit int }

func (a limitedAllocator) Allocate(size int) []byte {
	if size < 0 || size > a.limit {
		panic(fmt.Sprintf("a page of %d bytes", size))
	}
	return make([]byte, size)
}

func (a limitedAllocator) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) && size >= 0 {
		return b[:size]
	}
	grown := a.Allocate(size)
	copy(grown, b)
	return grown
}

func (a limitedAllocator) Free([]byte) {}

// checkedPages holds each page's header against its data before it is decoded:
// the decoder goes round forever on a page that holds fewer levels or values
// than its header says.
type checkedPages struct {
	file.PageReader
	column *schema.Column
	err    error
}

var errShortPage = errors.New("a page holds less than its header says")

func (p *checkedPages) Next() bool {
	if p.err != nil || !p.PageReader.Next() {
		return false
	}
	switch page := p.Page().(type) {
	case *file.DataPageV1:
		p.err = p.checkV1(page)
	case *file.DataPageV2:
		p.err = p.checkV2(page)
	case *file.DictionaryPage:
		if int(page.NumValues()) > len(page.Data()) && p.column.PhysicalType() != parquet.Types.Boolean {
			p.err = errShortPage
		}
	}
	return p.err == nil
}

func (p *checkedPages) Err() error {
	if p.err != nil {
		return p.err
	}
	return p.PageReader.Err()
}

func (p *checkedPages) checkV1(page *file.DataPageV1) error {
	data := page.Data()
	values := int(page.NumValues())
	for _, level := range []struct {
		most     int16
		encoding parquet.Encoding
	}{
		{p.column.MaxRepetitionLevel(), page.RepetitionLevelEncoding()},
		{p.column.MaxDefinitionLevel(), page.DefinitionLevelEncoding()},
	} {
		if level.most == 0 {
			continue
		}
		width := bits.Len16(uint16(level.most))
		if level.encoding == parquet.Encodings.BitPacked {
			size := (values*width + 7) / 8
			if size > len(data) {
				return errShortPage
			}
			data = data[size:]
			continue
		}
		if len(data) < 4 {
			return errShortPage
		}
		size := int64(binary.LittleEndian.Uint32(data))
		data = data[4:]
		if size > int64(len(data)) || !holdsLevels(data, width, values) {
			return errShortPage
		}
		data = data[size:]
	}
	return p.checkValues(data, values, parquet.Encoding(page.Encoding()))
}

func (p *checkedPages) checkV2(page *file.DataPageV2) error {
	data := page.Data()
	values := int(page.NumValues())
	reps, defs := int(page.RepetitionLevelByteLen()), int(page.DefinitionLevelByteLen())
	if reps < 0 || defs < 0 || reps > len(data) || defs > len(data)-reps {
		return errShortPage
	}
	if most := p.column.MaxRepetitionLevel(); most > 0 && !holdsLevels(data, bits.Len16(uint16(most)), values) {
		return errShortPage
	}
	if most := p.column.MaxDefinitionLevel(); most > 0 && !holdsLevels(data[reps:], bits.Len16(uint16(most)), values) {
		return errShortPage
	}
	return p.checkValues(data[reps+defs:], values, parquet.Encoding(page.Encoding()))
}

// checkValues checks a page without levels, where nothing but the values
// themselves moves the decoder on.
func (p *checkedPages) checkValues(data []byte, values int, encoding parquet.Encoding) error {
	if p.column.MaxDefinitionLevel() > 0 || values == 0 {
		return nil
	}
	switch encoding {
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
