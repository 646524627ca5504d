package readers

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"github.com/go-json-experiment/json/jsontext"
)

// leafOpener ties a column's decoder to its leafReader.
type leafOpener func(*leafReader, file.ColumnChunkReader) (func(int) error, error)

// opener makes the leafOpener of one physical type.
func opener[T any](add func(*leafReader, T)) leafOpener {
	return func(l *leafReader, column file.ColumnChunkReader) (func(int) error, error) {
		typed, ok := column.(typedColumn[T])
		if !ok {
			return nil, errDamagedColumn
		}
		return puller(l, typed, add), nil
	}
}

// chooseDecoder sets how n's values are read, by its types.
func (n *parquetNode) chooseDecoder() error {
	logical := n.column.LogicalType()
	n.kind = NumberColumn
	switch n.column.PhysicalType() {
	case parquet.Types.Boolean:
		n.kind = BoolColumn
		n.open = opener(func(l *leafReader, v bool) { l.put(Bool, strconv.AppendBool(l.text, v)) })
	case parquet.Types.Int32:
		add, kind, err := intDecoder(logical, true)
		n.kind = kind
		n.open = opener(func(l *leafReader, v int32) { add(l, int64(v)) })
		return err
	case parquet.Types.Int64:
		add, kind, err := intDecoder(logical, false)
		n.kind = kind
		n.open = opener(add)
		return err
	case parquet.Types.Int96:
		n.kind = TimeColumn
		n.open = opener(addInt96)
	case parquet.Types.Float:
		n.open = opener(func(l *leafReader, v float32) { l.putFloat(float64(v), 32) })
	case parquet.Types.Double:
		n.open = opener(func(l *leafReader, v float64) { l.putFloat(v, 64) })
	case parquet.Types.ByteArray:
		add, kind, err := bytesDecoder(logical, -1)
		n.kind = kind
		n.open = opener(func(l *leafReader, v parquet.ByteArray) { add(l, v) })
		return err
	case parquet.Types.FixedLenByteArray:
		add, kind, err := bytesDecoder(logical, n.column.TypeLength())
		n.kind = kind
		n.open = opener(func(l *leafReader, v parquet.FixedLenByteArray) { add(l, v) })
		return err
	default:
		return fmt.Errorf("type %s cannot be read", n.column.PhysicalType())
	}
	return nil
}

// intDecoder returns what adds a whole number of the given logical type.
func intDecoder(logical schema.LogicalType, short bool) (func(*leafReader, int64), ColumnType, error) {
	switch t := logical.(type) {
	case schema.DateLogicalType:
		return func(l *leafReader, v int64) { l.putTime(v*86400, 0, true) }, TimeColumn, nil
	case *schema.TimestampLogicalType:
		unit := unitsPerSecond(t.TimeUnit())
		local := !t.IsAdjustedToUTC()
		return func(l *leafReader, v int64) {
			sec, rest := floorDivide(v, unit)
			l.putTime(sec, rest*(1e9/unit), local)
		}, TimeColumn, nil
	case *schema.TimeLogicalType:
		unit := unitsPerSecond(t.TimeUnit())
		return func(l *leafReader, v int64) { l.putClock(v, unit) }, TextColumn, nil
	case *schema.DecimalLogicalType:
		scale, err := usableScale(t)
		return func(l *leafReader, v int64) {
			l.digits = strconv.AppendInt(l.digits[:0], v, 10)
			l.put(Number, appendDecimal(l.text, l.digits, scale))
		}, NumberColumn, err
	case *schema.IntLogicalType:
		if !t.IsSigned() {
			return func(l *leafReader, v int64) {
				if short {
					v &= math.MaxUint32
				}
				l.put(Number, strconv.AppendUint(l.text, uint64(v), 10))
			}, NumberColumn, nil
		}
	}
	return func(l *leafReader, v int64) { l.put(Number, strconv.AppendInt(l.text, v, 10)) }, NumberColumn, nil
}

// bytesDecoder returns what adds a byte string of the given logical type; fixed
// is its length where all are of one.
func bytesDecoder(logical schema.LogicalType, fixed int) (func(*leafReader, []byte), ColumnType, error) {
	switch t := logical.(type) {
	case *schema.DecimalLogicalType:
		scale, err := usableScale(t)
		return func(l *leafReader, v []byte) { l.putDecimal(v, scale) }, NumberColumn, err
	case schema.JSONLogicalType:
		return (*leafReader).putJSON, AnyColumn, nil
	case schema.UUIDLogicalType:
		return (*leafReader).putUUID, TextColumn, nil
	case schema.Float16LogicalType:
		return func(l *leafReader, v []byte) {
			l.putFloat(float64(float16.FromBits(binary.LittleEndian.Uint16(v)).Float32()), 32)
		}, NumberColumn, nil
	case schema.BSONLogicalType:
		return nil, TextColumn, errors.New("type BSON cannot be read")
	case schema.IntervalLogicalType:
		return nil, TextColumn, errors.New("type INTERVAL cannot be read")
	}
	return (*leafReader).putText, TextColumn, nil
}

func unitsPerSecond(unit schema.TimeUnitType) int64 {
	switch unit {
	case schema.TimeUnitMillis:
		return 1e3
	case schema.TimeUnitMicros:
		return 1e6
	}
	return 1e9
}

func usableScale(t *schema.DecimalLogicalType) (int, error) {
	if t.Scale() < 0 || t.Scale() > 1000 {
		return 0, fmt.Errorf("a decimal with %d places cannot be read", t.Scale())
	}
	return int(t.Scale()), nil
}

// floorDivide returns a/b rounded down, and the rest, which is never negative.
func floorDivide(a, b int64) (int64, int64) {
	q, r := a/b, a%b
	if r < 0 {
		q--
		r += b
	}
	return q, r
}

