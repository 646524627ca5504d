package readers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
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
	if err := o.Check(); err != nil {
		return nil, fmt.Errorf("opening %s: %w", source, err)
	}
	in, err := openInput(ctx, source, o)
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
	o.Format = formatOf(in.path, o.Format, head)
	wanted := newSelection(o.Columns)
	folders := slices.DeleteFunc(foldersOf(source), func(f folder) bool { return !wanted.has(f.name) })
	if o.not = map[string]bool{}; o.Format == NDJSON { // whose own keys are not known beforehand
		for _, f := range folders {
			o.not[f.name] = true
		}
	}
	r, err := openData(in, source, o)
	if err != nil {
		return nil, err
	}
	own := r.Names()
	return withFolders(r, slices.DeleteFunc(folders, func(f folder) bool { return slices.Contains(own, f.name) })), nil
}

// openData opens what the format says.
func openData(in *input, source string, o Options) (Reader, error) {
	switch o.Format {
	case Parquet:
		switch {
		case in.packed != "":
			return nil, fmt.Errorf("opening %s: it is parquet inside %s: unpack it first and name the unpacked file", in.name, in.packed)
		case in.at == nil:
			return nil, fmt.Errorf("opening %s: parquet cannot be read from a pipe: save it to a file and name that file", in.name)
		}
		return newParquetReader(source, in.at, in.at.Size(), in, o)
	case NDJSON:
		return openNDJSON(in, o)
	}
	return openCSV(in, o)
}

// Check reports options that cannot be, as Open does.
func (o Options) Check() error {
	switch o.Format {
	case "", CSV, TSV, NDJSON, Parquet:
	default:
		return fmt.Errorf("there is no format %q: source.format is csv, tsv, ndjson or parquet", string(o.Format))
	}
	if _, err := dialectOf(o); err != nil {
		return err
	}
	switch o.Encoding {
	case "", encodingUTF8, encodingUTF16, encodingLatin1, encodingWindows1252:
		return nil
	}
	return fmt.Errorf("there is no encoding %q: source.encoding is utf-8, utf-16, latin1 or windows-1252", o.Encoding)
}

func formatOf(path string, given Format, head []byte) Format {
	if given != "" {
		return given
	}
	if f := formatOfName(path); f != "" {
		return f
	}
	return formatOfContent(head)
}

// packedExtensions are those that compressed files have behind their own.
var packedExtensions = []string{".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".snappy", ".sz", ".s2"}

// formatOfName returns the format that a file's extension stands for, or "".
func formatOfName(path string) Format {
	extension := strings.ToLower(filepath.Ext(path))
	if slices.Contains(packedExtensions, extension) {
		extension = strings.ToLower(filepath.Ext(path[:len(path)-len(extension)]))
	}
	switch extension {
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
