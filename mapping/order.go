package mapping

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"mpimport/mparticle"
	"mpimport/readers"
)

// orderBy compiles group.order_by. A column from which an event takes its time
// is read as that time.
func (l *loader) orderBy(n *node) *value {
	v := &value{path: "order_by", field: &mparticle.Field{Type: mparticle.Scalar}, kind: mparticle.Scalar,
		line: n.line, col: n.column, zone: l.zone(nil), number: l.sourceNumber}
	if n.kind == scalar {
		v.column = n.text
	} else if l.keys(n, "order_by", orderKeys...) {
		v.column = l.text(n.get("column"), "column")
		l.conversion(v, n)
		if len(v.formats) == 0 && n.get("format") == nil && v.kind == mparticle.Timestamp {
			l.defaults(v)
		}
	}
	if v.column == "" {
		l.at(n, "order_by needs a column", "write order_by: COLUMN")
		return nil
	}
	if v.kind == mparticle.Scalar {
		l.timeOf(v)
	}
	return v
}

// timeOf lets v be read as the events that take their time from its column do.
func (l *loader) timeOf(v *value) {
	for _, rule := range l.mapping.events {
		rule.data.each(func(source *value) {
			if source.kind == mparticle.Timestamp && source.column == v.column {
				v.kind, v.formats, v.zone = source.kind, source.formats, source.zone
			}
		})
	}
}

// The kinds of order keys, in the order in which they sort.
const (
	orderNone = iota
	orderNumber
	orderTime
	orderText
)

// orderKey appends the place of a row among its user's: keys compare as bytes.
// Rows without a value come first, numbers go by size, times by time, texts by
// their characters.
func (r *row) orderKey(dst []byte, b *bound) ([]byte, *Reject) {
	if b == nil {
		return dst, nil
	}
	x := r.at(b.ref)
	if r.isEmpty(x) {
		return append(dst, orderNone), nil
	}
	if b.value.kind == mparticle.Timestamp || x.Kind == readers.Time {
		t, problem := b.value.instant(x)
		if problem != "" {
			return dst, reject(b, x, problem)
		}
		dst = binary.BigEndian.AppendUint64(append(dst, orderTime), uint64(t.Unix())^1<<63)
		return binary.BigEndian.AppendUint32(dst, uint32(t.Nanosecond())), nil
	}
	if b.value.kind != mparticle.String {
		if x = b.value.plainNumber(x); numberPattern.MatchString(strings.TrimSpace(x.Text)) {
			return appendOrderNumber(dst, strings.TrimSpace(x.Text)), nil
		}
	}
	if b.value.kind == mparticle.Number {
		return dst, reject(b, x, "is not a number")
	}
	return append(append(dst, orderText), x.Text...), nil
}

// appendOrderNumber appends a number by its size: first as floating point, then,
// as large whole numbers are equal in that, as a whole number.
func appendOrderNumber(dst []byte, text string) []byte {
	number := exprNumber(text)
	whole, isWhole := number.(int)
	f, _ := number.(float64) // beyond its range: 0 is as good as any
	if isWhole {
		f = float64(whole)
	}
	bits := math.Float64bits(f)
	if f < 0 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	dst = binary.BigEndian.AppendUint64(append(dst, orderNumber), bits)
	return binary.BigEndian.AppendUint64(dst, uint64(whole)^1<<63)
}

// excluded reports whether a name is among the names and globs of `except`.
func (v *value) excluded(name string) bool {
	return slices.ContainsFunc(v.except, func(pattern string) bool { return pattern == name || readers.MatchGlob(pattern, name) })
}
