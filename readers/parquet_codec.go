package readers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

var errPacked = errors.New("a page cannot be unpacked")

// unpacker writes what packed holds into dst, which has exactly its size.
type unpacker func(dst, packed []byte) error

// codecLZ4Raw is the codec that the library has no name for.
const codecLZ4Raw = compress.Compression(7)

const lz4FrameMagic = 0x184d2204

// codecs are the ways to unpack the pages of one file.
type codecs struct {
	zstd func() (*zstd.Decoder, error)
}

// newCodecs returns the codecs of a file. The decoder of zstd keeps nothing
// between two pages, and unpacks no more than it has room for.
func newCodecs() codecs {
	return codecs{zstd: sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
	})}
}

// unpacker returns how pages of a codec are unpacked; nil is for those that are
// not packed. None of them reserves memory by what the packed bytes claim.
func (c codecs) unpacker(codec compress.Compression) (unpacker, error) {
	switch codec {
	case compress.Codecs.Uncompressed:
		return nil, nil
	case compress.Codecs.Snappy:
		return unpackSnappy, nil
	case compress.Codecs.Zstd:
		return c.unpackZstd, nil
	case compress.Codecs.Lz4:
		return unpackLZ4, nil
	case codecLZ4Raw:
		return unpackLZ4Raw, nil
	case compress.Codecs.Gzip, compress.Codecs.Brotli:
		library, err := compress.GetCodec(codec)
		if err != nil {
			return nil, err
		}
		return func(dst, packed []byte) error { return exactly(dst, library.Decode(dst, packed)) }, nil
	}
	return nil, fmt.Errorf("compression %s cannot be read; rewrite the file with snappy or zstd", codecName(codec))
}

// exactly reports whether got fills dst.
func exactly(dst, got []byte) error {
	if len(got) != len(dst) {
		return errPacked
	}
	return nil
}

// unpackSnappy looks at the length that the block begins with before the library
// reserves that much.
func unpackSnappy(dst, packed []byte) error {
	if length, n := binary.Uvarint(packed); n <= 0 || length != uint64(len(dst)) {
		return errPacked
	}
	library, err := compress.GetCodec(compress.Codecs.Snappy)
	if err != nil {
		return err
	}
	return exactly(dst, library.Decode(dst, packed))
}

func (c codecs) unpackZstd(dst, packed []byte) error {
	decoder, err := c.zstd()
	if err != nil {
		return err
	}
	got, err := decoder.DecodeAll(packed, dst[:0:len(dst)])
	if err != nil {
		return fmt.Errorf("%w: %w", errPacked, err)
	}
	return exactly(dst, got)
}

func unpackLZ4Raw(dst, packed []byte) error {
	n, err := lz4.UncompressBlock(packed, dst)
	if err != nil {
		return fmt.Errorf("%w: %w", errPacked, err)
	}
	return exactly(dst, dst[:n])
}

// unpackLZ4 unpacks the deprecated codec lz4, whose form was never settled: a
// frame, blocks behind their two sizes as Hadoop writes them, or one bare block.
func unpackLZ4(dst, packed []byte) error {
	if len(packed) >= 4 && binary.LittleEndian.Uint32(packed) == lz4FrameMagic {
		return unpackLZ4Frame(dst, packed)
	}
	if unpackHadoopLZ4(dst, packed) == nil {
		return nil
	}
	return unpackLZ4Raw(dst, packed)
}

func unpackLZ4Frame(dst, packed []byte) error {
	frame := lz4.NewReader(bytes.NewReader(packed))
	if _, err := io.ReadFull(frame, dst); err != nil {
		return fmt.Errorf("%w: %w", errPacked, err)
	}
	if n, err := frame.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		return errPacked
	}
	return nil
}

func unpackHadoopLZ4(dst, packed []byte) error {
	for len(packed) > 0 {
		if len(packed) < 8 {
			return errPacked
		}
		plain, size := binary.BigEndian.Uint32(packed), binary.BigEndian.Uint32(packed[4:])
		packed = packed[8:]
		if uint64(plain) > uint64(len(dst)) || uint64(size) > uint64(len(packed)) {
			return errPacked
		}
		if err := unpackLZ4Raw(dst[:plain], packed[:size]); err != nil {
			return err
		}
		dst, packed = dst[plain:], packed[size:]
	}
	return exactly(dst, nil)
}

func codecName(c compress.Compression) string {
	names := [...]string{"uncompressed", "snappy", "gzip", "lzo", "brotli", "lz4", "zstd", "lz4_raw"}
	if c < 0 || int(c) >= len(names) {
		return fmt.Sprintf("number %d", int(c))
	}
	return names[c]
}
