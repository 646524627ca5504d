package readers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"github.com/expr-lang/expr"
)

func texted(s string) Value { return Value{Kind: Text, Text: s} }
func number(s string) Value { return Value{Kind: Number, Text: s} }
func truth(b bool) Value    { return Value{Kind: Bool, Text: strconv.FormatBool(b)} }
func at(day int) Value      { return TimeValue(time.Date(2024, 1, day, 0, 0, 0, 0, time.UTC), false) }

func doubles(values ...float64) columnWrite {
	return func(w file.ColumnChunkWriter) error {
		_, err := w.(*file.Float64ColumnChunkWriter).WriteBatch(values, nil, nil)
		return err
	}
}

func bools(values ...bool) columnWrite {
	return func(w file.ColumnChunkWriter) error {
		_, err := w.(*file.BooleanColumnChunkWriter).WriteBatch(values, nil, nil)
		return err
	}
}

// pruned reads a file with prune and returns which rows were left out unread,
// behind a check that the others are those of the whole file.
func pruned(t *testing.T, data []byte, o Options) (rows []int64) {
	t.Helper()
	whole := mustRows(t, data, Options{})
	next := int64(1)
	for chunk := range chunks(t, parquetOf(t, data, o)) {
		if chunk.Pruned > 0 && (chunk.Len() > 0 || chunk.PrunedFrom != Position{Row: next}) {
			t.Fatalf("a chunk of %d rows leaves out rows from %+v, want from row %d", chunk.Len(), chunk.PrunedFrom, next)
		}
		for range chunk.Pruned {
			rows = append(rows, next)
			next++
		}
		for i := range chunk.Len() {
			if got := string(chunk.AppendRow(nil, i)); chunk.Position(i).Row != next || got != whole[next-1] {
				t.Fatalf("row %d: got %s at %d, want %s", next, got, chunk.Position(i).Row, whole[next-1])
			}
			next++
		}
	}
	if next-1 != int64(len(whole)) {
		t.Fatalf("%d rows are accounted for, want %d", next-1, len(whole))
	}
	return rows
}

