package readers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

var errFooter = errors.New("the footer is damaged or the file cut off; get or write it anew")

// checkFooter walks over the footer once before the library decodes it, which
// reserves memory for as many elements as the footer claims to have.
func checkFooter(f *io.SectionReader) error {
	size := f.Size()
	if size < 12 {
		return fmt.Errorf("a file of %d bytes is not parquet; it may be cut off", size)
	}
	var head [4]byte
	var tail [8]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return fmt.Errorf("reading the file's start: %w", err)
	}
	if _, err := f.ReadAt(tail[:], size-8); err != nil {
		return fmt.Errorf("reading the file's end: %w", err)
	}
	if string(tail[4:]) == "PARE" {
		return errors.New("the file is encrypted; decrypt it first")
	}
	if string(head[:]) != "PAR1" || string(tail[4:]) != "PAR1" {
		return errors.New("it does not begin and end as parquet does: the file is cut off, damaged or of another format")
	}
	length := int64(binary.LittleEndian.Uint32(tail[:4]))
	if length > size-12 {
		return errFooter
	}
	footer, err := io.ReadAll(io.NewSectionReader(f, size-8-length, length))
	if err != nil {
		return fmt.Errorf("reading the footer: %w", err)
	}
	w := thriftWalker{data: footer}
	w.structure(0, "footer")
	if w.broken {
		return errFooter
	}
	return nil
}

// thriftWalker checks that data is a struct in Thrift's compact form whose
// lists are no longer than the data, and whose schema claims no more children
// than it has elements.
type thriftWalker struct {
	data     []byte
	elements int64 // of the schema
	broken   bool
}

func (w *thriftWalker) take(n uint64) []byte {
	if w.broken || n > uint64(len(w.data)) {
		w.broken = true
		return nil
	}
	b := w.data[:n]
	w.data = w.data[n:]
	return b
}

func (w *thriftWalker) byte() byte {
	if b := w.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (w *thriftWalker) varint() uint64 {
	v, n := binary.Uvarint(w.data)
	if n <= 0 {
		w.broken = true
		return 0
	}
	w.take(uint64(n))
	return v
}

func zigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// structure walks over a struct. name is footer, element (of the schema) or
// empty.
func (w *thriftWalker) structure(depth int, name string) {
	var field int64
	for depth < 32 && !w.broken {
		head := w.byte()
		if head == 0 {
			return
		}
		if delta := head >> 4; delta != 0 {
			field += int64(delta)
		} else {
			field = zigzag(w.varint())
		}
		kind := head & 15
		switch {
		case name == "footer" && field == 2 && kind == 9:
			w.list(depth+1, "element")
		case name == "element" && field == 5 && kind == 5:
			children := zigzag(w.varint())
			if children < 0 || children >= w.elements {
				w.broken = true
			}
		case kind == 1 || kind == 2: // a boolean is all in its head
		default:
			w.value(kind, depth+1)
		}
	}
	w.broken = true
}

func (w *thriftWalker) value(kind byte, depth int) {
	switch kind {
	case 1, 2, 3:
		w.byte()
	case 4, 5, 6:
		w.varint()
	case 7:
		w.take(8)
	case 8:
		w.take(w.varint())
	case 9, 10:
		w.list(depth, "")
	case 12:
		w.structure(depth, "")
	default: // the footer has no maps
		w.broken = true
	}
}

// list walks over a list; name is that of its structs.
func (w *thriftWalker) list(depth int, name string) {
	head := w.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = w.varint()
	}
	if size > uint64(len(w.data)) || size > math.MaxInt32 || depth > 32 {
		w.broken = true
		return
	}
	if name == "element" {
		w.elements = int64(size)
	}
	for range size {
		if w.broken {
			return
		}
		if head&15 == 12 {
			w.structure(depth+1, name)
		} else {
			w.value(head&15, depth+1)
		}
	}
}
