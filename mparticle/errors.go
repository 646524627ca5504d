package mparticle

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrorDetail is one entry of the errors that the API answers with.
type ErrorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// APIError is an answer of the API that is not success.
type APIError struct {
	Status     int           // HTTP status
	Errors     []ErrorDetail // what the API says; may be empty
	RetryAfter time.Duration // how long the API asks to wait; 0: it does not say
	Limit      string        // which limit was exceeded (429): org, account, app, feed, workspace, system, acceleration
}

// Error returns the status and what the API says.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mParticle answered %d", e.Status)
	if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	if e.Limit != "" {
		fmt.Fprintf(&b, " (limit: %s)", e.Limit)
	}
	for i, d := range e.Errors {
		b.WriteString([]string{": ", "; "}[min(i, 1)] + d.Message)
	}
	return b.String()
}

// Temporary reports whether the same request may succeed later: 408, 429, 5xx.
func (e *APIError) Temporary() bool {
	return e.Status == http.StatusRequestTimeout || e.Status == http.StatusTooManyRequests || e.Status >= 500
}

// TransportError is a request to which no answer came.
type TransportError struct {
	Host string
	Sent bool // the request was written, wholly or in part: whether the API has taken it is unknown
	Err  error
}

// Error says what went wrong and what to check.
func (e *TransportError) Error() string {
	return fmt.Sprintf("no answer from %s: %s", e.Host, e.cause())
}

func (e *TransportError) cause() string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(e.Err, &dns) && dns.IsNotFound:
		return "the host name is not known; check the network, --pod and --url"
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		return "the connection was refused; check --url, or the proxy"
	case errors.As(e.Err, &certificate):
		return "its certificate is not trusted: " + certificate.Err.Error()
	case errors.As(e.Err, &timeout) && timeout.Timeout():
		return "it took too long"
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *TransportError) Unwrap() error { return e.Err }

// retryAfter reads a Retry-After header: seconds or an HTTP date.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
