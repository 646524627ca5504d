package readers

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Expand turns command line arguments into sources, in the order of the
// arguments. An argument is a path, a glob with *, ? or [..] (a file of that
// literal name wins), a directory, or "-". A directory stands for its own
// regular files with a data file's extension, without dot files and without
// those of its subdirectories; a glob stands for the regular files that it
// matches, dot files only if its last part begins with a dot. The files of a
// glob or directory come in natural order: file2 before file10.
//
// An argument that stands for no file is an error that wraps ErrNoSource; a
// source named twice, in whatever way, is an error too.
func Expand(args []string) ([]string, error) {
	var sources []string
	seen := map[string]bool{}
	for _, arg := range args {
		found, err := expandOne(arg)
		if err != nil {
			return nil, err
		}
		for _, source := range found {
			key := identity(source)
			if seen[key] {
				return nil, fmt.Errorf("%s: named twice: leave out one of the arguments that stand for it", source)
			}
			seen[key] = true
			sources = append(sources, source)
		}
	}
	return sources, nil
}

// identity is what two ways of writing one path have in common.
func identity(source string) string {
	if source == "-" {
		return source
	}
	if full, err := filepath.Abs(source); err == nil {
		return full
	}
	return filepath.Clean(source)
}

func expandOne(arg string) ([]string, error) {
	if arg == "-" {
		return []string{arg}, nil
	}
	if arg == "" {
		return nil, errors.New("an empty argument names no file: check the quotes and variables on the command line")
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return expandDirectory(arg)
	case err == nil:
		return []string{arg}, nil
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?["):
		return expandGlob(arg)
	}
	return nil, fmt.Errorf("%s: %w", arg, plainCause(err))
}

func expandGlob(pattern string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: not a valid pattern: close its [ or put a \\ before it", pattern)
	}
	dots := strings.HasPrefix(filepath.Base(pattern), ".")
	var files []string
	for _, path := range matches {
		if (dots || !hidden(path)) && isRegular(path) {
			files = append(files, path)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w: the pattern matches nothing", pattern, ErrNoSource)
	}
	slices.SortFunc(files, compareNatural)
	return files, nil
}

func expandDirectory(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, plainCause(err))
	}
	var files []string
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if formatOfName(path) != "" && !hidden(path) && isRegular(path) {
			files = append(files, path)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w: the directory holds no csv, tsv, tab, ndjson, jsonl, json or parquet file", dir, ErrNoSource)
	}
	slices.SortFunc(files, compareNatural)
	return files, nil
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

// compareNatural orders names with their runs of digits taken as numbers. Names
// that differ only in leading zeros are ordered by their bytes.
func compareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		if c := compareDigits(x[:m], y[:n]); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

// digits is the length of the run of digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// compareDigits compares two runs of digits of any length as numbers.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
