package sandbox

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faults are shares, from 0 to 1, of requests that go wrong, and a delay for all.
type Faults struct {
	TooMany     float64       // 429, nothing taken
	Unavailable float64       // 503, nothing taken
	Drop        float64       // the batches are taken, the answer never comes
	Reset       float64       // the connection is cut before anything is taken
	Hang        float64       // nothing is taken, and no answer comes until the client gives up
	Slow        time.Duration // before each answer
}

// ParseFaults reads faults as the command line has them:
// 429=5%,503=1%,drop=0.5%,reset=1%,hang=0.1%,slow=20ms.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	if text == "" {
		return f, nil
	}
	shares := map[string]*float64{"429": &f.TooMany, "503": &f.Unavailable, "drop": &f.Drop, "reset": &f.Reset, "hang": &f.Hang}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		if name == "slow" {
			d, err := time.ParseDuration(value)
			if err != nil || d < 0 {
				return f, fmt.Errorf("%q is not a delay such as slow=20ms", part)
			}
			f.Slow = d
			continue
		}
		share, ok := shares[name]
		number, isPercent := strings.CutSuffix(value, "%")
		percent, err := strconv.ParseFloat(number, 64)
		if !ok || !isPercent || err != nil || math.IsNaN(percent) || percent < 0 || percent > 100 {
			return f, fmt.Errorf("%q is not a fault such as 429=5%%, 503=1%%, drop=0.5%%, reset=1%%, hang=0.1%% or slow=20ms", part)
		}
		*share = percent / 100
	}
	return f, nil
}

// delay waits as long as Slow says, or until the client is gone.
func (f Faults) delay(ctx context.Context) {
	if f.Slow == 0 {
		return
	}
	timer := time.NewTimer(f.Slow)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// dice decides which request goes wrong; the same seed gives the same decisions.
type dice struct{ random *rand.Rand }

func newDice() dice { return dice{rand.New(rand.NewPCG(1, 2))} }

func (d dice) falls(share float64) bool { return share > 0 && d.random.Float64() < share }

// fault is what goes wrong with a request before its batches are looked at.
func (d dice) fault(f Faults) (*refusal, ending) {
	switch {
	case d.falls(f.Reset):
		return nil, cut
	case d.falls(f.TooMany):
		return tooMany("account"), answered
	case d.falls(f.Unavailable):
		return &refusal{status: http.StatusServiceUnavailable}, answered
	case d.falls(f.Hang):
		return nil, hung
	}
	return nil, answered
}
