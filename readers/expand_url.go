package readers

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// expandURL returns the objects that a URL stands for: the one of that name,
// those that a pattern matches, or the data files right below a prefix.
func expandURL(ctx context.Context, url string, store Store) ([]Source, error) {
	if store == nil {
		return nil, fmt.Errorf("%s: object stores cannot be read here: name a file", url)
	}
	plain, query, _ := strings.Cut(url, "?")
	if strings.ContainsAny(plain, "*[{") {
		return expandURLPattern(ctx, plain, query, store)
	}
	if !strings.HasSuffix(plain, "/") {
		found, err := expandObject(ctx, url, store)
		if !errors.Is(err, ErrNoSource) {
			return found, err
		}
		plain += "/"
	}
	return expandURLFolder(ctx, plain, query, store)
}

// expandObject returns what a single object stands for.
func expandObject(ctx context.Context, url string, store Store) ([]Source, error) {
	f, member, err := openObject(ctx, url, store)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	defer f.close()
	if member != "" {
		return f.member(url, member)
	}
	found, err := f.expand()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return found, nil
}

func expandURLPattern(ctx context.Context, pattern, query string, store Store) ([]Source, error) {
	fixed := pattern[:strings.IndexAny(pattern, "*[{")]
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("%s: not a valid pattern: close its [ or put a \\ before it", pattern)
	}
	dots := strings.HasPrefix(path.Base(pattern), ".")
	return expandListed(ctx, fixed, query, true, store, func(name string) bool {
		return doublestar.MatchUnvalidated(pattern, name) && !strings.HasSuffix(name, "/") && !hiddenBelow(path.Dir(fixed+"x"), name, dots)
	}, pattern+": %w: the pattern matches nothing")
}

func expandURLFolder(ctx context.Context, folder, query string, store Store) ([]Source, error) {
	return expandListed(ctx, folder, query, false, store, func(name string) bool {
		below := strings.TrimPrefix(name, folder)
		return !strings.Contains(below, "/") && isData(below) && !hidden(below)
	}, folder+": %w: there is no object of that name, and below it no "+dataFiles)
}

// expandListed returns the objects below a prefix whose URLs, without the query,
// are wanted; archives, which are known by their extension, as their members.
func expandListed(ctx context.Context, prefix, query string, deep bool, store Store, wanted func(string) bool, none string) ([]Source, error) {
	listed, err := store.List(ctx, joinQuery(prefix, query), deep)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", prefix, err)
	}
	listed = slices.DeleteFunc(listed, func(s Source) bool { return !wanted(pathOf(s.Name)) })
	if len(listed) == 0 {
		return nil, fmt.Errorf(none, ErrNoSource)
	}
	slices.SortFunc(listed, func(a, b Source) int { return compareNatural(a.Name, b.Name) })
	var sources []Source
	for _, s := range listed {
		found := []Source{s}
		if strings.EqualFold(filepath.Ext(pathOf(s.Name)), ".zip") {
			if found, err = expandObject(ctx, s.Name, store); err != nil {
				return nil, err
			}
		}
		sources = append(sources, found...)
	}
	return sources, nil
}
