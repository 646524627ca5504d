package readers

import (
	"fmt"
	"strings"
)

// dialect says how a delimited text is written. The characters are ASCII; 0 is
// none, for the delimiter: not known yet.
type dialect struct {
	delimiter, quote, escape, comment byte
	skip                              int
	pad                               bool
}

// dialectOf reads the options of CSV.
func dialectOf(o Options) (d dialect, err error) {
	d.skip = max(0, o.SkipLines)
	if d.delimiter, err = character("delimiter", o.Delimiter, 0); err != nil {
		return d, err
	}
	if o.Delimiter == "" && o.Format == TSV {
		d.delimiter = '\t'
	}
	if d.quote, err = character("quote", o.Quote, '"'); err != nil {
		return d, err
	}
	if o.Unquoted {
		d.quote = 0
	}
	if d.comment, err = character("comment", o.Comment, 0); err != nil {
		return d, err
	}
	switch o.Escape {
	case "", "doubled":
	case "backslash":
		d.escape = '\\'
	default:
		return d, fmt.Errorf("source.escape cannot be %q: it is doubled or backslash", o.Escape)
	}
	switch o.Ragged {
	case "", "reject":
	case "pad":
		d.pad = true
	default:
		return d, fmt.Errorf("source.ragged cannot be %q: it is reject or pad", o.Ragged)
	}
	return d, d.check(o)
}

// check reports characters that mean two things.
func (d dialect) check(o Options) error {
	named := map[byte]string{}
	for _, c := range []struct {
		name string
		char byte
	}{{"quote", d.quote}, {"delimiter", d.delimiter}, {"escape", d.escape}, {"comment", d.comment}} {
		if other := named[c.char]; c.char != 0 && other != "" {
			return fmt.Errorf("the %s %q cannot be used: source.%s is the same as source.%s", c.name, c.char, c.name, other)
		}
		named[c.char] = c.name
	}
	return nil
}

func character(key, text string, otherwise byte) (byte, error) {
	switch {
	case text == "":
		return otherwise, nil
	case len(text) == 1 && text[0] < 0x80 && !strings.Contains("\r\n\x00", text):
		return text[0], nil
	}
	return 0, fmt.Errorf("the %s %q cannot be used: source.%s is one ascii character, no line end", key, text, key)
}

// delimiters are those that are looked for, the likelier first.
const delimiters = ",;\t|"

// sniff returns the delimiter that makes the most regular table of a text's
// first records. It is the comma where none makes two columns.
func (d dialect) sniff(text, lossy string) byte {
	best, bestScore := byte(','), 0
	for _, c := range []byte(delimiters) {
		if c == d.quote || c == d.comment {
			continue
		}
		d.delimiter = c
		if score := d.regularity(text, lossy); score > bestScore {
			best, bestScore = c, score
		}
	}
	return best
}

// regularity is higher the more of the first records have as many fields as the
// first one, and then the more fields that are. A single field counts nothing.
func (d dialect) regularity(text, lossy string) int {
	const records, fields = 50, 1000
	s := newScanner(d, lossy)
	s.begin(text, false)
	s.skipLines(d.skip)
	width, n, same := 0, 0, 0
	for n < records && s.next() == whole {
		if width == 0 {
			width = s.count
		}
		if n++; s.problem == "" && s.count == width {
			same++
		}
	}
	if width < 2 {
		return 0
	}
	return same*100/n*fields + min(width, fields-1)
}
