package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

// Stats counts what a sandbox did.
type Stats struct {
	Requests          int64            `json:"requests"`
	Batches           int64            `json:"batches"`            // taken
	Events            int64            `json:"events"`             // of these
	Duplicates        int64            `json:"duplicates"`         // batches with a known source_request_id, accepted and not taken
	Users             int64            `json:"users"`              // different ones among the batches taken
	HistoricalDropped int64            `json:"historical_dropped"` // batches accepted and silently not processed
	MultipleOfUser    int64            `json:"multiple_of_user"`   // requests with more than one batch of a user
	CaptureErrors     int64            `json:"capture_errors"`     // batches taken that could not be captured
	Status            map[string]int64 `json:"status"`             // answers by status; "none" where there was none
	LimitExceeded     map[string]int64 `json:"limit_exceeded"`     // answers 429 by the limit that they name
}

// Stats returns the counts so far.
func (s *Sandbox) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Users = int64(len(s.users))
	stats.Status = maps.Clone(s.stats.Status)
	stats.LimitExceeded = maps.Clone(s.stats.LimitExceeded)
	return stats
}

func (s *Sandbox) serveStats(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(s.Stats()) // the client is gone if this fails
}

// count counts a request by its answer.
func (s *Stats) count(a answer) {
	s.Requests++
	switch {
	case a.ending != answered:
		s.Status["none"]++
	case a.refusal == nil:
		s.Status[strconv.Itoa(http.StatusAccepted)]++
	default:
		s.Status[strconv.Itoa(a.refusal.status)]++
		if a.refusal.limit != "" {
			s.LimitExceeded[a.refusal.limit]++
		}
	}
}
