package mapping

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"mpimport/mparticle"
	"mpimport/readers"
)

func textValue(s string) readers.Value { return readers.Value{Kind: readers.Text, Text: s} }

// convert appends x as the JSON that the field takes, or says what is wrong with
// it. x is neither Missing nor Null.
func (v *value) convert(dst []byte, x readers.Value) ([]byte, string) {
	if x.Kind == readers.Text && !utf8.ValidString(x.Text) {
		return dst, "is not UTF-8 text"
	}
	if len(v.field.Enum) > 0 && !slices.Contains(v.field.Enum, x.Text) {
		return dst, "is not one of " + strings.Join(v.field.Enum, ", ")
	}
	switch v.kind {
	case mparticle.Integer:
		return appendInteger(dst, v.plainNumber(x))
	case mparticle.Number:
		return appendNumber(dst, v.plainNumber(x))
	case mparticle.Boolean:
		return appendBoolean(dst, x)
	case mparticle.Timestamp:
		return v.appendTimestamp(dst, x)
	case mparticle.UUID:
		if !uuidPattern.MatchString(x.Text) {
			return dst, "is not a UUID"
		}
	case mparticle.IP:
		if _, err := netip.ParseAddr(x.Text); err != nil {
			return dst, "is not an IP address"
		}
	case mparticle.Scalar, mparticle.Attribute:
		return v.appendScalar(dst, x)
	}
	return v.appendText(dst, x)
}

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// appendText appends any value as a text.
func (v *value) appendText(dst []byte, x readers.Value) ([]byte, string) {
	text := x.Text
	switch x.Kind {
	case readers.Nested:
		if !v.nestedText {
			return dst, "is an object or list where a text is expected"
		}
	case readers.Time:
		text = timeText(x)
	}
	return v.appendLimited(dst, text)
}

func timeText(x readers.Value) string {
	if x.Local {
		return x.Time().Format("2006-01-02T15:04:05.999999999")
	}
	return x.Time().Format(time.RFC3339Nano)
}

func (v *value) appendLimited(dst []byte, text string) ([]byte, string) {
	if v.free() && len(text) > mparticle.MaxAttributeValueChars {
		if n := utf8.RuneCountInString(text); n > mparticle.MaxAttributeValueChars {
			return dst, fmt.Sprintf("is longer than the API's limit of %d characters", mparticle.MaxAttributeValueChars)
		}
	}
	return appendString(dst, text), ""
}

// free reports whether the field is a free-form attribute.
func (v *value) free() bool {
	return v.field.Type == mparticle.Scalar || v.field.Type == mparticle.Attribute
}

// appendString appends valid UTF-8 as a JSON string.
func appendString(dst []byte, text string) []byte {
	dst, _ = jsontext.AppendQuote(dst, text) // fails on invalid UTF-8 only, which convert refuses
	return dst
}

// appendScalar appends what a free-form attribute takes, as it comes: text,
// number, boolean; where the field allows, a list.
func (v *value) appendScalar(dst []byte, x readers.Value) ([]byte, string) {
	if v.isList() && x.Kind != readers.Nested && x.Kind != readers.Time && v.split == "" {
		return checkedList(dst, []string{x.Text})
	}
	switch x.Kind {
	case readers.Number:
		return appendNumber(dst, x)
	case readers.Bool:
		return append(dst, x.Text...), ""
	case readers.Nested:
		return v.appendNested(dst, x)
	}
	if v.kind == mparticle.Attribute && v.split != "" {
		return v.appendSplit(dst, x.Text)
	}
	return v.appendText(dst, x)
}

// isList reports whether the field is a list whatever comes: one value is a list
// of one.
func (v *value) isList() bool { return v.field.Shape == mparticle.List || v.list }

func (v *value) appendSplit(dst []byte, text string) ([]byte, string) {
	var items []string
	for item := range strings.SplitSeq(text, v.split) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return checkedList(dst, items)
}

func appendNestedList(dst []byte, raw string) ([]byte, string) {
	var items []string
	for _, element := range elements(raw) {
		x := jsonValue(element)
		switch x.Kind {
		case readers.Nested:
			return dst, "is a list of objects or lists where a list of texts is expected"
		case readers.Null, readers.Missing:
		default:
			items = append(items, x.Text)
		}
	}
	return checkedList(dst, items)
}

func checkedList(dst []byte, items []string) ([]byte, string) {
	if len(items) > mparticle.MaxListEntries {
		return dst, fmt.Sprintf("has %d entries, the API's limit is %d", len(items), mparticle.MaxListEntries)
	}
	for _, item := range items {
		if utf8.RuneCountInString(item) > mparticle.MaxListEntryChars {
			return dst, fmt.Sprintf("has an entry longer than the API's limit of %d characters", mparticle.MaxListEntryChars)
		}
	}
	return appendList(dst, items), ""
}

