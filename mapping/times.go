package mapping

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-strftime"
)

// timeFormat is one way to write an instant: a unit of a number, ISO 8601, or a
// layout.
type timeFormat struct {
	name   string
	unit   int64 // units in a second; 0 for text
	layout string
	zoned  bool // the layout has the zone
}

var iso8601 = timeFormat{name: "iso8601"}

var namedFormats = []timeFormat{
	iso8601,
	{name: "unix_s", unit: 1},
	{name: "unix_ms", unit: 1e3},
	{name: "unix_us", unit: 1e6},
	{name: "unix_ns", unit: 1e9},
}

func formatNames() []string {
	var names []string
	for _, f := range namedFormats {
		names = append(names, f.name)
	}
	return names
}

// parseTimeFormat reads a format of a mapping file: a name or a strftime
// pattern. As elsewhere, digits may be one or two when read: %d takes 07 and 7.
func parseTimeFormat(text string) (timeFormat, error) {
	for _, f := range namedFormats {
		if f.name == text {
			return f, nil
		}
	}
	if !strings.Contains(text, "%") {
		return timeFormat{}, fmt.Errorf("unknown time format %q", text)
	}
	pattern := text
	for _, directive := range []string{"d", "m", "I", "M", "S"} {
		pattern = strings.ReplaceAll(pattern, "%"+directive, "%-"+directive)
	}
	for _, fraction := range []string{".%f", ".%L", ".%N"} { // any fraction may follow the seconds
		pattern = strings.ReplaceAll(pattern, "%-S"+fraction, "%-S")
	}
	layout, err := strftime.Layout(pattern)
	if err != nil {
		return timeFormat{}, fmt.Errorf("unknown time pattern %q", text)
	}
	return timeFormat{name: text, layout: layout, zoned: strings.Contains(text, "%z") || strings.Contains(text, "%Z")}, nil
}

// parseZoned reads a time that names its zone. Abbreviations such as CEST mean
// different zones to different people, and are refused but for UTC and GMT.
func parseZoned(layout, text string) (time.Time, error) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return t, err
	}
	if name, offset := t.Zone(); strings.Contains(layout, "MST") && (offset != 0 || name != "UTC" && name != "GMT") {
		return t, errTime
	}
	return t, nil
}

// parseLocal reads a time that does not name its zone.
func parseLocal(layout, text string, zone *time.Location) (time.Time, error) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return t, err
	}
	return inZone(t, zone), nil
}

// parse reads text; zone is for times that do not name theirs.
func (f timeFormat) parse(text string, zone *time.Location) (time.Time, error) {
	switch {
	case f.unit > 0:
		return f.parseUnix(text)
	case f.layout != "" && f.zoned:
		return parseZoned(f.layout, text)
	case f.layout != "":
		return parseLocal(f.layout, text, zone)
	}
	return parseISO(text, zone)
}

var errTime = fmt.Errorf("not a time")

// parseUnix reads a number of units since 1970, with a fraction if need be.
func (f timeFormat) parseUnix(text string) (time.Time, error) {
	whole, fraction, hasFraction := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || hasFraction && (fraction == "" || strings.Trim(fraction, "0123456789") != "") {
		return time.Time{}, errTime
	}
	perUnit := int64(time.Second) / f.unit // nanoseconds
	seconds, rest := n/f.unit, n%f.unit
	nanos := rest * perUnit
	if hasFraction && fraction != "" {
		part, err := strconv.ParseFloat("0."+fraction, 64)
		if err != nil {
			return time.Time{}, errTime
		}
		extra := int64(math.Round(part * float64(perUnit)))
		if strings.HasPrefix(whole, "-") {
			extra = -extra
		}
		nanos += extra
	}
	return time.Unix(seconds, nanos).UTC(), nil
}

// parseISO reads RFC 3339 and its usual relatives: a space for the T, no
// seconds, a fraction, no zone, +0100 and UTC for the zone, the date alone.
func parseISO(text string, zone *time.Location) (time.Time, error) {
	if len(text) < len("2006-01-02") {
		return time.Time{}, errTime
	}
	date, clock := text[:10], text[10:]
	if clock == "" {
		return parseLocal("2006-01-02", date, zone)
	}
	if clock[0] != 'T' && clock[0] != 't' && clock[0] != ' ' {
		return time.Time{}, errTime
	}
	clock = clock[1:]
	end := strings.IndexAny(clock, "Zz+-U ")
	offset := ""
	if end >= 0 {
		clock, offset = clock[:end], strings.TrimSpace(clock[end:])
	}
	layout := "2006-01-02 15:04:05"
	if strings.Count(clock, ":") == 1 {
		layout = "2006-01-02 15:04"
	}
	full := date + " " + clock
	switch {
	case offset == "":
		return parseLocal(layout, full, zone)
	case offset == "Z" || offset == "z" || offset == "UTC":
		return time.Parse(layout, full)
	case len(offset) == len("+01"):
		return time.Parse(layout+" -07", full+" "+offset)
	case len(offset) == len("+0100"):
		return time.Parse(layout+" -0700", full+" "+offset)
	}
	return time.Parse(layout+" -07:00", full+" "+offset)
}

// unitsOf says what a number would mean in each unit of time.
func unitsOf(number string) string {
	var meanings []string
	for _, f := range namedFormats[1:] {
		if t, err := f.parseUnix(number); err == nil && t.Year() > 0 && t.Year() < 10000 {
			meanings = append(meanings, fmt.Sprintf("%s as %s", t.Format(time.RFC3339), f.name))
		}
	}
	return strings.Join(meanings, ", ")
}
