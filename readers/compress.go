package readers

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

const (
	unpackedBuffer = 64 << 10

	// Compressed input may not ask for more memory than this for the text that
	// it refers back to; xz -9 and zstd --ultra -22 need 64 and 128 MiB.
	windowMemory = 128 << 20

	// What unpacks to more than ratioMost times its size, once ratioFree bytes
	// have come out, is no data but a trap; so is what never ends.
	ratioMost    = 500
	ratioFree    = 64 << 20
	unpackedMost = 4 << 40
)

// compression names the method that packed what begins with head, or is "".
func compression(head []byte) string {
	for _, m := range [...]struct{ name, magic string }{
		{"gzip", "\x1f\x8b\x08"},
		{"zstd", "\x28\xb5\x2f\xfd"},
		{"xz", "\xfd7zXZ\x00"},
		{"lz4", "\x04\x22\x4d\x18"},
		{"snappy", "\xff\x06\x00\x00sNaPpY"},
		{"snappy", "\xff\x06\x00\x00S2sTwO"},
		{"zip", "PK\x03\x04"},
		{"zip", "PK\x05\x06"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.name
		}
	}
	const block, end = "1AY&SY", "\x17\x72\x45\x38\x50\x90"
	if len(head) >= 10 && bytes.HasPrefix(head, []byte("BZh")) && (string(head[4:10]) == block || string(head[4:10]) == end) {
		return "bzip2"
	}
	return ""
}

func isTar(head []byte) bool { return len(head) > 262 && string(head[257:262]) == "ustar" }

// unpackerOf returns what unpacks src. stored says how many packed bytes were read
// so far.
func unpackerOf(method string, src io.Reader, stored func() int64) (io.Reader, error) {
	u := &unpacking{method: method, stored: stored, ratio: ratioMost, free: ratioFree, most: unpackedMost}
	err := unbroken(func() (err error) {
		u.src, err = methodReader(method, src)
		return err
	})
	if err != nil {
		return nil, u.cause(err)
	}
	return u, nil
}

// methodReader wants src to begin with the method's magic bytes. What it returns
// works in the caller's goroutine.
func methodReader(method string, src io.Reader) (io.Reader, error) {
	switch method {
	case "gzip":
		return gzip.NewReader(src)
	case "zstd":
		return zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowMemory), zstd.WithDecoderLowmem(true))
	case "xz":
		return xz.NewReader(&xzStream{src: src})
	case "lz4":
		return lz4.NewReader(src), nil
	case "snappy":
		return s2.NewReader(src), nil
	}
	return bzip2.NewReader(src), nil
}

// xzStream holds what the library does not: that the first block asks for no
// more memory than windowMemory, before it is reserved, and that the stored
// bytes end as xz does, since a file cut between two blocks looks whole to it.
type xzStream struct {
	src    io.Reader
	looked bool
	last   [2]byte // that are not zero, which may pad the end
}

func (x *xzStream) Read(p []byte) (int, error) {
	if !x.looked {
		if err := x.look(); err != nil {
			return 0, err
		}
	}
	n, err := x.src.Read(p)
	for _, c := range bytes.TrimRight(p[max(0, n-16):n], "\x00") {
		x.last = [2]byte{x.last[1], c}
	}
	if err == io.EOF && x.last != [2]byte{'Y', 'Z'} {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// look checks the stream header (12 bytes), the size and flags of the first block's
// header, and LZMA2's id, size of properties and dictionary size.
func (x *xzStream) look() error {
	x.looked = true
	head := make([]byte, 17)
	n, err := io.ReadFull(x.src, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return err
	}
	const sizes, lzma2, most = 0xc0, 0x21, 30 // 30: 128 MiB
	if n == len(head) && head[13]&sizes == 0 && head[14] == lzma2 && head[16] > most {
		return errMemory
	}
	x.src = io.MultiReader(bytes.NewReader(head[:n]), x.src)
	return nil
}

var errMemory = fmt.Errorf("it needs more than %d MiB of memory to unpack: unpack it first and name the unpacked file", windowMemory>>20)

// unpacking unpacks, and stops where the data grows beyond all reason.
type unpacking struct {
	method      string
	src         io.Reader
	stored      func() int64
	out         int64
	ratio, free int64
	most        int64
	err         error
}

func (u *unpacking) Read(p []byte) (n int, err error) {
	if u.err != nil {
		return 0, u.err
	}
	err = unbroken(func() (err error) {
		n, err = u.src.Read(p)
		return err
	})
	u.out += int64(n)
	if err == nil && (u.out > u.most || u.out > u.free && u.out/u.ratio > u.stored()) {
		err = fmt.Errorf("%d bytes of %s have become more than %d: if that is right, unpack it first and name the unpacked file", u.stored(), u.method, u.out)
		u.err = err
		return 0, err
	}
	if err != nil && err != io.EOF {
		u.err = u.cause(err)
		return n, u.err
	}
	return n, err
}

// unbroken turns a panic, which a decoder may raise on broken data, into an error.
func unbroken(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return do()
}

// cause tells what an error of a decoder means.
func (u *unpacking) cause(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("its %s data ends early: the file is cut off, get it anew", u.method)
	case errors.Is(err, errMemory), errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return errMemory
	}
	return fmt.Errorf("its %s data is damaged: %w", u.method, err)
}
