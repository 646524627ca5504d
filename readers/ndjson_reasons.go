package readers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	reasonDeep  = "is nested more than 100 levels deep"
	reasonShort = "ends in the middle of the object: it may be cut off"
	reasonWide  = "brings the file to more than 2,000 different keys: name the columns that are needed"
)

// jsonChecker says what is wrong with an object, by jsontext's judgement.
type jsonChecker struct {
	decoder *jsontext.Decoder
	text    bytes.Buffer // what decoder reads
}

// reason checks the object at offset i of a line. It returns where it ends and
// what is wrong with it, or "". only says that nothing may stand behind the
// object but another one.
func (k *jsonChecker) reason(line string, i int, only bool) (end int, reason string) {
	k.text = *bytes.NewBufferString(line[i:])
	if k.decoder == nil {
		k.decoder = jsontext.NewDecoder(&k.text)
	}
	k.decoder.Reset(&k.text)
	at := jsonPlace{line: line, offset: i}
	if k.decoder.PeekKind() != '{' {
		return 0, k.notObject(at)
	}
	if reason = k.object(at); reason != "" {
		return 0, reason
	}
	end = i + int(k.decoder.InputOffset())
	rest := strings.TrimLeft(line[end:], " \t\r\n")
	if only && rest != "" && rest[0] != '{' {
		return 0, fmt.Sprintf("has more behind the object, at column %d: only another object may follow on the line", columnOf(line, len(line)-len(rest)))
	}
	return end, ""
}

// object reads an object, key by key, so that what is wrong is found where it is.
func (k *jsonChecker) object(at jsonPlace) string {
	d := k.decoder
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() != '}' {
		var value jsontext.Value
		if _, err = d.ReadValue(); err == nil {
			value, err = d.ReadValue()
		}
		if err == nil && tooDeep(value) {
			return reasonDeep
		}
	}
	if err == nil {
		_, err = d.ReadToken()
	}
	if err != nil {
		return at.syntax(err)
	}
	return ""
}

// notObject says what stands where an object should begin.
func (k *jsonChecker) notObject(at jsonPlace) string {
	value, err := k.decoder.ReadValue()
	if err != nil {
		return at.syntax(err)
	}
	what := "a number"
	switch value.Kind() {
	case '[':
		what = "a list"
	case '"':
		what = "a string"
	case 't', 'f':
		what = "a boolean"
	case 'n':
		what = "null"
	}
	return fmt.Sprintf("holds %s, not an object: each row is one object in braces", what)
}

// jsonPlace is where in a line, or in a record of several lines, text is checked.
type jsonPlace struct {
	line   string
	offset int
}

// syntax says what is wrong with the text, and at which character.
func (p jsonPlace) syntax(err error) string {
	var at *jsontext.SyntacticError
	if !errors.As(err, &at) {
		return reasonShort // the decoder's only other errors are those of the text's end
	}
	where := p.column(int(at.ByteOffset))
	cause := at.Err.Error()
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Sprintf("has the key %q twice in one object, again at %s", at.JSONPointer.LastToken(), where)
	case errors.Is(err, jsontext.ErrNonStringName):
		return fmt.Sprintf("is not valid json at %s: a key stands in double quotes", where)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return reasonShort
	case !utf8.ValidString(p.line):
		return fmt.Sprintf("has invalid utf-8, first at column %d: if the file is in another encoding, set source.encoding: latin1 or windows-1252", firstInvalid(p.line))
	case strings.Contains(cause, "max depth"):
		return reasonDeep
	}
	return fmt.Sprintf("is not valid json at %s: %s", where, cause)
}

// column names the character at a byte offset from where the text begins.
func (p jsonPlace) column(offset int) string {
	offset = min(max(p.offset+offset, 0), len(p.line))
	before := p.line[:offset]
	if lines := strings.Count(before, "\n"); lines > 0 {
		before = before[strings.LastIndexByte(before, '\n')+1:]
		return fmt.Sprintf("column %d, %s on", utf8.RuneCountInString(before)+1, plural(lines, "line"))
	}
	return fmt.Sprintf("column %d", columnOf(p.line, offset))
}

// columnOf is the number, from 1, of the character at a byte offset of a line.
func columnOf(line string, offset int) int {
	return utf8.RuneCountInString(line[:min(max(offset, 0), len(line))]) + 1
}

// firstInvalid is the number, from 1, of the first character that is no UTF-8.
func firstInvalid(line string) int {
	for column := 1; ; column++ {
		c, size := utf8.DecodeRuneInString(line)
		if c == utf8.RuneError && size <= 1 {
			return column
		}
		line = line[size:]
	}
}

// tooDeep reports whether a valid value, inside an object, is nested so that the
// whole is deeper than depthMost.
func tooDeep(value []byte) bool {
	if len(value) < 2*depthMost || value[0] != '{' && value[0] != '[' {
		return false
	}
	depth, inText := 1, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > depthMost {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
