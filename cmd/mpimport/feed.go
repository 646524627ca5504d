package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"mpimport/mapping"
	"mpimport/readers"
	"mpimport/readers/objectstore"
)

// feedMapping is what --mapping says for files in the convention of mParticle's
// CSV feed; a mapping file of that name is ./feed.
const feedMapping = "feed"

// mappingText reads the mapping file, or makes the one that the files' own
// columns say.
func (f *inputFlags) mappingText(ctx context.Context, args []string) ([]byte, error) {
	if f.mapping != feedMapping {
		src, err := os.ReadFile(f.mapping)
		if err != nil {
			return nil, fmt.Errorf("mapping file %s: %w", f.mapping, plainCause(err))
		}
		return src, nil
	}
	if len(args) == 0 {
		return nil, errors.New("--mapping feed goes by the columns of the files: name them")
	}
	store := &objectstore.Store{}
	sources, err := readers.Expand(ctx, args, store)
	if err != nil {
		return nil, err
	}
	return f.feedText(ctx, sources, store)
}

// feedText makes the mapping of files of the feed, which must all have the same
// columns.
func (f *inputFlags) feedText(ctx context.Context, sources []readers.Source, store readers.Store) ([]byte, error) {
	var first []string
	environment := environmentSeen{flag: f.environment}
	for i, found := range sources {
		source := found.Name
		if source == "-" {
			return nil, errors.New("--mapping feed cannot read standard input, it reads the columns first: name a file")
		}
		names, err := environment.read(ctx, source, store)
		if err != nil {
			return nil, err
		}
		switch {
		case i == 0:
			first = names
		case !slices.Equal(slices.Sorted(slices.Values(first)), slices.Sorted(slices.Values(names))) || mapping.FeedKind(source) != mapping.FeedKind(sources[0].Name):
			return nil, fmt.Errorf("%s and %s have different columns or events\n  hint: import each of them by itself", sources[0].Name, source)
		}
	}
	return mapping.Feed(sources[0].Name, first, environment.value)
}

// environmentSeen is what the environment columns of all files say.
type environmentSeen struct {
	flag  string // --environment
	value string // the one value; "": none seen
	where string // where it was seen first
}

// read returns the column names of a file, and reads its environment column if
// it has one. Rows are one import, and an import has one environment.
func (e *environmentSeen) read(ctx context.Context, source string, store readers.Store) ([]string, error) {
	r, err := readers.Open(ctx, source, readers.Options{Columns: []string{mapping.EnvironmentColumn}, Store: store})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	columns, final := r.Columns()
	switch {
	case !final:
		return nil, fmt.Errorf("%s: --mapping feed is for files with a header\n  hint: mpimport init %s writes a mapping", source, source)
	case len(r.Names()) == 0:
		return nil, fmt.Errorf("%s has no header, so --mapping feed has nothing to go by", source)
	}
	for len(columns) > 0 {
		c, err := r.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		for row := range c.Len() {
			if err := e.see(c.Value(row, 0).Text, source, c.Position(row)); err != nil {
				return nil, err
			}
		}
	}
	return r.Names(), nil
}

func (e *environmentSeen) see(value, source string, at readers.Position) error {
	if value == "" || value == e.value {
		return nil
	}
	where := fmt.Sprintf("%s, row %d", source, at.Row)
	switch {
	case value != "development" && value != "production":
		return fmt.Errorf("%s: the column environment says %q; it is development or production", where, value)
	case e.value != "":
		return fmt.Errorf("%s: the column environment says %s, but %s in %s\n  hint: an import has one environment: split the file", where, value, e.value, e.where)
	case e.flag != "" && e.flag != value:
		return fmt.Errorf("%s: the column environment says %s, but --environment says %s", where, value, e.flag)
	}
	e.value, e.where = value, where
	return nil
}
