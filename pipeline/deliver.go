package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"mpimport/mparticle"
)

// Uploader sends one request, once.
type Uploader interface {
	Post(ctx context.Context, path mparticle.Path, body []byte) (mparticle.Response, error)
}

// Delivery says how a plan is delivered. None of it changes what is sent.
type Delivery struct {
	Uploader    Uploader
	Journal     *Journal       // nil: nothing is recorded
	Rate        float64        // batches a second
	Concurrency int            // requests in flight
	RetryFor    time.Duration  // how long one request may keep failing
	Grace       time.Duration  // how long requests in flight may take after ctx is done
	Progress    func(Progress) // called after each request; from many goroutines, one at a time; may be nil
}

// Progress counts what was settled so far, earlier runs of the import included.
type Progress struct {
	Batches  int64 `json:"batches"`  // settled
	Requests int64 `json:"requests"` // answered in this run
	Retries  int64 `json:"retries"`  // requests sent again
}

// ErrStopped is what Deliver returns when it was told to stop, or gave up for
// now; what is settled is in the journal, and the same import can go on.
var ErrStopped = errors.New("stopped before the end")

// ErrCredentials is what Deliver's error wraps when the API refused the
// credentials.
var ErrCredentials = errors.New("credentials refused")

// memoryFor is how much memory it takes to deliver a partition whose records have
// so many bytes.
func memoryFor(bytes int64) int64 {
	const assembled = 3 // for each byte of records
	if bytes > windowBytes {
		return (assembled + 2) * windowBytes // its users are parted once more
	}
	return assembled * bytes
}

// Deliver sends the plan's batches. When ctx is done, or a request keeps
// failing, it finishes the requests in flight and returns the report so far with
// an error. Rows that the API refuses are in the report, not an error.
func (p *Plan) Deliver(ctx context.Context, d Delivery) (*Report, error) {
	s := newSender(ctx, d)
	defer s.close()
	report := newReport(p)
	todo := make(chan int)
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(todo)
		for i := range p.job.Partitions {
			select {
			case todo <- i:
			case <-groupCtx.Done():
				return groupCtx.Err()
			}
		}
		return nil
	})
	lanes := make([]lane, p.job.Partitions)
	var rejects sync.Mutex
	room := semaphore.NewWeighted(int64(p.store.budget))
	for range d.Concurrency {
		group.Go(func() error {
			for i := range todo {
				need := min(memoryFor(p.store.bytes[i]), int64(p.store.budget))
				if err := room.Acquire(groupCtx, need); err != nil {
					return err
				}
				l := &lanes[i]
				l.number, l.assembler, l.sender, l.journal = i, p.assembler(true), s, d.Journal
				err := l.run(groupCtx, p.windows(l.assembler, i))
				room.Release(need)
				rejects.Lock()
				report.add(l)
				rejects.Unlock()
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := group.Wait()
	report.finish(s)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", ErrStopped, context.Cause(ctx))
	}
	if d.Journal != nil {
		if syncErr := d.Journal.Sync(); err == nil {
			err = syncErr
		}
	}
	return report, err
}

// sender is what all lanes share: the pace, and the counts.
type sender struct {
	Delivery
	gate     *gate
	packer   packer
	inflight context.Context // outlives ctx by the grace
	cancel   context.CancelFunc
	unwatch  func() bool

	mu        sync.Mutex
	progress  Progress
	retries   atomic.Int64
	uncertain atomic.Int64
}

func newSender(ctx context.Context, d Delivery) *sender {
	s := &sender{Delivery: d, packer: newPacker(d.Rate)}
	s.gate = newGate(d.Rate, s.packer.most)
	s.inflight, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.unwatch = context.AfterFunc(ctx, func() {
		timer := time.NewTimer(d.Grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			s.cancel()
		case <-s.inflight.Done():
		}
	})
	return s
}

func (s *sender) close() {
	s.unwatch()
	s.cancel()
}

// post sends a request until it is answered for good: nil for accepted, an
// *APIError for refused. Any other error stops the run.
func (s *sender) post(ctx context.Context, path mparticle.Path, body []byte, batches int) error {
	var began time.Time
	for attempt := 0; ; attempt++ {
		if err := s.gate.wait(ctx, batches); err != nil {
			return err
		}
		if began.IsZero() {
			began = time.Now()
		}
		_, err := s.Uploader.Post(s.inflight, path, body)
		if err == nil {
			return nil
		}
		var lost *mparticle.TransportError
		if errors.As(err, &lost) && lost.Sent {
			s.uncertain.Add(1)
		}
		var refused *mparticle.APIError
		if errors.As(err, &refused) && !refused.Temporary() {
			return s.refusal(refused)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(began) > s.RetryFor {
			return fmt.Errorf("%w: a request kept failing for %s: %w", ErrStopped, s.RetryFor, err)
		}
		s.retries.Add(1)
		if refused != nil && refused.Status == 429 {
			s.gate.pause(refused.RetryAfter)
		}
		if err := sleep(ctx, max(backoff(attempt), retryAfter(refused))); err != nil {
			return err
		}
	}
}

func retryAfter(e *mparticle.APIError) time.Duration {
	if e == nil {
		return 0
	}
	return e.RetryAfter
}

// refusal sorts answers that sending again cannot change: of the data, or of the
// whole run.
func (s *sender) refusal(e *mparticle.APIError) error {
	switch e.Status {
	case 401, 403:
		return fmt.Errorf("%w: %w\n  hint: compare key and secret with those of the input in mParticle, check --pod, and run the same command again", ErrCredentials, e)
	case 400, 413, 422:
		return e
	}
	return fmt.Errorf("%w: %s; check --pod and --url", ErrStopped, e.Error())
}

// settled counts a request that was answered for good.
func (s *sender) settled(batches int, requests int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.Batches += int64(batches)
	s.progress.Requests += requests
	s.progress.Retries = s.retries.Load()
	if s.Delivery.Progress != nil {
		s.Delivery.Progress(s.progress)
	}
}
