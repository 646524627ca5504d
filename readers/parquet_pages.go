package readers

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

const (
	pageStreamSize = 64 << 10
	pageHeaderSize = 1 << 10 // what is looked at first, and
	pageHeaderMost = 4 << 20 // at most: a header holds the page's smallest and largest value
)

// byteStreamSplit is the encoding that the library has no name for.
const byteStreamSplit = parquet.Encoding(9)

// pageReader hands the pages of one column chunk to the decoder, unpacked and
// checked. It takes the place of the library's own, which goes by what a page's
// header claims.
type pageReader struct {
	file.PageReader // none: of its methods the decoder uses only those below

	column *schema.Column
	stream *bufio.Reader
	left   int64 // bytes of the chunk not yet read
	most   int64 // bytes that a page may have
	unpack unpacker
	packed []byte
	plain  [2][]byte // by turns, since the decoder looks at a page while it still holds values of the one before
	turn   int

	levels  int64 // levels of the chunk that no page has had yet
	longest int   // bytes of the longest value in the dictionary
	step    int   // levels of the page at hand to decode at a time
	page    file.Page
	err     error
}

// newPageReader reads the pages of a column chunk that starts at offset.
func newPageReader(source io.ReaderAt, chunk *metadata.ColumnChunkMetaData, column *schema.Column, c codecs, slack int64) (*pageReader, error) {
	unpack, err := c.unpacker(chunk.Compression())
	if err != nil {
		return nil, err
	}
	start, size := chunkRange(chunk)
	size += slack
	return &pageReader{
		column: column,
		stream: bufio.NewReaderSize(io.NewSectionReader(source, start, size), int(min(max(size, pageHeaderSize), pageStreamSize))),
		left:   size,
		most:   4*min(chunk.TotalUncompressedSize(), math.MaxInt32/8) + 16<<20,
		unpack: unpack,
		levels: chunk.NumValues(),
	}, nil
}

func (p *pageReader) Page() file.Page { return p.page }

func (p *pageReader) Err() error { return p.err }

// Next goes on to the next page that has values.
func (p *pageReader) Next() bool {
	p.page = nil
	for p.err == nil && p.page == nil && p.levels > 0 {
		h, err := p.header()
		if err == io.EOF {
			return false
		}
		if err == nil {
			err = p.body(h)
		}
		p.err = err
	}
	return p.page != nil
}

// header reads a page's header, or returns io.EOF behind the last page.
func (p *pageReader) header() (pageHeader, error) {
	for size := pageHeaderSize; ; size *= 4 {
		data, err := p.peek(size)
		if len(data) == 0 && err == io.EOF {
			return pageHeader{}, err
		}
		if h, length := parsePageHeader(data); length > 0 {
			p.left -= int64(length)
			_, err := p.stream.Discard(length)
			return h, err
		}
		if err != nil && err != io.EOF {
			return pageHeader{}, fmt.Errorf("reading a page: %w", err)
		}
		if err == io.EOF || size >= pageHeaderMost {
			return pageHeader{}, errors.New("a page's header cannot be read")
		}
	}
}

// peek looks at the next n bytes; it is short only at the end.
func (p *pageReader) peek(n int) ([]byte, error) {
	if n > p.stream.Size() {
		p.stream = bufio.NewReaderSize(p.stream, n)
	}
	return p.stream.Peek(n)
}

// body reads what stands behind h and makes it the page at hand if it has
// values.
func (p *pageReader) body(h pageHeader) error {
	if h.packedSize < 0 || int64(h.packedSize) > p.left {
		return errShortPage
	}
	p.left -= int64(h.packedSize)
	if h.kind != dataPage && h.kind != dataPageV2 && h.kind != dictionaryPage {
		_, err := p.stream.Discard(int(h.packedSize))
		return err
	}
	if h.plainSize < 0 || int64(h.plainSize) > p.most || h.values < 0 {
		return fmt.Errorf("a page of %d bytes and %d values", h.plainSize, h.values)
	}
	data, err := p.read(h)
	if err != nil {
		return err
	}
	if h.kind == dictionaryPage {
		p.longest, err = h.checkDictionary(p.column, data)
		p.page = file.NewDictionaryPage(memory.NewBufferBytes(data), h.values, parquet.Encoding(h.encoding))
		return err
	}
	if int64(h.values) > p.levels {
		return errors.New("the pages hold more values than the footer tells of")
	}
	if h.values == 0 {
		return nil
	}
	p.levels -= int64(h.values)
	return p.setData(h, data)
}

