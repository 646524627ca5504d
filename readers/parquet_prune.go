package readers

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Comparison is a condition on the rows of a source, for Options.Prune: a column
// compared with literals.
//
// Prune is a promise of the caller: that a row which does not meet all of the
// comparisons, decided one after the other in their order, is not wanted. It
// leaves out whole row groups of a Parquet file where their statistics prove that
// one of the comparisons holds for no row, and that none before it can fail to be
// decided. What else may be wrong in such rows is not noticed. A reader may leave
// out fewer: other formats leave out none, and any doubt reads the row group.
//
// A comparison means what it means in expr-lang of values as the reader yields
// them: texts compare by their bytes, numbers as int where they are one and else
// as float64, times as instants. Null, and a text of Options.Nulls, is nil: it
// equals no literal, and makes an order undecidable. So do values of another kind
// than the literal's.
type Comparison struct {
	Column string  // a top-level column that is decoded
	Op     string  // ==, !=, <, <=, >, >= or in
	Values []Value // what it is compared with: one Text, Number, Bool or Time; for in any number of one kind
}

// prunes reports whether no row of row group g can be wanted.
func (p *parquetReader) prunes(g int, o Options) bool {
	for _, c := range o.Prune {
		var never, decidable bool
		err := guard("the footer", func() error {
			s, ok := p.statistics(g, c.Column, o.Nulls)
			if ok {
				never, decidable = s.decide(c)
			}
			return nil
		})
		if never && err == nil {
			return true
		}
		if !decidable && !alwaysDecidable(c.Op) || err != nil {
			return false
		}
	}
	return false
}

// alwaysDecidable reports whether an operator takes any two values.
func alwaysDecidable(op string) bool { return op == "==" || op == "!=" }

// statistics are what a row group's footer says of a flat column.
type statistics struct {
	low, high Value // no value is less, or greater
	noNulls   bool
	noText    bool // no value is one of Options.Nulls
	exact     bool // low and high occur, and every value lies between them
}

// statistics returns what is known for sure of the named column in row group g.
func (p *parquetReader) statistics(g int, name string, nulls []string) (s statistics, ok bool) {
	if i := slices.IndexFunc(p.folders, func(part folder) bool { return part.name == name }); i >= 0 {
		value := p.folders[i].value
		return statistics{low: value, high: value, noNulls: true, exact: true, noText: !slices.Contains(nulls, value.Text)}, value.Kind == Text
	}
	i := slices.IndexFunc(p.columns, func(c Column) bool { return c.Name == name })
	if i < 0 || !p.nodes[i].flat() {
		return s, false
	}
	node := p.nodes[i]
	chunk, err := p.footer.RowGroup(g).ColumnChunk(node.file)
	if err != nil || node.column.ColumnOrder() != parquet.ColumnOrders.TypeDefinedOrder {
		return s, false
	}
	if sound, err := chunk.StatsSet(); err != nil || !sound { // known mistakes of old writers
		return s, false
	}
	raw := p.footer.RowGroups[g].Columns[node.file].MetaData.Statistics
	var lowOK, highOK bool
	s.low, lowOK = node.bound(raw.MinValue)
	s.high, highOK = node.bound(raw.MaxValue)
	s.noNulls = node.def == 0 || raw.NullCount != nil && *raw.NullCount == 0
	s.exact = node.column.PhysicalType() != parquet.Types.ByteArray && !node.isFloat()
	s.noText = !slices.ContainsFunc(nulls, s.mayHold)
	order, comparable := compare(s.low, s.high)
	return s, lowOK && highOK && comparable && order <= 0
}

func (n *parquetNode) isFloat() bool {
	t := n.column.PhysicalType()
	return t == parquet.Types.Float || t == parquet.Types.Double
}

// mayHold reports whether text may be among the values.
func (s statistics) mayHold(text string) bool {
	return s.low.Kind == Text && !s.outside(Value{Kind: Text, Text: text})
}

// bound returns the value that a column's statistics give, as the reader would
// yield it. Types whose order is in doubt have none: unsigned and decimal numbers,
// half floats, times without a zone, INT96, JSON, binary.
func (n *parquetNode) bound(raw []byte) (Value, bool) {
	logical := n.column.LogicalType()
	switch t := n.column.PhysicalType(); {
	case t == parquet.Types.Boolean && len(raw) == 1:
		return Value{Kind: Bool, Text: strconv.FormatBool(raw[0] != 0)}, true
	case t == parquet.Types.Int32 && len(raw) == 4 && isSigned(logical):
		return integer(int64(int32(binary.LittleEndian.Uint32(raw)))), true
	case t == parquet.Types.Int64 && len(raw) == 8 && isSigned(logical):
		return integer(int64(binary.LittleEndian.Uint64(raw))), true
	case t == parquet.Types.Int64 && len(raw) == 8:
		return instant(logical, int64(binary.LittleEndian.Uint64(raw)))
	case t == parquet.Types.Float && len(raw) == 4:
		return float(float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))), 32)
	case t == parquet.Types.Double && len(raw) == 8:
		return float(math.Float64frombits(binary.LittleEndian.Uint64(raw)), 64)
	case t == parquet.Types.ByteArray && isText(logical) && raw != nil:
		return Value{Kind: Text, Text: string(raw)}, true
	}
	return Value{}, false
}

