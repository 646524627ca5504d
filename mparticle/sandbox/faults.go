package sandbox

import (
	"fmt"
	"math"
	"math/rand/v2"
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
	Slow        time.Duration // before each answer
}

// ParseFaults reads faults as the command line has them:
// 429=5%,503=1%,drop=0.5%,reset=1%,slow=20ms.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	if text == "" {
		return f, nil
	}
	shares := map[string]*float64{"429": &f.TooMany, "503": &f.Unavailable, "drop": &f.Drop, "reset": &f.Reset}
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
			return f, fmt.Errorf("%q is not a fault such as 429=5%%, 503=1%%, drop=0.5%%, reset=1%% or slow=20ms", part)
		}
		*share = percent / 100
	}
	return f, nil
}

// dice decides which request goes wrong; the same seed gives the same decisions.
type dice struct{ random *rand.Rand }

func newDice() dice { return dice{rand.New(rand.NewPCG(1, 2))} }

func (d dice) falls(share float64) bool { return share > 0 && d.random.Float64() < share }
