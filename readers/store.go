package readers

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"
)

// Source is one source by the name that Open takes, with what tells whether it
// is still what it was. Size is what is stored, before unpacking; it is 0, and
// Modified zero, where that is not known.
type Source struct {
	Name     string
	Size     int64
	Modified time.Time
}

// Store is where URLs lead: one or more object stores.
type Store interface {
	// List returns the objects whose URLs begin with prefix, apart from its
	// query, and have no slash behind it unless deep is set. No object is no
	// error.
	List(ctx context.Context, prefix string, deep bool) ([]Source, error)

	// Open opens an object. The error wraps ErrNoSource if there is none. Once
	// ctx is done, the object cannot be read any more.
	Open(ctx context.Context, url string) (Object, error)
}

// Object is an object of a store, read by range. ReadAt may be called by many
// goroutines at once.
type Object interface {
	io.ReaderAt
	io.Closer
	Size() int64
	Modified() time.Time
	Stream() io.Reader // all bytes from the first on, read ahead
}

// isURL reports whether a source is an object of a store.
func isURL(source string) bool {
	scheme, _, ok := strings.Cut(source, "://")
	return ok && scheme != "" && !strings.ContainsAny(scheme, "/\\.")
}

// openObject opens an object, or the archive that url leads into. An archive is
// known by its name then: one more request for each part of a name would be
// dear.
func openObject(ctx context.Context, url string, store Store) (f *stored, member string, err error) {
	if store == nil {
		return nil, "", errors.New("object stores cannot be read here: name a file")
	}
	object, err := store.Open(ctx, url)
	if plain, query, _ := strings.Cut(url, "?"); err != nil && errors.Is(err, ErrNoSource) && strings.Contains(plain, ".zip/") {
		plain, member, _ = strings.Cut(plain, ".zip/")
		url = joinQuery(plain+".zip", query)
		object, err = store.Open(ctx, url)
	}
	if err != nil {
		return nil, "", err
	}
	size := object.Size()
	return &stored{
		Source: Source{Name: url, Size: size, Modified: object.Modified().UTC()},
		at:     io.NewSectionReader(object, 0, size),
		stream: object.Stream(),
		close:  closer(url, object),
	}, member, nil
}

func joinQuery(url, query string) string {
	if query == "" {
		return url
	}
	return url + "?" + query
}

// pathOf is a source without what only URLs have.
func pathOf(source string) string {
	if isURL(source) {
		source, _, _ = strings.Cut(source, "?")
	}
	return source
}