// pruneFile has four row groups of two rows: a number, a text, a time, a decimal,
// an unsigned number, a time without a zone, a float and a boolean.
func pruneFile(t *testing.T) []byte {
	micros := func(local bool) schema.LogicalType {
		return schema.NewTimestampLogicalType(!local, schema.TimeUnitMicros)
	}
	nodes := schema.FieldList{
		leafNode("n", parquet.Repetitions.Optional, nil, parquet.Types.Int64, 0),
		required("s", schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
		required("t", micros(false), parquet.Types.Int64, 0),
		required("d", schema.NewDecimalLogicalType(9, 2), parquet.Types.Int32, 0),
		required("u", schema.NewIntLogicalType(32, false), parquet.Types.Int32, 0),
		required("local", micros(true), parquet.Types.Int64, 0),
		required("f", nil, parquet.Types.Double, 0),
		required("b", nil, parquet.Types.Boolean, 0),
	}
	var groups [][]columnWrite
	for g := range 4 {
		g64, g32 := int64(g), int32(g)
		defs := []int16{1, 1}
		numbers := ints64(defs, nil, 10*g64, 10*g64+5)
		if g == 3 {
			numbers = ints64([]int16{1, 0}, nil, 30)
		}
		day := at(1 + 10*g).Time().UnixMicro()
		groups = append(groups, []columnWrite{
			numbers, texts(nil, nil, "a"+strconv.Itoa(g), "b"+strconv.Itoa(g)), ints64(nil, nil, day, day+1),
			ints32(nil, nil, 100*g32, 100*g32+5), ints32(nil, nil, g32, g32), ints64(nil, nil, day, day+1),
			doubles(float64(g), float64(g)+0.5), bools(g == 0, g == 0),
		})
	}
	return groupsFile(t, nodes, parquet.Repetitions.Required, []parquet.WriterProperty{parquet.WithStats(true)}, groups...)
}

func TestParquetPrune(t *testing.T) {
	data := pruneFile(t)
	one := func(column, op string, values ...Value) []Comparison { return []Comparison{{column, op, values}} }
	for name, c := range map[string]struct {
		prune []Comparison
		want  string // the row groups left out
	}{
		"nothing":                   {nil, ""},
		"equal":                     {one("n", "==", number("12")), "0 2 3"},
		"equal to a bound":          {one("n", "==", number("15")), "0 2 3"},
		"between the groups":        {one("n", "==", number("17")), "0 1 2 3"},
		"equal to a float":          {one("n", "==", number("15.0")), "0 2 3"},
		"less, a null is undecided": {one("n", "<", number("-1")), "0 1 2"},
		"less than the least":       {one("n", "<", number("10")), "1 2"},
		"at most the least":         {one("n", "<=", number("10")), "2"},
		"greater than the greatest": {one("n", ">", number("15")), "0 1"},
		"at least the greatest":     {one("n", ">=", number("15")), "0"},
		"in":                        {one("n", "in", number("1"), number("22")), "1 3"},
		"in with 0":                 {one("n", "in", number("0"), number("22")), ""},
		"a text is not a number":    {one("n", "==", texted("12")), ""},
		"text equal":                {one("s", "==", texted("b1")), "0"},
		"text beyond":               {one("s", "==", texted("c")), "0 1 2 3"},
		"text greatest cut off":     {one("s", "==", texted("b3x")), "0 1 2"},
		"text order":                {one("s", ">", texted("b2")), "0 1"},
		"text order, cut off":       {one("s", ">", texted("b2x")), "0 1"},
		"text in":                   {one("s", "in", texted("a"), texted("c")), "0 1 2 3"},
		"text in with an empty one": {one("s", "in", texted(""), texted("c")), ""},
		"text unequal":              {one("s", "!=", texted("a0")), ""},
		"time":                      {one("t", ">=", at(21)), "0 1"},
		"time before":               {one("t", "<", at(11)), "1 2 3"},
		"decimal":                   {one("d", "==", number("9")), ""},
		"unsigned":                  {one("u", "==", number("9")), ""},
		"time without a zone":       {one("local", "==", at(5)), ""},
		"float equal":               {one("f", "==", number("2.25")), "0 1 3"},
		"float order, NaN":          {one("f", ">", number("9")), ""},
		"boolean":                   {one("b", "==", truth(true)), "1 2 3"},
		"boolean unequal":           {one("b", "!=", truth(false)), "1 2 3"},
		"boolean order":             {one("b", ">", truth(true)), ""},
		"no such column":            {one("x", "==", number("9")), ""},
		"no such operator":          {one("n", "~", number("900")), ""},
		"two":                       {[]Comparison{{"b", "==", []Value{truth(false)}}, {"n", "==", []Value{number("12")}}}, "0 2 3"},
		"behind an undecided one":   {[]Comparison{{"n", ">", []Value{number("-1")}}, {"s", "==", []Value{texted("c")}}}, "0 1 2"},
		"behind an unknown one":     {[]Comparison{{"f", "<", []Value{number("9")}}, {"s", "==", []Value{texted("c")}}}, ""},
		"behind an equal unknown":   {[]Comparison{{"d", "==", []Value{number("1")}}, {"s", "==", []Value{texted("c")}}}, "0 1 2 3"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, row := range pruned(t, data, Options{Prune: c.prune}) {
				if row%2 == 0 {
					got = append(got, strconv.FormatInt(row/2-1, 10))
				}
			}
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("got row groups %q, want %q", got, c.want)
			}
		})
	}
}

func TestParquetPruneNullTexts(t *testing.T) {
	data := pruneFile(t)
	prune := []Comparison{{"s", "<", []Value{texted("a")}}}
	if got := pruned(t, data, Options{Prune: prune, Nulls: []string{"", "NULL"}}); len(got) != 8 {
		t.Errorf("null texts elsewhere: got rows %v, want all", got)
	}
	if got := pruned(t, data, Options{Prune: prune, Nulls: []string{"", "b1"}}); slices.Contains(got, 3) || len(got) != 2 {
		t.Errorf("a null text among the values: got rows %v, want 1 and 2", got)
	}
}

// TestParquetPruneUnordered reads files whose writer gave no order, as
// xitongsys's: their statistics are not relied on.
func TestParquetPruneUnordered(t *testing.T) {
	data, _ := flatFile(t, 250)
	prune := []Comparison{{"id", "==", []Value{number("1")}}}
	if got := pruned(t, data, Options{Prune: prune}); len(got) > 0 {
		t.Errorf("%d rows were left out", len(got))
	}
}

// asExpr is a value as conditions see it.
func asExpr(v Value, nulls []string) any {
	switch v.Kind {
	case Text:
		if slices.Contains(nulls, v.Text) {
			return nil
		}
		return v.Text
	case Number:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return int(n)
		}
		f, _ := strconv.ParseFloat(v.Text, 64)
		return f
	case Bool:
		return v.Text == "true"
	case Time:
		return v.Time()
	}
	return nil
}

