package mparticle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Path is a path of the API below its base URL.
type Path string

// The paths that take data.
const (
	PathEvents         Path = "/events"                // one batch
	PathBulkEvents     Path = "/bulkevents"            // a list of up to MaxBatchesPerRequest batches
	PathBulkHistorical Path = "/bulkevents/historical" // the same, all events older than HistoricalMinAge
)

// Pod is one of mParticle's data centres.
type Pod string

// The pods.
const (
	US1 Pod = "us1"
	US2 Pod = "us2"
	EU1 Pod = "eu1"
	AU1 Pod = "au1"
)

// Values returns the pods.
func (Pod) Values() []string { return []string{"us1", "us2", "eu1", "au1"} }

// BaseURL returns the pod's base URL (HTTP API page, "endpoint").
func (p Pod) BaseURL() string {
	if p == US1 {
		return "https://s2s.mparticle.com/v2"
	}
	return "https://s2s." + string(p) + ".mparticle.com/v2"
}

// Options are the settings of a Client. Key and Secret are required.
type Options struct {
	Key, Secret string
	Pod         Pod           // "": US1
	BaseURL     string        // instead of the pod's; the paths are appended to it
	HTTPClient  *http.Client  // nil: one that keeps connections alive; redirects are never followed
	UserAgent   string        // "": the package's own
	Timeout     time.Duration // of one attempt; 0: a minute
	AllowHTTP   bool          // plain http to other hosts than this machine
	Logger      *slog.Logger  // nil: none; it sees neither credentials nor bodies
}

// Client sends batches. It is safe for concurrent use.
type Client struct {
	key, secret string
	base        *url.URL
	http        *http.Client
	agent       string
	timeout     time.Duration
	logger      *slog.Logger
}

// Response is what a successful answer says.
type Response struct {
	Status         int
	PercentageUsed float64 // greatest share used of any limit that applies, in percent; -1: not said
}

// NewClient returns a client. It connects to nothing yet.
func NewClient(o Options) (*Client, error) {
	if o.Key == "" || o.Secret == "" {
		return nil, errors.New("the API key or secret is missing")
	}
	base, err := baseURL(o)
	if err != nil {
		return nil, err
	}
	c := &Client{key: o.Key, secret: o.Secret, base: base, http: o.HTTPClient, agent: o.UserAgent, timeout: o.Timeout, logger: o.Logger}
	if c.http == nil {
		c.http = newHTTPClient()
	} else {
		own := *c.http // the caller's stays as it is
		own.CheckRedirect = neverRedirect
		c.http = &own
	}
	if c.agent == "" {
		c.agent = "mpimport"
	}
	if c.timeout == 0 {
		c.timeout = time.Minute
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func baseURL(o Options) (*url.URL, error) {
	if o.BaseURL == "" {
		pod := o.Pod
		if pod == "" {
			pod = US1
		}
		for _, known := range pod.Values() {
			if string(pod) == known {
				return url.Parse(pod.BaseURL())
			}
		}
		return nil, fmt.Errorf("unknown pod %q: one of %s", pod, strings.Join(pod.Values(), ", "))
	}
	base, err := url.Parse(strings.TrimRight(o.BaseURL, "/"))
	switch { // the URL is not repeated: it may hold a password
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("the base URL is not a URL such as %s", US1.BaseURL())
	case base.User != nil:
		return nil, errors.New("the base URL carries credentials: give them as key and secret")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("the base URL has a query or fragment: paths are appended to it")
	}
	if base.Scheme == "http" && !o.AllowHTTP && !loopback(base.Hostname()) {
		return nil, fmt.Errorf("plain http to %s would show the credentials to the network: use https", base.Host)
	}
	return base, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// newHTTPClient keeps as many idle connections to the one host as there may be
// workers; the default keeps two, and every other request pays a handshake.
func newHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = 256
	return &http.Client{Transport: transport, CheckRedirect: neverRedirect}
}

// neverRedirect keeps credentials from following a redirect.
func neverRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// UploadEvents sends one batch, at most MaxBatchBytes.
func (c *Client) UploadEvents(ctx context.Context, b *Batch) (Response, error) {
	return c.send(ctx, PathEvents, b)
}

// BulkUploadEvents sends up to MaxBatchesPerRequest batches of different users.
func (c *Client) BulkUploadEvents(ctx context.Context, batches []*Batch) (Response, error) {
	return c.send(ctx, PathBulkEvents, batches)
}

// BulkUploadHistorical sends batches whose events are all older than
// HistoricalMinAge; the API silently drops others.
func (c *Client) BulkUploadHistorical(ctx context.Context, batches []*Batch) (Response, error) {
	return c.send(ctx, PathBulkHistorical, batches)
}

func (c *Client) send(ctx context.Context, path Path, v any) (Response, error) {
	body, err := encode(v)
	if err != nil {
		return Response{}, fmt.Errorf("encoding batches: %w", err)
	}
	return c.Post(ctx, path, body)
}

// Post sends an encoded body, once. The error is an *APIError for an answer that
// is not success, a *TransportError where no answer came.
func (c *Client) Post(ctx context.Context, path Path, body []byte) (Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { sent.Store(true) },
	})
	target := c.base.String() + string(path)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return Response{}, fmt.Errorf("making the request: %w", err)
	}
	request.SetBasicAuth(c.key, c.secret)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", c.agent)
	start := time.Now()
	answer, err := c.http.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the URL says nothing new
		}
		c.logger.Debug("no answer", "path", path, "bytes", len(body), "took", time.Since(start))
		return Response{}, &TransportError{Host: c.base.Host, Sent: sent.Load(), Err: err}
	}
	defer answer.Body.Close()
	c.logger.Debug("answer", "path", path, "bytes", len(body), "status", answer.StatusCode, "took", time.Since(start))
	return readAnswer(answer)
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
