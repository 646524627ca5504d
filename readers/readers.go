package readers

import (
	"context"
	"errors"
	"io"
)

// Format is a file format by its name in mapping files.
type Format string

// The formats.
const (
	CSV     Format = "csv"
	TSV     Format = "tsv"
	NDJSON  Format = "ndjson"
	Parquet Format = "parquet"
)

// Options says how a source is read. The zero value reads every column of a
// source whose format shows in its name or content.
type Options struct {
	Format    Format    // "": by the file's name, then its content
	Columns   []string  // names, or globs with * and ?, of the columns to decode, or paths as a.b and a[].b into them, see Reader; nil: all
	Delimiter string    // CSV: one character; "": guessed, see GuessedDelimiter; for TSV a tab
	Unquoted  bool      // CSV: quotes are text like any other; a field ends with the next delimiter, a record with its line
	Quote     string    // CSV: one character; "": the double quote
	Escape    string    // CSV: doubled (default) or backslash
	Comment   string    // CSV: one character; lines that begin with it are left out
	SkipLines int       // CSV: lines before the header that are left out
	Ragged    string    // CSV: reject (default), or pad: fields that a row lacks are missing, empty ones too many are left out
	Names     []string  // CSV: the column names of a file that has no header line
	Encoding  string    // text formats: utf-8 (default), utf-16, latin1, windows-1252; a BOM decides
	Stdin     io.Reader // what "-" reads; nil: "-" is an error
	Store     Store     // what URLs lead to; nil: they are errors
	ChunkRows int       // rows to a chunk; 0: a few thousand

	Prune []Comparison    // Parquet: row groups in which no row meets all of these are not read
	Nulls []string        // texts that Prune's comparisons take as no value
	not   map[string]bool // columns that the path of the source has
}

// Reader streams one source. It is used by one goroutine at a time; the chunks
// it returns may be shared.
//
// A folder of the source's path that is named like dt=2024-01-01 gives every row
// a column dt, as Hive does. A column of that name that the source has itself
// goes before, except in NDJSON, where keys may appear late. %XX in the folder's
// name is decoded, __HIVE_DEFAULT_PARTITION__ is null.
//
// A name in Options.Columns with dots, such as props.page.url, stands for the
// column of that name, else for what the names lead to within objects: NDJSON
// gives that as a column of the whole name, Parquet the column that it is in. Of
// items[].sku the list items is decoded.
type Reader interface {
	// Columns returns the decoded columns known so far. final reports whether
	// these are all that the source can have: true from the start for CSV and
	// Parquet, for NDJSON only after Next returned io.EOF, as a key may appear
	// late. A column keeps its index for the whole source.
	Columns() (columns []Column, final bool)

	// Names returns the names of all columns of the source, decoded or not, for
	// messages; for NDJSON the keys seen so far.
	Names() []string

	// Next returns the next chunk, and io.EOF after the last. Any other error
	// ends the source; it names the source and says where.
	Next(ctx context.Context) (*Chunk, error)

	// Progress returns how many bytes of the source were read, of how many;
	// total is 0 where that is not known (standard input). It may be called
	// while Next runs.
	Progress() (read, total int64)

	Close() error
}

// ErrNoSource is what Expand's error wraps when an argument matches no file.
var ErrNoSource = errors.New("no such file")
