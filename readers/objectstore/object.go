package objectstore

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

const (
	blockSize  = 256 << 10 // what is read at least, where reads jump about
	blocksRun  = 4         // blocks of one request, where reads go on from block to block
	blocksKept = 64
	tries      = 3 // of a request whose answer breaks off
)

// object is an object that is read by range.
type object struct {
	ctx      context.Context // that of Open, as for a file: reads have none of their own
	cancel   context.CancelFunc
	bucket   *blob.Bucket
	place    place
	size     int64
	modified time.Time

	mu     sync.Mutex
	blocks map[int64]*block
	used   int64 // a clock for the blocks' use
}

// block is a part of the object in memory.
type block struct {
	ready chan struct{} // closed when data and err are set
	data  []byte
	err   error
	run   int64 // of how many blocks the request was that brought it
	used  int64
}

func (o *object) Size() int64 { return o.size }

func (o *object) Modified() time.Time { return o.modified }

// Close stops what is being read.
func (o *object) Close() error {
	o.cancel()
	return nil
}

// ReadAt reads by blocks, some of which are kept for the reads that follow.
func (o *object) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		if off >= o.size {
			return n, io.EOF
		}
		data, err := o.block(off / blockSize)
		if err != nil {
			return n, err
		}
		m := copy(p[n:], data[off%blockSize:])
		n, off = n+m, off+int64(m)
	}
	return n, nil
}

// block returns block i. Whoever needs it first reads it, and where the block
// before is there, some of those behind it.
func (o *object) block(i int64) ([]byte, error) {
	o.mu.Lock()
	b := o.blocks[i]
	if b == nil {
		b = o.request(i)
	}
	o.used++
	b.used = o.used
	o.mu.Unlock()
	select {
	case <-b.ready:
		return b.data, b.err
	case <-o.ctx.Done():
		return nil, o.ctx.Err()
	}
}

// request reads a run of blocks from i on, while others may wait for them. It is
// called with the lock, and gives it up while it reads.
func (o *object) request(i int64) *block {
	run := int64(1)
	if before := o.blocks[i-1]; before != nil {
		run = min(2*before.run, blocksRun)
	}
	if o.blocks == nil {
		o.blocks = map[int64]*block{}
	}
	var blocks []*block
	for j := i; j < i+run && j*blockSize < o.size && o.blocks[j] == nil; j++ {
		b := &block{ready: make(chan struct{}), run: run, used: o.used}
		o.blocks[j] = b
		blocks = append(blocks, b)
	}
	o.mu.Unlock()
	data, err := o.read(o.ctx, i*blockSize, min(int64(len(blocks))*blockSize, o.size-i*blockSize))
	o.mu.Lock()
	for k, b := range blocks {
		if b.err = err; err == nil {
			b.data = data[k*blockSize : min((k+1)*blockSize, len(data))]
		} else {
			delete(o.blocks, i+int64(k))
		}
		close(b.ready)
	}
	o.forget()
	return blocks[0]
}

// forget drops the blocks whose use is longest ago.
func (o *object) forget() {
	for len(o.blocks) > blocksKept {
		oldest, at := int64(-1), int64(0)
		for i, b := range o.blocks {
			if b.data != nil && (oldest < 0 || b.used < at) {
				oldest, at = i, b.used
			}
		}
		if oldest < 0 {
			return // all are being read
		}
		delete(o.blocks, oldest)
	}
}

// read reads n bytes from off on. An answer that breaks off is asked for again.
func (o *object) read(ctx context.Context, off, n int64) (data []byte, err error) {
	for range tries {
		if data, err = o.try(ctx, off, n); err == nil || ctx.Err() != nil {
			return data, err
		}
		switch gcerrors.Code(err) {
		case gcerrors.NotFound, gcerrors.PermissionDenied, gcerrors.FailedPrecondition:
			return nil, cause(o.place, err)
		}
	}
	return nil, fmt.Errorf("reading bytes %d to %d: %w", off, off+n, err)
}

func (o *object) try(ctx context.Context, off, n int64) ([]byte, error) {
	r, err := o.bucket.NewRangeReader(ctx, o.place.key, off, n, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.Size() != o.size || !r.ModTime().Equal(o.modified) {
		return nil, fmt.Errorf("the object was written anew while it was read: begin again")
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("the connection broke off: %w", err)
	}
	return data, nil
}
