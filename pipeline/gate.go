package pipeline

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate paces all lanes: a token bucket of batches, and one pause for all when
// the API asks for it.
type gate struct {
	bucket *rate.Limiter

	mu    sync.Mutex
	until time.Time
}

func newGate(batches float64, most int) *gate {
	return &gate{bucket: rate.NewLimiter(rate.Limit(batches), most)}
}

// wait returns when batches may be sent, or with ctx's error.
func (g *gate) wait(ctx context.Context, batches int) error {
	for {
		g.mu.Lock()
		pause := time.Until(g.until)
		g.mu.Unlock()
		if pause <= 0 {
			break
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
	return g.bucket.WaitN(ctx, batches)
}

// pause holds all lanes back for d, if that is later than they wait already.
func (g *gate) pause(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.until) {
		g.until = until
	}
}

// backoff is exponential with full jitter, up to a minute.
func backoff(attempt int) time.Duration {
	const first, most = 500 * time.Millisecond, time.Minute
	ceiling := most
	if attempt < 7 {
		ceiling = min(first<<attempt, most)
	}
	return rand.N(ceiling)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
