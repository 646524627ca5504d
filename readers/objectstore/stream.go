package objectstore

import (
	"context"
	"io"

	"golang.org/x/sync/errgroup"
)

const (
	partSize  = 4 << 20 // of a request of a stream
	partAhead = 3       // parts that are read before they are needed
)

// stream reads an object from its beginning, some parts ahead of its reader. It
// begins with the first block, as that may show that the rest is not wanted.
type stream struct {
	o     *object
	begun bool
	parts chan chan part // in order; nil before they are needed
	rest  []byte
	err   error
}

type part struct {
	data []byte
	err  error
}

// Stream returns the object's bytes from its beginning. What it starts ends with
// the object, or when all is read.
func (o *object) Stream() io.Reader { return &stream{o: o} }

func (s *stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 && s.err == nil {
		s.next()
	}
	if len(s.rest) == 0 {
		return 0, s.err
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// next waits for the next part.
func (s *stream) next() {
	if !s.begun && s.o.size > 0 {
		s.begun = true
		s.rest, s.err = s.o.block(0)
		return
	}
	if s.parts == nil {
		s.parts = make(chan chan part, partAhead)
		go s.ahead(s.o.ctx)
	}
	done, ok := <-s.parts
	if !ok {
		if s.err = s.o.ctx.Err(); s.err == nil {
			s.err = io.EOF
		}
		return
	}
	got := <-done
	s.rest, s.err = got.data, got.err
}

// ahead requests the parts, a few at a time, and ends when all are there or ctx
// is done.
func (s *stream) ahead(ctx context.Context) {
	defer close(s.parts)
	var group errgroup.Group
	group.SetLimit(partAhead)
	defer group.Wait()
	for off := int64(blockSize); off < s.o.size; off += partSize {
		done := make(chan part, 1)
		select {
		case s.parts <- done:
		case <-ctx.Done():
			return
		}
		group.Go(func() error {
			data, err := s.o.read(ctx, off, min(partSize, s.o.size-off))
			done <- part{data: data, err: err}
			return err
		})
	}
}
