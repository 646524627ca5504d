package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// refusal is an answer that is not success.
type refusal struct {
	status  int
	message string
	limit   string // which limit was exceeded, of a 429
}

func badRequest(format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

func (s *Sandbox) refuse(w http.ResponseWriter, r refusal) {
	if r.status == http.StatusTooManyRequests {
		if wait := retryAfter(s.options.RetryAfter); wait >= 0 {
			w.Header().Set("Retry-After", strconv.Itoa(wait))
		}
		w.Header().Set("X-mp-rate-limit-exceeded", r.limit)
	}
	if r.message == "" {
		w.WriteHeader(r.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(map[string]any{"errors": []any{map[string]string{"code": "BAD_REQUEST", "message": r.message}}}) // the client is gone if this fails
}

// retryAfter is the number of seconds to say, negative for none.
func retryAfter(wait time.Duration) int {
	switch {
	case wait < 0:
		return -1
	case wait == 0:
		return 1
	}
	return int((wait + time.Second - 1) / time.Second)
}
