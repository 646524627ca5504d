// Package objectstore opens objects of S3, Google Cloud Storage and Azure for
// package readers: s3://bucket/key, gs://bucket/key and azblob://container/key.
//
// Credentials and settings come from where each vendor's SDK looks for them:
// environment, profile, metadata service. A query behind a URL sets what gocloud
// knows for the scheme, such as s3://bucket/key?region=eu-west-1 or, for servers
// that speak S3, ?endpoint=http://host:9000&use_path_style=true. The rest of a
// URL is taken as it stands: a key is not decoded.
//
// Nothing is started before a URL is opened or listed. Objects are read by range;
// one that changes while it is read is an error.
package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	_ "gocloud.dev/blob/s3blob"    // s3://
	"gocloud.dev/gcerrors"

	"mpimport/readers"
)

// listedMost is how many objects a listing may have.
const listedMost = 1_000_000

// Store opens the objects of all buckets that URLs name. The zero value is ready.
type Store struct {
	mu      sync.Mutex
	buckets map[string]*blob.Bucket
}

// Close ends the connections that were made.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all error
	for _, b := range s.buckets {
		all = errors.Join(all, b.Close())
	}
	s.buckets = nil
	return all
}

// place is where a URL leads.
type place struct {
	root  string // scheme and bucket
	key   string
	query string // with its ?
}

func placeOf(url string) (place, error) {
	plain, query, hasQuery := strings.Cut(url, "?")
	scheme, rest, _ := strings.Cut(plain, "://")
	bucket, key, _ := strings.Cut(rest, "/")
	switch {
	case scheme != "s3" && scheme != "gs" && scheme != "azblob":
		return place{}, fmt.Errorf("there is no store for %s://: it is s3://, gs:// or azblob://", scheme)
	case bucket == "":
		return place{}, fmt.Errorf("the url names no bucket: write %s://BUCKET/KEY", scheme)
	case strings.Contains(bucket, "@"):
		return place{}, errors.New("credentials do not belong into a url: put them where the vendor's tools look for them")
	}
	if hasQuery {
		query = "?" + query
	}
	return place{root: scheme + "://" + bucket, key: key, query: query}, nil
}

// bucket connects to the bucket of a place, once.
func (s *Store) bucket(ctx context.Context, p place) (*blob.Bucket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[p.root+p.query]; b != nil {
		return b, nil
	}
	b, err := blob.OpenBucket(ctx, p.root+p.query)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", p.root, err)
	}
	if s.buckets == nil {
		s.buckets = map[string]*blob.Bucket{}
	}
	s.buckets[p.root+p.query] = b
	return b, nil
}

// List returns the objects below a prefix, in the order of the store.
func (s *Store) List(ctx context.Context, prefix string, deep bool) ([]readers.Source, error) {
	p, err := placeOf(prefix)
	if err != nil {
		return nil, err
	}
	b, err := s.bucket(ctx, p)
	if err != nil {
		return nil, err
	}
	options := &blob.ListOptions{Prefix: p.key}
	if !deep {
		options.Delimiter = "/"
	}
	var found []readers.Source
	for all := b.List(options); ; {
		o, err := all.Next(ctx)
		switch {
		case err == io.EOF:
			return found, nil
		case err != nil:
			return nil, cause(p, err)
		case o.IsDir:
			continue
		case len(found) == listedMost:
			return nil, fmt.Errorf("there are more than %d objects below it: name a longer prefix", listedMost)
		}
		found = append(found, readers.Source{Name: p.root + "/" + o.Key + p.query, Size: o.Size, Modified: o.ModTime.UTC()})
	}
}

// Open opens an object. What it reads ends with ctx.
func (s *Store) Open(ctx context.Context, url string) (readers.Object, error) {
	p, err := placeOf(url)
	if err != nil {
		return nil, err
	}
	if p.key == "" {
		return nil, readers.ErrNoSource
	}
	b, err := s.bucket(ctx, p)
	if err != nil {
		return nil, err
	}
	attributes, err := b.Attributes(ctx, p.key)
	if err != nil {
		return nil, cause(p, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	return &object{ctx: ctx, cancel: cancel, bucket: b, place: p, size: attributes.Size, modified: attributes.ModTime}, nil
}

// cause says what an error of a store means.
func cause(p place, err error) error {
	switch gcerrors.Code(err) {
	case gcerrors.NotFound:
		return fmt.Errorf("%w", readers.ErrNoSource)
	case gcerrors.PermissionDenied:
		return fmt.Errorf("%s refuses access: check the credentials and what they may do", p.root)
	}
	return err
}

var _ readers.Store = (*Store)(nil)
