package readers

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The names of the encodings.
const (
	encodingUTF8        = "utf-8"
	encodingUTF16       = "utf-16"
	encodingLatin1      = "latin1"
	encodingWindows1252 = "windows-1252"
)

// Limits of the text formats.
const (
	recordCap       = 1 << 20 // bytes of one record
	recordLines     = 1000    // lines of one record
	windowSize      = 256 << 10
	windowMost      = 2 * recordCap
	blockSize       = 256 << 10 // bytes of text to a chunk, where no line is longer
	chunkRows       = 4096
	chunkCells      = 1 << 20 // a chunk of very wide rows has fewer of them
	rawMost         = 4 << 10
	replacement     = "\uFFFD"
	reasonBareQuote = "has a quote inside an unquoted field: put the field in quotes and double the quote, or set source.quotes: false if the file does not use quotes"
	reasonAfter     = "has text after a closing quote: double the quotes inside a quoted field"
	reasonUnclosed  = "opens a quote that is not closed within 1,000 lines or 1 MiB: close it, or double it if it belongs to the text"
	reasonRunaway   = "opens a quote that is not closed before the next one opens: close it, or double it if it belongs to the text"
	reasonLong      = "is longer than 1 MiB: a record cannot be"
	reasonUTF16     = "has a character that is not valid utf-16: export the file again"
	reason1252      = "has a character that windows-1252 does not have: check source.encoding"
	reasonNUL       = "has a nul byte: if the file is utf-16, set source.encoding: utf-16"
	reasonNotUTF8   = "is not valid utf-8: if the file is in another encoding, set source.encoding: latin1 or windows-1252"
)

// decoded returns the input's text as UTF-8 without its byte order mark, and
// the reason of a row with a U+FFFD, which decoding writes for what the encoding
// does not have; it is empty where U+FFFD can be the text's own. A byte order mark decides over encoding.
// UTF-16 without a mark is taken as big-endian if its first byte is zero. Text
// that is UTF-8, or is said to be, is handed on unchecked.
func decoded(in *input, encoding string) (r io.Reader, lossy string) {
	head, _ := in.buffered.Peek(3)
	order := unicode.LittleEndian
	mark := 0
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		encoding, mark = encodingUTF8, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		encoding, mark = encodingUTF16, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		encoding, mark, order = encodingUTF16, 2, unicode.BigEndian
	case len(head) > 0 && head[0] == 0:
		order = unicode.BigEndian
	}
	in.buffered.Discard(mark) // it was peeked at
	switch encoding {
	case encodingUTF16:
		return transform.NewReader(in.buffered, unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder()), reasonUTF16
	case encodingLatin1:
		return transform.NewReader(in.buffered, charmap.ISO8859_1.NewDecoder()), ""
	case encodingWindows1252:
		return transform.NewReader(in.buffered, charmap.Windows1252.NewDecoder()), reason1252
	}
	return in.buffered, ""
}

// checkText returns why raw is no text that a row can be made of, or "". lossy
// is the reason that decoded returned: text must not change unseen.
func checkText(raw, lossy string) string {
	switch {
	case strings.IndexByte(raw, 0) >= 0:
		return reasonNUL
	case !utf8.ValidString(raw):
		return reasonNotUTF8
	case lossy != "" && strings.Contains(raw, replacement):
		return lossy
	}
	return ""
}

// window is the part of a text that is held in memory: what is read and not yet
// consumed. It grows up to windowMost.
type window struct {
	src        io.Reader
	buf        []byte
	start, end int
	done       bool  // there is nothing more in src
	err        error // src broke off with this; done is then set too
}

func newWindow(src io.Reader) window {
	return window{src: src, buf: make([]byte, windowSize)}
}

// bytes is what is held. It is valid until more is called.
func (w *window) bytes() []byte { return w.buf[w.start:w.end] }

func (w *window) consume(n int) { w.start += n }

// more fills the window up, growing it if it is full. It reports false if there
// was nothing left to read or the window is at its limit; then nothing changed.
func (w *window) more() bool {
	held := w.end - w.start
	if w.done || held >= windowMost {
		return false
	}
	if held == len(w.buf) {
		w.buf = append(w.buf, make([]byte, len(w.buf))...)
	}
	copy(w.buf, w.buf[w.start:w.end])
	w.start, w.end = 0, held
	var n int
	n, w.done, w.err = readFull(w.src, w.buf[w.end:])
	w.end += n
	return true
}

// readFull reads until b is full or src is done: at its end, or broken off with
// err.
func readFull(src io.Reader, b []byte) (n int, done bool, err error) {
	for idle := 0; n < len(b); idle++ {
		m, err := src.Read(b[n:])
		n += m
		switch {
		case err == io.EOF:
			return n, true, nil
		case err != nil:
			return n, true, err
		case m > 0:
			idle = 0
		case idle > 100:
			return n, true, io.ErrNoProgress
		}
	}
	return n, false, nil
}

// readError is the error that a broken-off source ends with.
func readError(in *input, line int64, err error) error {
	return fmt.Errorf("reading %s near line %d: %w", in.name, line, plainCause(err))
}

// rawHead is raw as a BadRow holds it, without keeping the rest in memory.
func rawHead(raw string) string { return strings.Clone(raw[:min(len(raw), rawMost)]) }

// lineEnds counts the line ends in text. Mostly there are none, in a short text.
func lineEnds(text string) int {
	n, cr := 0, 0
	if len(text) > 16 {
		n = strings.Count(text, "\n")
		if strings.IndexByte(text, '\r') >= 0 {
			cr = strings.Count(text, "\r") - strings.Count(text, "\r\n")
		}
		return n + cr
	}
	for i := range len(text) {
		switch text[i] {
		case '\n':
			n++
		case '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				cr++
			}
		}
	}
	return n + cr
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
