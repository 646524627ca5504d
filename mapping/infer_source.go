package mapping

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"mpimport/readers"
)

// sample is the part of a file that Infer looks at, and how to read it.
type sample struct {
	source string
	read   readers.Options
	rows   int64        // at most; 0: all
	names  []string     // of all columns, as far as they are known before the rows
	twice  []string     // names that more than one column has
	lines  []*draftLine // what the mapping has to say under source:
}

// encodings that a text file may have, the likeliest first.
var encodings = []string{"", "windows-1252", "latin1", "utf-16"}

// delimitersOf are those that a text file may have. The first is the one that a
// file of that name has if nothing says otherwise.
func delimitersOf(source string) []string {
	name := strings.ToLower(filepath.Base(source))
	if strings.Contains(name, ".tsv") || strings.Contains(name, ".tab") {
		return []string{"\t", ",", ";", "|"}
	}
	return []string{",", ";", "\t", "|"}
}

// sniff finds out how a file is to be read, by that many rows of it. The error
// is that of a file which cannot be read in any way.
func sniff(ctx context.Context, source string, o InferOptions, rows int64) (*sample, error) {
	best, err := sniffText(ctx, source, o.Read, rows)
	if err != nil {
		return nil, err
	}
	s := &sample{source: source, read: best.read, names: best.names, rows: rows}
	if d := best.read.Delimiter; best.text && d != delimitersOf(source)[0] {
		s.lines = append(s.lines, &draftLine{key: "delimiter", value: yamlQuote(d)})
	}
	if e := best.read.Encoding; e != "" {
		s.lines = append(s.lines, &draftLine{key: "encoding", value: e, note: "a guess: the file is not UTF-8"})
	}
	isName := func(name string) bool { return name == o.User || isUserName(name) }
	if best.text && slices.ContainsFunc(s.names, isData) && !slices.ContainsFunc(s.names, isName) {
		s.nameColumns()
	}
	s.leaveTwins()
	return s, nil
}

// sniffText tries encodings and delimiters: the first pair with which every row
// can be read, else the one with the fewest rows that cannot.
func sniffText(ctx context.Context, source string, read readers.Options, rows int64) (best reading, failed error) {
	for _, read.Encoding = range encodings {
		for _, read.Delimiter = range delimitersOf(source) {
			r, err := tryReading(ctx, source, read, rows)
			failed = cmp.Or(failed, err)
			if err == nil && r.better(best) {
				best = r
			}
			if err == nil && !r.text {
				break
			}
		}
		if best.good > 0 && best.bad == 0 {
			break
		}
	}
	if best.names == nil && best.good+best.bad == 0 {
		return best, cmp.Or(failed, fmt.Errorf("%s has no rows, so there is nothing to go by", source))
	}
	return best, nil
}

// reading is what came of reading a file in one way.
type reading struct {
	read      readers.Options
	names     []string
	text      bool // it has delimiters
	good, bad int64
}

// better reports whether r is more like the truth than other: it has columns,
// fewer rows that cannot be read, more columns.
func (r reading) better(other reading) bool {
	if other.good+other.bad == 0 && other.names == nil {
		return true
	}
	a, b := len(r.names) > 1 && r.bad <= r.good, len(other.names) > 1 && other.bad <= other.good
	switch {
	case a != b:
		return a
	case r.bad != other.bad:
		return r.bad < other.bad
	}
	return len(r.names) > len(other.names)
}

// noColumn is a name that no column has, to read rows without their cells.
const noColumn = "\x00"

func tryReading(ctx context.Context, source string, read readers.Options, rows int64) (reading, error) {
	s := sample{source: source, read: read, rows: rows}
	s.read.Columns = []string{noColumn}
	t := reading{read: read}
	r, err := s.open(ctx)
	if err != nil {
		return t, err
	}
	defer r.Close()
	_, final := r.Columns()
	t.text = final && r.Names() != nil
	t.good, t.bad, err = s.eachChunk(ctx, r, func(*readers.Chunk, int) {})
	t.names = r.Names()
	return t, err
}

func (s *sample) open(ctx context.Context) (readers.Reader, error) {
	return readers.Open(ctx, s.source, s.read)
}

// each calls visit with every chunk of the sample and the number of its rows
// that belong to it. It returns how many rows there were, and how many that
// could not be read.
func (s *sample) each(ctx context.Context, visit func(c *readers.Chunk, rows int)) (good, bad int64, err error) {
	r, err := s.open(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer r.Close()
	return s.eachChunk(ctx, r, visit)
}

func (s *sample) eachChunk(ctx context.Context, r readers.Reader, visit func(*readers.Chunk, int)) (good, bad int64, err error) {
	for s.rows == 0 || good < s.rows {
		c, err := r.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return good, bad, err
		}
		rows := c.Len()
		if s.rows > 0 {
			rows = int(min(int64(rows), s.rows-good))
		}
		visit(c, rows)
		good, bad = good+int64(rows), bad+int64(len(c.Bad))
	}
	return good, bad, nil
}

// isData reports whether a column name looks like a value, as it does if a file
// has no header.
func isData(name string) bool {
	return isEmail(name) || uuidPattern.MatchString(name) || isoTime(name)
}

// isUserName reports whether a column is named for what it holds of a user.
func isUserName(name string) bool {
	f := &profile{ref: name}
	return slices.ContainsFunc(batchSynonyms, func(s synonym) bool { return s.rank(f) > 0 })
}

// nameColumns gives the columns of a file without a header names to go by.
func (s *sample) nameColumns() {
	for i := range s.names {
		s.names[i] = fmt.Sprintf("column_%d", i+1)
	}
	s.read.Names = s.names
	s.lines = append(s.lines,
		&draftLine{key: "header", value: "false", note: "a guess: the first line holds values, not names"},
		&draftLine{key: "columns", value: yamlList(s.names), note: "put in names of your own, here and below"})
}

// leaveTwins leaves out columns that share their name: nothing can tell them
// apart.
func (s *sample) leaveTwins() {
	count := map[string]int{}
	for _, name := range s.names {
		count[name]++
	}
	var once []string
	for _, name := range s.names {
		if count[name] == 1 {
			once = append(once, name)
		} else if name != "" && !slices.Contains(s.twice, name) {
			s.twice = append(s.twice, name)
		}
	}
	if len(s.twice) > 0 {
		s.read.Columns = append(once, noColumn)
	}
}
