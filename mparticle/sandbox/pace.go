package sandbox

import (
	"net/http"
	"time"
)

// pace holds batches against two limits. Speed: the batches of any second.
// Acceleration: the batches by which any second exceeds the second before it, so
// that a rate can grow by so much each second, from nothing, and must grow again
// after a pause.
type pace struct {
	limit, acceleration int    // 0: none
	lumps               []lump // taken in the last two seconds
}

// lump is a number of batches at an instant.
type lump struct {
	at      time.Time
	batches int
}

// take counts batches at an instant if no limit forbids it. It returns the
// greatest share used of a limit in percent, -1 if there is none.
func (p *pace) take(batches int, now time.Time) (used int, bad *refusal) {
	if p.limit == 0 && p.acceleration == 0 {
		return -1, nil
	}
	last, before := p.recent(now)
	last += batches
	used = -1
	if p.limit > 0 {
		if used = last * 100 / p.limit; last > p.limit {
			return 0, tooMany("account")
		}
	}
	if p.acceleration > 0 {
		if used = max(used, last*100/(before+p.acceleration)); last > before+p.acceleration {
			return 0, tooMany("acceleration")
		}
	}
	p.lumps = append(p.lumps, lump{now, batches})
	return used, nil
}

// recent counts the batches of the last second and of the second before it, and
// forgets older ones.
func (p *pace) recent(now time.Time) (last, before int) {
	kept := p.lumps[:0]
	for _, l := range p.lumps {
		switch age := now.Sub(l.at); {
		case age < time.Second:
			last += l.batches
		case age < 2*time.Second:
			before += l.batches
		default:
			continue
		}
		kept = append(kept, l)
	}
	p.lumps = kept
	return last, before
}

func tooMany(limit string) *refusal {
	return &refusal{status: http.StatusTooManyRequests, limit: limit}
}
