package readers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	depthMost   = 100
	keysMost    = 10_000 // names remembered, decoded or not
	columnsMost = 2_000  // columns decoded

	reasonDeep  = "is nested more than 100 levels deep"
	reasonShort = "ends in the middle of the object: one object stands on one line"
	reasonWide  = "brings the file to more than 2,000 different keys: name the columns that are needed"
)

// ndjsonReader reads one JSON object a line. Its columns are the wanted keys in
// the order in which they appear in readable rows.
type ndjsonReader struct {
	in      *input
	w       window
	lossy   string // as decoded returned it
	wanted  selection
	columns []Column
	index   map[string]int // by key: its column, or -1 if it is not decoded
	names   []string
	decoder *jsontext.Decoder
	text    bytes.Buffer // what decoder reads
	members []member
	scratch []byte
	row     int64
	line    int64
	final   bool
	fill    filling
}

// member is a member of the object on a line, by offsets into the line.
type member struct{ key, keyEnd, value, valueEnd int }

func openNDJSON(in *input, o Options) (Reader, error) {
	src, lossy := decoded(in, o.Encoding)
	return &ndjsonReader{
		in: in, w: newWindow(src), lossy: lossy,
		wanted: newSelection(o.Columns), index: map[string]int{},
		decoder: jsontext.NewDecoder(strings.NewReader("")),
		fill:    newFilling(o.ChunkRows),
	}, nil
}

// Columns returns the wanted keys seen so far; they are final after io.EOF.
func (r *ndjsonReader) Columns() ([]Column, bool) { return slices.Clone(r.columns), r.final }

// Names returns the keys seen so far, at most 10,000.
func (r *ndjsonReader) Names() []string { return slices.Clone(r.names) }

// Next returns the next chunk. A read error comes after the rows before it.
func (r *ndjsonReader) Next(ctx context.Context) (*Chunk, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := r.fill.builder(r.columns)
	var failed error
	for !r.fill.full(b) {
		line, ok, err := r.nextLine()
		if !ok {
			failed = err
			break
		}
		r.add(b, line)
	}
	r.columns = b.columns
	if c := r.fill.finish(b); c != nil {
		return c, nil
	}
	if failed != nil {
		return nil, readError(r.in, r.line, failed)
	}
	r.final = true
	return nil, io.EOF
}

// nextLine returns the next line that is not blank, without its end. One that
// is too long is returned cut, longer than recordCap. The line is valid until
// the next call.
func (r *ndjsonReader) nextLine() (line []byte, ok bool, err error) {
	for {
		b := r.w.bytes()
		n := bytes.IndexByte(b, '\n')
		switch {
		case n >= 0 && n <= recordCap:
			line = b[:n]
			r.w.consume(n + 1)
		case len(b) > recordCap:
			line = slices.Clone(b[:recordCap+1]) // the window moves on
			r.w.skipTo("\n")
		case r.w.more():
			continue
		case r.w.err != nil || len(b) == 0:
			return nil, false, r.w.err
		default:
			line = b
			r.w.consume(len(b))
		}
		r.line++
		if len(bytes.Trim(line, " \t\r")) > 0 {
			return line, true, nil
		}
	}
}

// add puts the object on a line into b, or lists the line as bad.
func (r *ndjsonReader) add(b *builder, line []byte) {
	r.row++
	at := Position{Row: r.row, Line: r.line}
	reason := r.parse(line)
	if reason == "" {
		reason = r.learn(b, line)
	}
	if reason != "" {
		b.bad(at, reason, rawHead(bytes.TrimSuffix(line, []byte("\r"))))
		return
	}
	b.begin(at)
	for _, m := range r.members {
		if column, known := r.index[string(r.key(line, m))]; known && column >= 0 {
			r.set(b, column, line[m.value:m.valueEnd])
		}
	}
}

// parse checks the line and finds the members of its object. It returns what is
// wrong with it, or "".
func (r *ndjsonReader) parse(line []byte) string {
	if len(line) > recordCap {
		return reasonLong
	}
	if r.lossy != "" && bytes.Contains(line, []byte(replacement)) {
		return r.lossy
	}
	r.text = *bytes.NewBuffer(line[:len(line):len(line)])
	r.decoder.Reset(&r.text)
	r.members = r.members[:0]
	if r.decoder.PeekKind() != '{' {
		return r.notObject(line)
	}
	if reason := r.parseObject(line); reason != "" {
		return reason
	}
	if i := r.behind(line); i < len(line) {
		return fmt.Sprintf("has more behind the object, at column %d: one line holds one object", columnOf(line, i))
	}
	return ""
}

