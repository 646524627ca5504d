package mparticle

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Response is what a successful answer says.
type Response struct {
	Status         int
	PercentageUsed float64 // greatest share used of any limit that applies, in percent; -1: not said
}

// readAnswer reads a bounded body whole, so that the connection can be used
// again.
func readAnswer(answer *http.Response) (Response, error) {
	const most = 64 << 10
	text, _ := io.ReadAll(io.LimitReader(answer.Body, most)) // the status has said it; the body only explains
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		used, err := strconv.ParseFloat(answer.Header.Get("X-mp-rate-limit-percentage-used"), 64)
		if err != nil {
			used = -1
		}
		return Response{Status: answer.StatusCode, PercentageUsed: used}, nil
	}
	failure := &APIError{
		Status:     answer.StatusCode,
		RetryAfter: retryAfter(answer.Header.Get("Retry-After"), time.Now()),
		Limit:      answer.Header.Get("X-mp-rate-limit-exceeded"),
	}
	var said struct {
		Errors []ErrorDetail `json:"errors"`
	}
	if json.Unmarshal(text, &said) == nil {
		failure.Errors = said.Errors
	}
	return Response{}, failure
}