// read returns a page's bytes, unpacked.
func (p *pageReader) read(h pageHeader) ([]byte, error) {
	packed := sized(&p.packed, int(h.packedSize))
	if _, err := io.ReadFull(p.stream, packed); err != nil {
		return nil, fmt.Errorf("reading a page: %w", err)
	}
	if h.hasCRC && crc32.ChecksumIEEE(packed) != h.crc {
		return nil, errors.New("a page differs from its checksum")
	}
	var plain []byte
	if h.kind == dictionaryPage { // kept as long as the chunk is read
		plain = make([]byte, h.plainSize)
	} else {
		p.turn = 1 - p.turn
		plain = sized(&p.plain[p.turn], int(h.plainSize))
	}
	levels := 0 // of version 2 are never packed
	if h.kind == dataPageV2 {
		levels = int(h.repSize) + int(h.defSize)
		if h.repSize < 0 || h.defSize < 0 || levels > len(packed) || levels > len(plain) {
			return nil, errShortPage
		}
	}
	copy(plain, packed[:levels])
	if p.unpack == nil || h.kind == dataPageV2 && h.plain {
		if len(packed) != len(plain) {
			return nil, errShortPage
		}
		copy(plain[levels:], packed[levels:])
		return plain, nil
	}
	if levels == len(plain) { // nothing but nulls: some writers pack nothing to something
		return plain, nil
	}
	return plain, p.unpack(plain[levels:], packed[levels:])
}

// sized returns *b with n bytes, as new where it had less room.
func sized(b *[]byte, n int) []byte {
	if cap(*b) < n {
		*b = make([]byte, n)
	}
	*b = (*b)[:n]
	return *b
}

// setData makes a data page the one at hand.
func (p *pageReader) setData(h pageHeader, data []byte) (err error) {
	var levels int
	if h.kind == dataPage {
		levels, err = h.levelsV1(p.column, data)
	} else {
		levels, err = h.levelsV2(p.column, data)
	}
	if err == nil && parquet.Encoding(h.encoding) == byteStreamSplit {
		data, err = unsplit(p.column, data, levels)
		h.encoding = int32(parquet.Encodings.Plain)
	}
	if err == nil {
		err = h.checkValues(p.column, data[levels:])
	}
	if err != nil {
		return err
	}
	p.step = p.stepOf(h)
	buffer, encoding := memory.NewBufferBytes(data), parquet.Encoding(h.encoding)
	if h.kind == dataPage {
		p.page = file.NewDataPageV1(buffer, h.values, encoding, parquet.Encoding(h.defEncoding), parquet.Encoding(h.repEncoding), h.plainSize)
	} else {
		p.page = file.NewDataPageV2(buffer, h.values, 0, 0, encoding, h.defSize, h.repSize, h.plainSize, false)
	}
	return nil
}

// stepOf returns how many values of a page can be decoded at a time so that they
// take no more than parquetStepBytes, unless a single one does. Only values that
// share bytes in the file can be larger than their page.
func (p *pageReader) stepOf(h pageHeader) int {
	longest := 0
	switch parquet.Encoding(h.encoding) {
	case parquet.Encodings.PlainDict, parquet.Encodings.RLEDict:
		longest = p.longest
	case parquet.Encodings.DeltaByteArray:
		longest = int(h.plainSize)
	}
	return max(1, parquetStepBytes/max(longest, 1))
}

// unsplit turns values whose first bytes stand together, then their second ones
// and so on, into plain ones; the levels before them stay.
func unsplit(column *schema.Column, data []byte, levels int) ([]byte, error) {
	split := data[levels:]
	width := valueWidth(column)
	if width == 0 || column.PhysicalType() == parquet.Types.Int96 || len(split)%width != 0 {
		return nil, errShortPage
	}
	whole := make([]byte, len(data))
	copy(whole, data[:levels])
	plain, values := whole[levels:], len(split)/width
	for b := range width {
		for i, v := range split[b*values : (b+1)*values] {
			plain[i*width+b] = v
		}
	}
	return whole, nil
}

// limitedAllocator hands out memory up to a limit at a time, and panics beyond
// it: values that ask for more than their whole column are damaged.
type limitedAllocator struct{ limit int }

func (a limitedAllocator) Allocate(size int) []byte {
	if size < 0 || size > a.limit {
		panic(fmt.Sprintf("values of %d bytes", size))
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
