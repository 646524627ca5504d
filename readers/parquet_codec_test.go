package readers

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// packedLZ4 is text as one bare block.
func packedLZ4(t *testing.T, text string) []byte {
	t.Helper()
	packed := make([]byte, lz4.CompressBlockBound(len(text)))
	var c lz4.Compressor
	n, err := c.CompressBlock([]byte(text), packed)
	if err != nil || n == 0 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	return packed[:n]
}

// hadoopBlock is text as a block behind its two sizes.
func hadoopBlock(t *testing.T, text string) []byte {
	t.Helper()
	packed := packedLZ4(t, text)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	return append(binary.BigEndian.AppendUint32(out, uint32(len(packed))), packed...)
}

func lz4Frame(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := lz4.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func packedZstd(t *testing.T, text string) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll([]byte(text), nil)
}

func TestParquetUnpack(t *testing.T) {
	text := strings.Repeat("some text, some text; ", 20)
	half := len(text) / 2
	for name, c := range map[string]struct {
		codec  compress.Compression
		packed []byte
	}{
		"snappy":             {compress.Codecs.Snappy, snappy.Encode(nil, []byte(text))},
		"zstd":               {compress.Codecs.Zstd, packedZstd(t, text)},
		"lz4 raw":            {codecLZ4Raw, packedLZ4(t, text)},
		"lz4 bare":           {compress.Codecs.Lz4, packedLZ4(t, text)},
		"lz4 frame":          {compress.Codecs.Lz4, lz4Frame(t, text)},
		"lz4 hadoop":         {compress.Codecs.Lz4, hadoopBlock(t, text)},
		"lz4 hadoop, blocks": {compress.Codecs.Lz4, append(hadoopBlock(t, text[:half]), hadoopBlock(t, text[half:])...)},
	} {
		t.Run(name, func(t *testing.T) {
			unpack, err := newCodecs().unpacker(c.codec)
			if err != nil {
				t.Fatal(err)
			}
			try := func(size int, packed []byte) (string, error) {
				dst := make([]byte, size)
				err := guard("it", func() error { return unpack(dst, packed) })
				return string(dst), err
			}
			if got, err := try(len(text), c.packed); err != nil || got != text {
				t.Errorf("got %q, %v", got, err)
			}
			for wrong, size := range map[string]int{"too small": len(text) - 1, "too large": len(text) + 1, "huge": 1 << 20} {
				if _, err := try(size, c.packed); err == nil {
					t.Errorf("%s: no error", wrong)
				}
			}
			if _, err := try(len(text), c.packed[:len(c.packed)-3]); err == nil {
				t.Error("cut off: no error")
			}
		})
	}
}

// TestParquetBombs unpacks blocks that claim, or have, far more than their page.
func TestParquetBombs(t *testing.T) {
	bomb := packedZstd(t, strings.Repeat("\x00", 64<<20))
	claim := append(binary.AppendUvarint(nil, 4<<30-1), snappy.Encode(nil, []byte("text"))[1:]...)
	for name, c := range map[string]struct {
		codec  compress.Compression
		packed []byte
	}{
		"zstd":   {compress.Codecs.Zstd, bomb},
		"snappy": {compress.Codecs.Snappy, claim},
	} {
		t.Run(name, func(t *testing.T) {
			unpack, err := newCodecs().unpacker(c.codec)
			if err != nil {
				t.Fatal(err)
			}
			dst := make([]byte, 1000)
			used := allocated(func() { err = guard("it", func() error { return unpack(dst, c.packed) }) })
			if err == nil || used > 16<<20 {
				t.Errorf("error %v, %d bytes", err, used)
			}
		})
	}
}
