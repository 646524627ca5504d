package readers

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/apache/arrow/go/v17/parquet/metadata"
)

var errFooter = errors.New("the footer is damaged or the file cut off; get or write it anew")

// readFooter returns the footer of a file of size bytes. It walks over it once
// before the library decodes it, which reserves memory for as many elements as
// the footer claims to have.
func readFooter(source io.ReaderAt, size int64) (*metadata.FileMetaData, error) {
	if size < 12 {
		return nil, fmt.Errorf("a file of %d bytes is not parquet; it may be cut off", size)
	}
	var head [4]byte
	var tail [8]byte
	if err := readAt(source, head[:], 0); err != nil {
		return nil, fmt.Errorf("reading the file's start: %w", err)
	}
	if err := readAt(source, tail[:], size-8); err != nil {
		return nil, fmt.Errorf("reading the file's end: %w", err)
	}
	if string(tail[4:]) == "PARE" {
		return nil, errors.New("the file is encrypted; decrypt it first")
	}
	if string(head[:]) != "PAR1" || string(tail[4:]) != "PAR1" {
		return nil, errors.New("it does not begin and end as parquet does: the file is cut off, damaged or of another format")
	}
	length := int64(binary.LittleEndian.Uint32(tail[:4]))
	if length > size-12 {
		return nil, errFooter
	}
	footer := make([]byte, length)
	if err := readAt(source, footer, size-8-length); err != nil {
		return nil, fmt.Errorf("reading the footer: %w", err)
	}
	w := thriftWalker{data: footer}
	w.structure(0, "footer")
	if w.broken {
		return nil, errFooter
	}
	if w.strange != "" {
		return nil, errors.New(w.strange)
	}
	meta, err := metadata.NewFileMetaData(footer, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the footer: %w; the file is cut off, damaged or not parquet", err)
	}
	return meta, nil
}

// readAt fills b from offset on.
func readAt(source io.ReaderAt, b []byte, offset int64) error {
	n, err := source.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	return err
}

// Kinds of values in Thrift's compact form.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftInt32  = 5
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// thriftWalker checks that data is a struct in Thrift's compact form whose
// lists are no longer than the data, and whose schema claims no more children
// than it has elements.
type thriftWalker struct {
	data     []byte
	elements int64  // of the schema
	column   string // the name of the element at hand
	strange  string // what is wrong with a column whose type the library does not know
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

// fields walks over a struct. each reads the value of a field, or returns false
// and leaves it unread; of a boolean the kind is the value.
func (w *thriftWalker) fields(depth int, each func(field int64, kind byte) bool) {
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
		if !each(field, kind) && kind != thriftTrue && kind != thriftFalse {
			w.value(kind, depth+1)
		}
	}
	w.broken = true
}

// structure walks over a struct. name is footer, element (of the schema) or
// empty.
func (w *thriftWalker) structure(depth int, name string) {
	w.fields(depth, func(field int64, kind byte) bool {
		switch {
		case name == "footer" && field == 2 && kind == thriftList:
			w.list(depth+1, "element")
		case name == "element" && field == 5 && kind == thriftInt32:
			children := zigzag(w.varint())
			if children < 0 || children >= w.elements {
				w.broken = true
			}
		case name == "element" && field == 4 && kind == thriftBinary:
			w.column = string(w.take(w.varint()))
		case name == "element" && field == 10 && kind == thriftStruct:
			w.logicalType(depth + 1)
		default:
			return false
		}
		return true
	})
}

// logicalType walks over a column's type, which has one field: the library gives
// up the whole file for one that it does not know.
func (w *thriftWalker) logicalType(depth int) {
	w.fields(depth, func(field int64, _ byte) bool {
		names := map[int64]string{16: "VARIANT", 17: "GEOMETRY", 18: "GEOGRAPHY"}
		if field > 15 {
			w.strange = fmt.Sprintf("column %s: type %s cannot be read; rewrite the file without it or with a plain type", w.column, cmp.Or(names[field], fmt.Sprint("number ", field)))
		}
		return false
	})
}

func (w *thriftWalker) value(kind byte, depth int) {
	switch kind {
	case thriftTrue, thriftFalse, 3:
		w.byte()
	case 4, thriftInt32, 6:
		w.varint()
	case 7:
		w.take(8)
	case thriftBinary:
		w.take(w.varint())
	case thriftList, 10:
		w.list(depth, "")
	case thriftStruct:
		w.structure(depth, "")
	default: // parquet has no maps
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
		if head&15 == thriftStruct {
			w.structure(depth+1, name)
		} else {
			w.value(head&15, depth+1)
		}
	}
}