// put ends a value whose characters were appended to l.text, giving text.
func (l *leafReader) put(kind Kind, text []byte) {
	off := len(l.text)
	l.text = text
	l.slots = append(l.slots, cell{kind: kind, off: uint32(off), len: uint32(len(text) - off)})
}

func (l *leafReader) putTime(sec, nsec int64, local bool) {
	l.slots = append(l.slots, cell{kind: Time, local: local, off: uint32(len(l.times))})
	l.times = append(l.times, stamp{sec: sec, nsec: int32(nsec)})
}

func (l *leafReader) putBad(reason string, raw []byte) {
	const most = 4 << 10
	l.slots = append(l.slots, cell{kind: badKind, off: uint32(len(l.bad))})
	l.bad = append(l.bad, badValue{reason: reason, raw: string(raw[:min(len(raw), most)])})
}

func (l *leafReader) putFloat(v float64, bits int) {
	switch {
	case math.IsNaN(v):
		l.put(Text, append(l.text, "NaN"...))
	case math.IsInf(v, 1):
		l.put(Text, append(l.text, "Infinity"...))
	case math.IsInf(v, -1):
		l.put(Text, append(l.text, "-Infinity"...))
	default:
		l.put(Number, strconv.AppendFloat(l.text, v, 'f', -1, bits))
	}
}

// putClock adds a time of day of v units since midnight.
func (l *leafReader) putClock(v, unit int64) {
	if v < 0 || v >= 86400*unit {
		l.putBad("the time of day is outside of a day; correct it in the source", strconv.AppendInt(nil, v, 10))
		return
	}
	t := time.Unix(v/unit, v%unit*(1e9/unit)).UTC()
	l.put(Text, t.AppendFormat(l.text, "15:04:05.999999999"))
}

// addInt96 adds a time as Impala and old Spark write it: nanoseconds of the
// day, and the Julian day.
func addInt96(l *leafReader, v parquet.Int96) {
	const unixEpoch = 2440588
	nanos := int64(binary.LittleEndian.Uint64(v[:8]))
	days := int64(binary.LittleEndian.Uint32(v[8:])) - unixEpoch
	sec, nsec := floorDivide(nanos, 1e9)
	l.putTime(days*86400+sec, nsec, false)
}

func (l *leafReader) putText(v []byte) {
	if !utf8.Valid(v) {
		l.putBad("the text is not UTF-8; write the column as UTF-8 text, or leave it out if it is binary", v)
		return
	}
	l.put(Text, append(l.text, v...))
}

// putJSON adds an object or list as it is, compacted, and anything else as text,
// as also JSON that a strict receiver refuses: a key twice in one object, half a
// surrogate pair.
func (l *leafReader) putJSON(v []byte) {
	start := bytes.TrimLeft(v, " \t\r\n")
	if len(start) == 0 || start[0] != '{' && start[0] != '[' || !jsontext.Value(v).IsValid() {
		l.putText(v)
		return
	}
	l.put(Nested, appendCompact(l.text, v))
}

func (l *leafReader) putUUID(v []byte) {
	if len(v) != 16 {
		l.putBad("the UUID is not 16 bytes long; write it as text", v)
		return
	}
	text := hex.AppendEncode(l.text, v[:4])
	for _, part := range [][]byte{v[4:6], v[6:8], v[8:10], v[10:]} {
		text = hex.AppendEncode(append(text, '-'), part)
	}
	l.put(Text, text)
}

// putDecimal adds a decimal whose digits stand in v as a big-endian number in
// two's complement.
func (l *leafReader) putDecimal(v []byte, scale int) {
	const most = 1 << 10
	if len(v) == 0 || len(v) > most {
		l.putBad(fmt.Sprintf("a decimal of %d bytes cannot be read; correct it in the source", len(v)), v)
		return
	}
	if len(v) <= 16 {
		l.digits = appendInt128(l.digits[:0], v)
	} else {
		n := new(big.Int).SetBytes(v)
		if v[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(v))*8))
		}
		l.digits = n.Append(l.digits[:0], 10)
	}
	l.put(Number, appendDecimal(l.text, l.digits, scale))
}

// appendInt128 appends the digits of a big-endian number in two's complement of
// at most 16 bytes.
func appendInt128(dst, v []byte) []byte {
	var high, low uint64
	negative := v[0]&0x80 != 0
	if negative {
		high, low = math.MaxUint64, math.MaxUint64
	}
	for _, b := range v {
		high, low = high<<8|low>>56, low<<8|uint64(b)
	}
	if negative {
		var borrow uint64
		low, borrow = bits.Sub64(0, low, 0)
		high, _ = bits.Sub64(0, high, borrow)
		dst = append(dst, '-')
	}
	if high == 0 {
		return strconv.AppendUint(dst, low, 10)
	}
	const zeros = "0000000000000000000"
	front, back := bits.Div64(high, low, 1e19) // high is at most 2^63, so the front fits
	dst = strconv.AppendUint(dst, front, 10)
	var scratch [20]byte
	digits := strconv.AppendUint(scratch[:0], back, 10)
	return append(append(dst, zeros[len(digits):]...), digits...)
}

// appendDecimal appends a whole number's digits with the last scale of them
// behind the point.
func appendDecimal(dst, digits []byte, scale int) []byte {
	if len(digits) > 0 && digits[0] == '-' {
		dst = append(dst, '-')
		digits = digits[1:]
	}
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) <= scale {
		dst = append(dst, "0."...)
		for range scale - len(digits) {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	whole := len(digits) - scale
	dst = append(append(dst, digits[:whole]...), '.')
	return append(dst, digits[whole:]...)
}