// behind is where the text behind the object on the line begins.
func (r *ndjsonReader) behind(line []byte) int {
	i := int(r.decoder.InputOffset())
	return i + len(line[i:]) - len(bytes.TrimLeft(line[i:], " \t\r"))
}

func (r *ndjsonReader) parseObject(line []byte) string {
	d := r.decoder
	if _, err := d.ReadToken(); err != nil {
		return syntaxReason(line, err)
	}
	for d.PeekKind() != '}' {
		var m member
		name, err := d.ReadValue()
		if err != nil {
			return syntaxReason(line, err)
		}
		m.keyEnd = int(d.InputOffset())
		m.key = m.keyEnd - len(name)
		value, err := d.ReadValue()
		if err != nil {
			return syntaxReason(line, err)
		}
		if tooDeep(value) {
			return reasonDeep
		}
		m.valueEnd = int(d.InputOffset())
		m.value = m.valueEnd - len(value)
		r.members = append(r.members, m)
	}
	if _, err := d.ReadToken(); err != nil {
		return syntaxReason(line, err)
	}
	return ""
}

// notObject says what a line holds that does not begin an object.
func (r *ndjsonReader) notObject(line []byte) string {
	value, err := r.decoder.ReadValue()
	if err != nil {
		return syntaxReason(line, err)
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
	return fmt.Sprintf("holds %s, not an object: each line is one object in braces", what)
}

// syntaxReason says what is wrong with a line, and at which character.
func syntaxReason(line []byte, err error) string {
	var at *jsontext.SyntacticError
	if !errors.As(err, &at) {
		return reasonShort // the decoder's only other errors are those of the text's end
	}
	column := columnOf(line, int(at.ByteOffset))
	cause := at.Err.Error()
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Sprintf("has the key %q twice in one object, again at column %d", at.JSONPointer.LastToken(), column)
	case errors.Is(err, jsontext.ErrNonStringName):
		return fmt.Sprintf("is not valid json at column %d: a key stands in double quotes", column)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return reasonShort
	case !utf8.Valid(line):
		return fmt.Sprintf("has invalid utf-8, first at column %d: if the file is in another encoding, set source.encoding: latin1 or windows-1252", firstInvalid(line))
	case strings.Contains(cause, "max depth"):
		return reasonDeep
	}
	return fmt.Sprintf("is not valid json at column %d: %s", column, cause)
}

// columnOf is the number, from 1, of the character at a byte offset of a line.
func columnOf(line []byte, offset int) int {
	return utf8.RuneCount(line[:min(max(offset, 0), len(line))]) + 1
}

// firstInvalid is the number, from 1, of the first character that is no UTF-8.
func firstInvalid(line []byte) int {
	for column := 1; ; column++ {
		c, size := utf8.DecodeRune(line)
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

// learn makes columns of the line's wanted keys that are new. It returns why
// the row cannot be taken, or "".
func (r *ndjsonReader) learn(b *builder, line []byte) string {
	for _, m := range r.members {
		key := r.key(line, m)
		if _, known := r.index[string(key)]; known {
			continue
		}
		name := string(key)
		if !r.wanted.has(name) {
			if len(r.names) >= keysMost {
				continue
			}
			r.index[name] = -1
		} else {
			if len(b.columns) >= columnsMost {
				return reasonWide
			}
			r.index[name] = len(b.columns)
			b.grow(Column{Name: name, Type: AnyColumn})
		}
		r.names = append(r.names, name)
	}
	return ""
}

// key returns the unescaped key of m. It is valid until the next call.
func (r *ndjsonReader) key(line []byte, m member) []byte { return r.unquote(line[m.key:m.keyEnd]) }

// unquote returns the text of a valid JSON string.
func (r *ndjsonReader) unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], quoted) // the decoder found it valid
	return r.scratch
}

// set gives a column the valid JSON value.
func (r *ndjsonReader) set(b *builder, column int, value []byte) {
	switch value[0] {
	case '"':
		b.set(column, Text, r.unquote(value))
	case 't', 'f':
		b.set(column, Bool, value)
	case 'n':
		b.setNull(column)
	case '{', '[':
		r.scratch = appendCompact(r.scratch[:0], value)
		b.set(column, Nested, r.scratch)
	default:
		b.set(column, Number, value)
	}
}

// appendCompact appends a valid JSON value without the space between its parts.
func appendCompact(dst, value []byte) []byte {
	inText := false
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case inText && c == '\\':
			dst = append(dst, c)
			i++
			c = value[i]
		case c == '"':
			inText = !inText
		case !inText && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// Progress returns the bytes read of the file, before decoding.
func (r *ndjsonReader) Progress() (read, total int64) { return r.in.progress() }

// Close closes the file.
func (r *ndjsonReader) Close() error { return r.in.close() }
