package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/go-json-experiment/json/jsontext"

	"mpimport/readers"
)

// withoutBuiltins are functions of the expression language that are not part of
// ours: the clock, whose answer changes from run to run; date, which has another
// notation for its formats; and fromJSON, which rounds large whole numbers.
var withoutBuiltins = []string{"now", "date", "timezone", "repeat", "fromJSON"}

// functions are those that ours has beside the expression language's own.
func functions() []expr.Option {
	all := []expr.Option{
		expr.Function("date", dateFunction, new(func(any) time.Time), new(func(any, string) time.Time), new(func(any, string, string) time.Time)),
		expr.Function("fromJSON", fromJSON, new(func(string) any)),
	}
	for _, name := range []string{"md5", "sha1", "sha256", "digits"} {
		change := transforms[name]
		all = append(all, expr.Function(name, func(arguments ...any) (any, error) {
			text, ok := arguments[0].(string)
			if !ok {
				return nil, fmt.Errorf("%s takes a text", name)
			}
			return change(text), nil
		}, new(func(string) string)))
	}
	return all
}

// dateFunction is date(value, format, zone): an instant. Format is as in the
// mapping file, iso8601 if left out; zone is for times that do not name theirs.
func dateFunction(arguments ...any) (any, error) {
	format, zone := iso8601, time.UTC
	var err error
	if len(arguments) > 1 {
		if format, err = parseTimeFormat(arguments[1].(string)); err != nil { // the signature makes it a text
			return nil, err
		}
	}
	if len(arguments) > 2 {
		if zone, err = time.LoadLocation(arguments[2].(string)); err != nil {
			return nil, fmt.Errorf("unknown time zone %q", arguments[2])
		}
	}
	var text string
	switch v := arguments[0].(type) {
	case time.Time:
		return v, nil
	case string:
		text = strings.TrimSpace(v)
	case int:
		text = strconv.Itoa(v)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return nil, errors.New("date takes a text or a number")
	}
	t, err := format.parse(text, zone)
	if err != nil {
		return nil, fmt.Errorf("%q is not a date of format %s", cut(text), format.name)
	}
	return t, nil
}

// fromJSON is what a JSON text says; nothing for an empty one.
func fromJSON(arguments ...any) (any, error) {
	text, ok := arguments[0].(string)
	if !ok {
		return nil, errors.New("fromJSON takes a text")
	}
	if text = strings.TrimSpace(text); text != "" && !validJSON(text) {
		return nil, fmt.Errorf("%q is not JSON", cut(text))
	}
	return nestedValue(text), nil
}

// exprValue is a cell as expressions see it.
func exprValue(v readers.Value, nulls nullTexts) any {
	switch v.Kind {
	case readers.Text:
		if nulls.has(v.Text) {
			return nil
		}
		return v.Text
	case readers.Number:
		return exprNumber(v.Text)
	case readers.Bool:
		return v.Text == "true"
	case readers.Time:
		return v.Time()
	case readers.Nested:
		return nestedValue(v.Text)
	}
	return nil
}

// exprNumber is a number as expressions see it: whole ones exact, others as
// floating point.
func exprNumber(text string) any {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return f
}

// nestedValue is JSON as expressions see it; whole numbers stay exact.
func nestedValue(raw string) any {
	if raw == "" {
		return nil
	}
	switch v := jsonValue(raw); v.Kind {
	case readers.Nested:
		if raw[0] == '[' {
			items := []any{}
			for _, item := range elements(raw) {
				items = append(items, nestedValue(item))
			}
			return items
		}
		object := map[string]any{}
		for name, value := range members(raw) {
			object[name] = nestedValue(value)
		}
		return object
	default:
		return exprValue(v, nullTexts{})
	}
}

// cellOf is the result of an expression as a cell. Floating point results are
// rounded to the 15 digits that they hold for sure, so that 0.1 + 0.2 is 0.3.
func cellOf(result any) (_ readers.Value, problem string) {
	switch v := result.(type) {
	case nil:
		return readers.Value{Kind: readers.Null}, ""
	case string:
		return textValue(v), ""
	case bool:
		return readers.Value{Kind: readers.Bool, Text: strconv.FormatBool(v)}, ""
	case int:
		return readers.Value{Kind: readers.Number, Text: strconv.Itoa(v)}, ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return readers.Value{}, "is not a number"
		}
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
		if err != nil {
			return readers.Value{}, "is not a number"
		}
		return readers.Value{Kind: readers.Number, Text: strconv.FormatFloat(rounded, 'f', -1, 64)}, ""
	case time.Time:
		return readers.TimeValue(v, false), ""
	}
	raw, err := json.Marshal(withTextKeys(result)) // sorts the names of objects
	if err != nil || !slices.Contains([]jsontext.Kind{'{', '['}, jsontext.Value(raw).Kind()) {
		return readers.Value{}, fmt.Sprintf("is a %T, which no field takes", result)
	}
	return readers.Value{Kind: readers.Nested, Text: string(raw)}, ""
}

// withTextKeys makes objects of what fromPairs returns, whose keys are of any
// type.
func withTextKeys(v any) any {
	switch v := v.(type) {
	case map[any]any:
		object := map[string]any{}
		for key, value := range v {
			if name, ok := key.(string); ok {
				object[name] = withTextKeys(value)
			}
		}
		return object
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = withTextKeys(item)
		}
		return items
	}
	return v
}