func appendList(dst []byte, items []string) []byte {
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, item)
	}
	return append(dst, ']')
}

// plainNumber is a text with a number as the mapping says that numbers are
// written, rewritten as JSON has them.
func (v *value) plainNumber(x readers.Value) readers.Value {
	if v.number != nil && x.Kind == readers.Text {
		x.Text = v.number.plain(strings.TrimSpace(x.Text))
	}
	return x
}

// appendInteger takes whole numbers of 64 bits; 5.0 is one, as many tools write
// whole numbers so.
func appendInteger(dst []byte, x readers.Value) ([]byte, string) {
	const problem = "is not a whole number"
	if x.Kind != readers.Text && x.Kind != readers.Number {
		return dst, problem
	}
	text := strings.TrimSpace(x.Text)
	if whole, fraction, found := strings.Cut(text, "."); found && fraction != "" && strings.Trim(fraction, "0") == "" {
		text = whole
	}
	if strings.HasPrefix(text, "+") {
		return dst, problem
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return dst, problem
	}
	return strconv.AppendInt(dst, n, 10), ""
}

var numberPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// appendNumber keeps the digits as they are written, but for zeros in front,
// which JSON forbids.
func appendNumber(dst []byte, x readers.Value) ([]byte, string) {
	if x.Kind != readers.Text && x.Kind != readers.Number {
		return dst, "is not a number"
	}
	text := strings.TrimSpace(x.Text)
	if !numberPattern.MatchString(text) {
		return dst, notNumber(text)
	}
	digits, negative := strings.CutPrefix(text, "-")
	for len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		digits = digits[1:]
	}
	if negative {
		dst = append(dst, '-')
	}
	return append(dst, digits...), ""
}

// notNumber is the problem of a text that is not a number as JSON has it.
func notNumber(text string) string {
	const advice = "is not a number: write 1234.50, or say how the file writes them with number: "
	switch {
	case !strings.Contains(text, ","):
		return "is not a number"
	case pointPattern.MatchString(text):
		return advice + `{decimal: ".", thousands: ","}`
	case commaPattern.MatchString(text):
		return advice + `{decimal: ",", thousands: "."}`
	}
	return "is not a number"
}

func appendBoolean(dst []byte, x readers.Value) ([]byte, string) {
	switch strings.ToLower(strings.TrimSpace(x.Text)) {
	case "true", "1", "yes", "t":
		return append(dst, "true"...), ""
	case "false", "0", "no", "f":
		return append(dst, "false"...), ""
	}
	return dst, "is not true or false"
}

// appendTimestamp appends milliseconds since 1970.
func (v *value) appendTimestamp(dst []byte, x readers.Value) ([]byte, string) {
	t, problem := v.instant(x)
	if problem != "" {
		return dst, problem
	}
	return strconv.AppendInt(dst, t.UnixMilli(), 10), ""
}

func (v *value) instant(x readers.Value) (time.Time, string) {
	switch x.Kind {
	case readers.Time:
		t := x.Time()
		if x.Local {
			t = inZone(t, v.zone)
		}
		return t, ""
	case readers.Text, readers.Number:
	default:
		return time.Time{}, "is not a date"
	}
	text := strings.TrimSpace(x.Text)
	for _, f := range v.formats {
		if x.Kind == readers.Number && f == iso8601 {
			continue
		}
		if t, err := f.parse(text, v.zone); err == nil && t.Year() > 0 && t.Year() < 10000 {
			return t, ""
		}
	}
	if numberPattern.MatchString(text) && !v.takesNumbers() {
		return time.Time{}, noUnit
	}
	return time.Time{}, notDate(text)
}

var datePatterns = sync.OnceValue(timeCandidates)

// notDate is the problem of a text in none of the mapping's formats. It names the
// formats that the text would fit.
func notDate(text string) string {
	var fits []string
	for _, c := range datePatterns() {
		if len(text) <= timeLength && c.fits(text) {
			fits = append(fits, c.name)
		}
	}
	switch len(fits) {
	case 0:
		return "is not a date"
	case 1:
		return fmt.Sprintf("is not a date as the mapping expects it, but one as format: %q; add that if the file writes dates so", fits[0])
	}
	return fmt.Sprintf("is not a date as the mapping expects it, but one as format: %q, or as %q; add the right one if the file writes dates so", fits[0], fits[1])
}

// noUnit is the problem of a number where a time is expected.
const noUnit = "is a number without a unit: add format: unix_s, unix_ms, unix_us or unix_ns to the mapping"
