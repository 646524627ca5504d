package pipeline

import (
	"cmp"
	"encoding/binary"

	"mpimport/mapping"
	"mpimport/mparticle"
	"mpimport/readers"
)

// place is where a row stands among all sources.
type place struct {
	source int
	readers.Position
}

// compare orders places as the rows were read.
func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.source, q.source), cmp.Compare(p.Row, q.Row))
}

// stored is a record as partitions keep it.
type stored struct {
	place place
	mapping.Record
}

const (
	flagNow = 1 << iota
	flagID
	flagLost
)

// appendStored encodes a record. Lengths and numbers are varints.
func appendStored(dst []byte, p place, r mapping.Record) []byte {
	dst = appendBytes(dst, r.User)
	dst = binary.AppendUvarint(dst, uint64(p.source))
	dst = binary.AppendUvarint(dst, uint64(p.Row))
	dst = binary.AppendUvarint(dst, uint64(p.Line))
	dst = appendBytes(dst, r.Order)
	dst = appendBytes(dst, r.Fields)
	dst = binary.AppendUvarint(dst, uint64(len(r.Events)))
	for _, e := range r.Events {
		flags := byte(0)
		if e.Now {
			flags |= flagNow
		}
		if e.HasID {
			flags |= flagID
		}
		if e.Lost {
			flags |= flagLost
		}
		dst = append(dst, flags)
		dst = binary.AppendVarint(dst, e.Time)
		dst = appendBytes(dst, e.Type)
		dst = appendBytes(dst, e.Data)
		dst = appendBytes(dst, e.Collect)
	}
	return dst
}

func appendBytes[T ~string | ~[]byte](dst []byte, s T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// decoder reads what appendStored wrote; its slices point into the data.
type decoder struct{ data []byte }

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.data)
	d.data = d.data[size:]
	return n
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	b := d.data[:n:n]
	d.data = d.data[n:]
	return b
}

// stored reads the next record.
func (d *decoder) stored() stored {
	var s stored
	s.User = string(d.bytes())
	s.place.source = int(d.uvarint())
	s.place.Row = int64(d.uvarint())
	s.place.Line = int64(d.uvarint())
	s.Order = d.bytes()
	s.Fields = d.bytes()
	s.Events = make([]mapping.Event, d.uvarint())
	for i := range s.Events {
		e := &s.Events[i]
		flags := d.data[0]
		d.data = d.data[1:]
		e.Now, e.HasID, e.Lost = flags&flagNow != 0, flags&flagID != 0, flags&flagLost != 0
		n, size := binary.Varint(d.data)
		d.data = d.data[size:]
		e.Time = n
		e.Type = mparticle.EventType(d.bytes())
		e.Data = d.bytes()
		e.Collect = string(d.bytes())
	}
	return s
}

// key is the place without the line, which is not needed to find a row.
func (p place) key() place {
	p.Line = 0
	return p
}