func isSigned(logical schema.LogicalType) bool {
	t, ok := logical.(*schema.IntLogicalType)
	return ok && t.IsSigned() || hasNoType(logical)
}

func isText(logical schema.LogicalType) bool {
	switch logical.(type) {
	case schema.StringLogicalType, schema.EnumLogicalType:
		return true
	}
	return hasNoType(logical)
}

func hasNoType(logical schema.LogicalType) bool {
	_, none := logical.(schema.NoLogicalType)
	return logical == nil || none
}

func integer(v int64) Value { return Value{Kind: Number, Text: strconv.FormatInt(v, 10)} }

func float(v float64, bits int) (Value, bool) {
	return Value{Kind: Number, Text: strconv.FormatFloat(v, 'f', -1, bits)}, !math.IsNaN(v) && !math.IsInf(v, 0)
}

func instant(logical schema.LogicalType, v int64) (Value, bool) {
	t, ok := logical.(*schema.TimestampLogicalType)
	if !ok || !t.IsAdjustedToUTC() {
		return Value{}, false
	}
	unit := unitsPerSecond(t.TimeUnit())
	sec, rest := floorDivide(v, unit)
	return Value{Kind: Time, sec: sec, nsec: int32(rest * (1e9 / unit))}, true
}

// decide reports whether c holds for no row, and whether it can be decided for
// every row.
func (s statistics) decide(c Comparison) (never, decidable bool) {
	if c.Op == "in" {
		return s.none(c.Values)
	}
	if len(c.Values) != 1 {
		return false, false
	}
	v := c.Values[0]
	low, okLow := compare(s.low, v)
	high, okHigh := compare(s.high, v)
	if !okLow || !okHigh {
		return false, false
	}
	cut := s.maybeCut(v)
	ordered := s.noNulls && s.noText && v.Kind != Bool && (s.exact || v.Kind == Text)
	switch c.Op {
	case "==":
		return s.outside(v), true
	case "!=":
		return s.exact && s.noNulls && s.noText && low == 0 && high == 0, true
	case "<":
		return ordered && low >= 0, ordered
	case "<=":
		return ordered && low > 0, ordered
	case ">":
		return ordered && high <= 0 && !cut, ordered
	case ">=":
		return ordered && high < 0 && !cut, ordered
	}
	return false, false
}

// none reports whether no value is in list, and whether that can be decided.
// Lists of floats, and those with an empty text or a 0, which a nil may be taken
// for, are left in doubt.
func (s statistics) none(list []Value) (never, decidable bool) {
	never, decidable = len(list) > 0, s.low.Kind == Text
	for _, v := range list {
		number := v.Kind == Number && s.exact && v.Text != "0" && isInteger(v.Text)
		text := v.Kind == Text && v.Text != ""
		never = never && (text || number) && s.outside(v)
		decidable = decidable && text
	}
	return never, decidable || never
}

// outside reports whether v is none of the values for sure.
func (s statistics) outside(v Value) bool {
	low, okLow := compare(s.low, v)
	high, okHigh := compare(s.high, v)
	return okLow && okHigh && (low > 0 || high < 0 && !s.maybeCut(v))
}

// maybeCut reports whether v may be among the values though it is greater than
// the greatest: a long text may have lost its end there.
func (s statistics) maybeCut(v Value) bool {
	return v.Kind == Text && !s.exact && strings.HasPrefix(v.Text, s.high.Text)
}

func isInteger(text string) bool {
	_, err := strconv.ParseInt(text, 10, 64)
	return err == nil
}

// compare orders two values, if they are of one kind and their order is exact.
func compare(a, b Value) (int, bool) {
	if a.Kind != b.Kind {
		return 0, false
	}
	switch a.Kind {
	case Text:
		return strings.Compare(a.Text, b.Text), true
	case Bool:
		return strings.Compare(a.Text, b.Text), true // false is before true
	case Time:
		return a.Time().Compare(b.Time()), !a.Local && !b.Local
	case Number:
		return compareNumbers(a.Text, b.Text)
	}
	return 0, false
}

// compareNumbers compares as int where both are, and else as float64 within the
// range in which that holds every whole number.
func compareNumbers(a, b string) (int, bool) {
	i, err := strconv.ParseInt(a, 10, 64)
	j, err2 := strconv.ParseInt(b, 10, 64)
	if err == nil && err2 == nil {
		return cmp.Compare(i, j), true
	}
	const exact = 1 << 53
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return cmp.Compare(x, y), err == nil && err2 == nil && math.Abs(x) <= exact && math.Abs(y) <= exact
}
