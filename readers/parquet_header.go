package readers

// The kinds of pages.
const (
	dataPage       = 0
	dictionaryPage = 2
	dataPageV2     = 3
)

// pageHeader is what stands before a page.
type pageHeader struct {
	kind        int32
	plainSize   int32 // bytes when unpacked
	packedSize  int32 // bytes in the file
	crc         uint32
	hasCRC      bool
	values      int32 // levels of a data page, entries of a dictionary
	encoding    int32
	defEncoding int32
	repEncoding int32
	defSize     int32 // version 2: bytes of the levels
	repSize     int32
	plain       bool // version 2: the values are not packed
}

// parsePageHeader reads a page's header from the front of data and returns its
// length, or 0 where data is no whole header.
func parsePageHeader(data []byte) (h pageHeader, length int) {
	w := thriftWalker{data: data}
	body := false
	w.fields(0, func(field int64, kind byte) bool {
		switch {
		case field == 1 && kind == thriftInt32:
			h.kind = w.int32()
		case field == 2 && kind == thriftInt32:
			h.plainSize = w.int32()
		case field == 3 && kind == thriftInt32:
			h.packedSize = w.int32()
		case field == 4 && kind == thriftInt32:
			h.crc, h.hasCRC = uint32(w.int32()), true
		case kind == thriftStruct && (field == 5 || field == 7 || field == 8):
			h.parseBody(&w, field)
			body = true
		default:
			return false
		}
		return true
	})
	if w.broken || (h.kind == dataPage || h.kind == dictionaryPage || h.kind == dataPageV2) && !body {
		return h, 0
	}
	return h, len(data) - len(w.data)
}

// parseBody reads the part that a kind of page has to itself, by the field that
// it stands in.
func (h *pageHeader) parseBody(w *thriftWalker, body int64) {
	places := map[int64][]*int32{
		5: {&h.values, &h.encoding, &h.defEncoding, &h.repEncoding},
		7: {&h.values, &h.encoding},
		8: {&h.values, nil, nil, &h.encoding, &h.defSize, &h.repSize},
	}[body]
	w.fields(1, func(field int64, kind byte) bool {
		if body == 8 && field == 7 {
			h.plain = kind == thriftFalse
			return false
		}
		if kind != thriftInt32 || field < 1 || field > int64(len(places)) || places[field-1] == nil {
			return false
		}
		*places[field-1] = w.int32()
		return true
	})
}

func (w *thriftWalker) int32() int32 { return int32(zigzag(w.varint())) }
