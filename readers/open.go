package readers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// headSize is how much of a source is looked at to tell what it is.
const headSize = 4 << 10

// Open opens a source and reads as far as its columns need: a CSV header, a
// Parquet footer, nothing of NDJSON. The format is the one in o, else the one of
// the file's extension, else the one that the first bytes look like. A source of
// 0 bytes has no columns and no rows in any format.
//
// Errors name the source. They are those of the file (missing, a directory, no
// permission), of the options (unknown format or encoding, bad delimiter), of
// compressed content, and of a CSV header that cannot be used.
func Open(ctx context.Context, source string, o Options) (Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkOptions(o); err != nil {
		return nil, fmt.Errorf("opening %s: %w", source, err)
	}
	in, err := openInput(source, o.Stdin)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", source, err)
	}
	r, err := openFormat(in, source, o)
	if err != nil {
		in.close()
		return nil, err
	}
	return r, nil
}

// openFormat hands the input to the reader of its format, which then owns it.
func openFormat(in *input, source string, o Options) (Reader, error) {
	head, err := in.buffered.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: %w", source, plainCause(err))
	}
	if len(head) == 0 {
		return emptyReader{in}, nil
	}
	if method := compression(head); method != "" {
		return nil, fmt.Errorf("opening %s: it is compressed with %s: unpack it first and name the unpacked file", source, method)
	}
	switch o.Format = formatOf(source, o.Format, head); o.Format {
	case Parquet:
		if source == "-" {
			return nil, errors.New("opening standard input: parquet cannot be read from standard input: name a file")
		}
		in.close()
		return openParquet(source, o)
	case NDJSON:
		if isList(head) {
			return nil, fmt.Errorf("opening %s: it is one json list, not one object a line: rewrite it first, for example with: jq -c '.[]'", source)
		}
		return openNDJSON(in, o)
	}
	return openCSV(in, o)
}

func checkOptions(o Options) error {
	switch o.Format {
	case "", CSV, TSV, NDJSON, Parquet:
	default:
		return fmt.Errorf("there is no format %q: source.format is csv, tsv, ndjson or parquet", string(o.Format))
	}
	if _, err := delimiterOf(o); err != nil {
		return err
	}
	switch o.Encoding {
	case "", encodingUTF8, encodingUTF16, encodingLatin1, encodingWindows1252:
		return nil
	}
	return fmt.Errorf("there is no encoding %q: source.encoding is utf-8, utf-16, latin1 or windows-1252", o.Encoding)
}

// delimiterOf returns the byte between two CSV fields.
func delimiterOf(o Options) (byte, error) {
	switch {
	case o.Delimiter == "" && o.Format == TSV:
		return '\t', nil
	case o.Delimiter == "":
		return ',', nil
	case len(o.Delimiter) == 1 && o.Delimiter[0] < 0x80 && !strings.Contains("\"\r\n\x00", o.Delimiter):
		return o.Delimiter[0], nil
	}
	return 0, fmt.Errorf("the delimiter %q cannot be used: source.delimiter is one ascii character, neither a quote nor a line end", o.Delimiter)
}

func formatOf(source string, given Format, head []byte) Format {
	if given != "" {
		return given
	}
	if source != "-" {
		if f := formatOfName(source); f != "" {
			return f
		}
	}
	return formatOfContent(head)
}

// formatOfName returns the format that a file's extension stands for, or "".
func formatOfName(path string) Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return CSV
	case ".tsv", ".tab":
		return TSV
	case ".ndjson", ".jsonl", ".json":
		return NDJSON
	case ".parquet":
		return Parquet
	}
	return ""
}

func formatOfContent(head []byte) Format {
	if bytes.HasPrefix(head, []byte("PAR1")) {
		return Parquet
	}
	for _, c := range head {
		if c == '{' {
			return NDJSON
		}
		// The bytes of a byte order mark and the zeros of UTF-16 count as space.
		if strings.IndexByte(" \t\r\n\x00\xef\xbb\xbf\xfe\xff", c) < 0 {
			break
		}
	}
	return CSV
}

// isList reports whether head begins a JSON list of objects that spans the file.
func isList(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")
	if !bytes.HasPrefix(head, []byte("[")) {
		return false
	}
	head = bytes.TrimLeft(head[1:], " \t\r")
	return bytes.HasPrefix(head, []byte("\n")) || bytes.HasPrefix(head, []byte("{"))
}

// compression names the method that packed what begins with head, or is "".
func compression(head []byte) string {
	for _, m := range [...]struct{ name, magic string }{
		{"gzip", "\x1f\x8b"},
		{"zstd", "\x28\xb5\x2f\xfd"},
		{"xz", "\xfd7zXZ\x00"},
		{"zip", "PK\x03\x04"},
		{"zip", "PK\x05\x06"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.name
		}
	}
	const bzip2Block = "1AY&SY"
	if len(head) >= 10 && bytes.HasPrefix(head, []byte("BZh")) && string(head[4:10]) == bzip2Block {
		return "bzip2"
	}
	return ""
}

// input is an open source whose bytes are counted as they are read.
type input struct {
	name     string // for messages
	buffered *bufio.Reader
	file     *os.File // nil for standard input
	raw      io.Reader
	read     atomic.Int64
	total    int64
}

func openInput(source string, stdin io.Reader) (*input, error) {
	in := &input{name: source}
	if source == "-" {
		if stdin == nil {
			return nil, errors.New("there is no standard input here: name a file")
		}
		in.name, in.raw = "standard input", stdin
	} else if err := in.openFile(source); err != nil {
		return nil, err
	}
	in.buffered = bufio.NewReaderSize(counted{in}, headSize)
	return in, nil
}

func (in *input) openFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return plainCause(err)
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a directory: name a file in it")
	}
	if err != nil {
		file.Close()
		return plainCause(err)
	}
	if info.Mode().IsRegular() {
		in.total = info.Size()
	}
	in.file, in.raw = file, file
	return nil
}

func (in *input) progress() (read, total int64) { return in.read.Load(), in.total }

// close closes a file; standard input is the caller's.
func (in *input) close() error {
	if in.file == nil {
		return nil
	}
	if err := in.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("closing %s: %w", in.name, plainCause(err))
	}
	return nil
}

// counted reads the raw bytes of an input and counts them.
type counted struct{ in *input }

func (c counted) Read(p []byte) (int, error) {
	n, err := c.in.raw.Read(p)
	c.in.read.Add(int64(n))
	return n, err
}

// emptyReader reads a source of 0 bytes.
type emptyReader struct{ in *input }

func (emptyReader) Columns() ([]Column, bool) { return nil, true }

func (emptyReader) Names() []string { return nil }

func (emptyReader) Next(ctx context.Context) (*Chunk, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

func (r emptyReader) Progress() (read, total int64) { return r.in.progress() }

func (r emptyReader) Close() error { return r.in.close() }