// conditionOf writes comparisons as an expression; times are variables.
func conditionOf(prune []Comparison, env map[string]any) string {
	var all []string
	for i, c := range prune {
		var literals []string
		for j, v := range c.Values {
			literal := v.Text
			switch v.Kind {
			case Text:
				literal = strconv.Quote(v.Text)
			case Time:
				literal = fmt.Sprintf("time%d_%d", i, j)
				env[literal] = v.Time()
			}
			literals = append(literals, literal)
		}
		right := strings.Join(literals, ", ")
		if c.Op == "in" {
			right = "[" + right + "]"
		}
		all = append(all, c.Column+" "+c.Op+" "+right)
	}
	return strings.Join(all, " and ")
}

// TestParquetPruneMeansWhatConditionsMean leaves out rows of random files by
// random comparisons, and decides them by the language of conditions: none may be
// true, and none undecidable.
func TestParquetPruneMeansWhatConditionsMean(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	nulls := []string{"", "n"}
	var left int
	for range 300 {
		data := randomFile(t, random)
		prune := randomComparisons(random)
		rows := pruned(t, data, Options{Prune: prune, Nulls: nulls, ChunkRows: 100})
		left += len(rows)
		env := map[string]any{}
		text := conditionOf(prune, env)
		program, err := expr.Compile(text, expr.Env(map[string]any{}), expr.AllowUndefinedVariables(), expr.AsBool())
		if err != nil {
			t.Fatal(err)
		}
		for chunk := range chunks(t, parquetOf(t, data, Options{})) {
			for i := range chunk.Len() {
				if !slices.Contains(rows, chunk.Position(i).Row) {
					continue
				}
				for j, column := range chunk.Columns {
					env[column.Name] = asExpr(chunk.Value(i, j), nulls)
				}
				if result, err := expr.Run(program, env); err != nil || result != false {
					t.Errorf("%s of row %s is %v, %v, but the row was left out", text, chunk.AppendRow(nil, i), result, err)
				}
			}
		}
	}
	if left < 200 {
		t.Errorf("only %d rows were left out", left)
	}
}

// randomFile has a few groups of few rows whose values lie close together.
func randomFile(t *testing.T, random *rand.Rand) []byte {
	optional := parquet.Repetitions.Optional
	nodes := schema.FieldList{
		leafNode("n", optional, nil, parquet.Types.Int64, 0),
		leafNode("s", optional, schema.StringLogicalType{}, parquet.Types.ByteArray, 0),
		required("f", nil, parquet.Types.Double, 0),
		required("b", nil, parquet.Types.Boolean, 0),
		required("t", schema.NewTimestampLogicalType(true, schema.TimeUnitMillis), parquet.Types.Int64, 0),
	}
	var groups [][]columnWrite
	for range 1 + random.IntN(3) {
		rows := 1 + random.IntN(3)
		var numbers, times []int64
		var words []string
		var floats []float64
		var yes []bool
		var defs []int16
		base, nullable := random.IntN(4), random.IntN(2) == 0
		for range rows {
			near := base + random.IntN(2)
			floats = append(floats, []float64{float64(near), float64(near) / 2, math.NaN(), math.Inf(1)}[min(random.IntN(12)/3, random.IntN(4))])
			yes = append(yes, near > 2)
			times = append(times, at(1+near).Time().UnixMilli())
			if nullable && random.IntN(3) == 0 {
				defs = append(defs, 0)
				continue
			}
			defs = append(defs, 1)
			numbers = append(numbers, int64(near))
			words = append(words, []string{"", "a", "b", "n", "z"}[near])
		}
		groups = append(groups, []columnWrite{ints64(defs, nil, numbers...), texts(defs, nil, words...), doubles(floats...), bools(yes...), ints64(nil, nil, times...)})
	}
	return groupsFile(t, nodes, parquet.Repetitions.Required, nil, groups...)
}

func randomComparisons(random *rand.Rand) (all []Comparison) {
	literals := map[string]func() Value{
		"n": func() Value { return number([]string{"-1", "0", "1", "3", "4", "9", "2.5"}[random.IntN(7)]) },
		"s": func() Value { return texted([]string{"", "a", "ab", "b", "m", "n", "z", "zz"}[random.IntN(8)]) },
		"f": func() Value { return number([]string{"0", "1", "0.5", "7", "100"}[random.IntN(5)]) },
		"b": func() Value { return truth(random.IntN(2) == 0) },
		"t": func() Value { return at(1 + random.IntN(9)) },
	}
	for range 1 + random.IntN(3) {
		column := []string{"n", "s", "f", "b", "t"}[random.IntN(5)]
		ops := []string{"==", "!=", "<", "<=", ">", ">=", "in"}
		if column == "b" {
			ops = ops[:2]
		}
		c := Comparison{Column: column, Op: ops[random.IntN(len(ops))], Values: []Value{literals[column]()}}
		if c.Op == "in" {
			c.Values = append(c.Values, literals[column]())
		}
		all = append(all, c)
	}
	return all
}
