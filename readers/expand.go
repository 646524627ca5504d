package readers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// dataFiles are what a directory or an archive stands for, for messages.
const dataFiles = "csv, tsv, tab, ndjson, jsonl, json or parquet file, packed or not"

// Expand turns command line arguments into sources. An argument is a path, a
// pattern with *, ?, [..], {a,b} or ** for folders of any depth (a file of that
// literal name wins), a directory, a URL of store, or "-". In a URL the ? begins
// its query, as ever, and is no pattern.
//
// A directory stands for its own regular files with a data file's extension,
// without dot files and without those of its subdirectories; a pattern stands
// for the regular files that it matches, dot files only if its last part begins
// with a dot. A zip archive stands for its members with a data file's extension,
// each a source of its own: archive.zip/member.csv.
//
// The sources come in the order of the arguments, those of one argument in
// natural order: file2 before file10. So do neighbouring files whose names are
// in the order of their bytes, as a shell gives them for an unquoted pattern.
//
// An argument that stands for no file is an error that wraps ErrNoSource; a
// source named twice, in whatever way, is an error too.
func Expand(ctx context.Context, args []string, store Store) ([]Source, error) {
	var sources []Source
	seen := map[string]bool{}
	for _, arg := range asTyped(args) {
		found, err := expandOne(ctx, arg, store)
		if err != nil {
			return nil, err
		}
		for _, source := range found {
			key := identity(source.Name)
			if seen[key] {
				return nil, fmt.Errorf("%s: named twice: leave out one of the arguments that stand for it", source.Name)
			}
			seen[key] = true
			sources = append(sources, source)
		}
	}
	return sources, nil
}

// asTyped brings runs of arguments in byte order, which a shell made of a
// pattern, into natural order.
func asTyped(args []string) []string {
	args = slices.Clone(args)
	for from := 0; from < len(args); {
		to := from + 1
		for to < len(args) && args[to-1] < args[to] {
			to++
		}
		slices.SortFunc(args[from:to], compareNatural)
		from = to
	}
	return args
}

// identity is what two ways of writing one path have in common.
func identity(source string) string {
	if source == "-" || isURL(source) {
		return source
	}
	if full, err := filepath.Abs(source); err == nil {
		return full
	}
	return filepath.Clean(source)
}

func expandOne(ctx context.Context, arg string, store Store) ([]Source, error) {
	switch {
	case arg == "-":
		return []Source{{Name: arg}}, nil
	case arg == "":
		return nil, errors.New("an empty argument names no file: check the quotes and variables on the command line")
	case isURL(arg):
		return expandURL(ctx, arg, store)
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return expandDirectory(arg)
	case err == nil:
		return expandFiles([]string{arg})
	case errors.Is(err, fs.ErrNotExist) && isPattern(arg):
		return expandGlob(arg)
	}
	if f, member, memberErr := openStored(ctx, arg, store); memberErr == nil {
		defer f.close()
		return f.member(arg, member)
	}
	return nil, fmt.Errorf("%s: %w", arg, plainCause(err))
}

func isPattern(path string) bool { return strings.ContainsAny(path, "*?[{") }

func expandGlob(pattern string) ([]Source, error) {
	matches, err := doublestar.FilepathGlob(pattern, doublestar.WithFilesOnly())
	if err != nil {
		return nil, fmt.Errorf("%s: not a valid pattern: close its [ or put a \\ before it", pattern)
	}
	base, _ := doublestar.SplitPattern(filepath.ToSlash(pattern))
	dots := strings.HasPrefix(filepath.Base(pattern), ".")
	var files []string
	for _, path := range matches {
		if !hiddenBelow(base, path, dots) && isRegular(path) {
			files = append(files, path)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w: the pattern matches nothing", pattern, ErrNoSource)
	}
	return expandFiles(files)
}

// hiddenBelow reports whether path leads through a hidden folder below base, or
// is a hidden file where these are not asked for.
func hiddenBelow(base, path string, dots bool) bool {
	below, err := filepath.Rel(base, path)
	if err != nil {
		return false
	}
	parts := strings.Split(filepath.ToSlash(below), "/")
	if dots {
		parts = parts[:len(parts)-1]
	}
	return slices.ContainsFunc(parts, func(part string) bool { return hidden(part) && part != ".." && part != "." })
}

func expandDirectory(dir string) ([]Source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, plainCause(err))
	}
	var files []string
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if isData(path) && !hidden(path) && isRegular(path) {
			files = append(files, path)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w: the directory holds no %s", dir, ErrNoSource, dataFiles)
	}
	return expandFiles(files)
}

// isData reports whether a file's extension is that of data.
func isData(path string) bool {
	return formatOfName(path) != "" || strings.EqualFold(filepath.Ext(path), ".zip")
}

// expandFiles returns files as sources in natural order, archives as their
// members.
func expandFiles(files []string) ([]Source, error) {
	slices.SortFunc(files, compareNatural)
	var sources []Source
	for _, path := range files {
		found, err := expandFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		sources = append(sources, found...)
	}
	return sources, nil
}

func expandFile(path string) ([]Source, error) {
	if !isRegular(path) { // opening a pipe would take its writer away
		return []Source{{Name: path}}, nil
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	return f.expand()
}

// expand returns the sources that an open file stands for.
func (f *stored) expand() ([]Source, error) {
	zipped, err := f.isZip()
	if err != nil {
		return nil, plainCause(err)
	}
	if zipped {
		return expandArchive(f)
	}
	return []Source{f.Source}, nil
}

func hidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }

// isRegular reports whether path is a regular file, or a link to one.
func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// plainCause is the part of a file error that says what happened, without the
// operation and the path, which the caller's message has.
func plainCause(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoSource
	}
	var inPath *fs.PathError
	if errors.As(err, &inPath) {
		return inPath.Err
	}
	return err
}
