package readers

import "time"

// Kind says what a Value holds.
type Kind uint8

// The closed set of kinds.
const (
	Missing Kind = iota // the row has no such column
	Null                // the column is there and explicitly null
	Text                // a string, exactly as read
	Number              // a number in its exact decimal text, a JSON number
	Bool                // true or false
	Time                // an instant, or a local time without a zone
	Nested              // an object or list, as compact JSON
)

var kindNames = [...]string{"missing", "null", "text", "number", "boolean", "time", "nested"}

// String returns the kind's name as messages use it.
func (k Kind) String() string { return kindNames[k] }

// Value is one cell. Text holds the characters of Text, Number, Bool
// ("true" or "false") and Nested; a Time is read with Time.
type Value struct {
	Kind  Kind
	Local bool // Time only: the source gave no zone, the clock reading is held as if it were UTC
	Text  string
	sec   int64
	nsec  int32
}

// TimeValue returns a Value of kind Time. local marks a clock reading without a
// zone; t must then carry that reading in UTC.
func TimeValue(t time.Time, local bool) Value {
	return Value{Kind: Time, Local: local, sec: t.Unix(), nsec: int32(t.Nanosecond())}
}

// Time returns the instant of a Time value, in UTC.
func (v Value) Time() time.Time { return time.Unix(v.sec, int64(v.nsec)).UTC() }

// Position is where a row stands in its source. Row counts records from 1, the
// header is none; Line is the physical line, from 1, on which a text format's
// record begins, and 0 for Parquet.
type Position struct {
	Row  int64
	Line int64
}

// plus is a position that counts on from p.
func (p Position) plus(q Position) Position {
	return Position{Row: p.Row + q.Row, Line: p.Line + q.Line}
}
