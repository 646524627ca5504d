package mparticle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
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

// Options are the settings of a Client. Key and Secret are required.
type Options struct {
	Key        string        `json:"-"`
	Secret     string        `json:"-"`
	Pod        Pod           // "": US1
	BaseURL    string        // instead of the pod's; the paths are appended to it
	HTTPClient *http.Client  // nil: one that keeps connections alive; redirects are never followed
	UserAgent  string        // "": the package's own
	Timeout    time.Duration // of one attempt; 0: a minute
	AllowHTTP  bool          // plain http to other hosts than this machine
	Logger     *slog.Logger  // gets one debug record for each attempt, never the credentials; nil: none
	LogBodies  LogBodies     // what Logger gets of bodies; by default nothing
}

// String shows neither key nor secret, so that printing or logging the options
// does not.
func (o Options) String() string { return fmt.Sprintf("options for %s%s", o.BaseURL, o.Pod) }

// GoString is String.
func (o Options) GoString() string { return o.String() }

// Client sends batches. It is safe for concurrent use.
type Client struct {
	key, secret string
	base        *url.URL
	http        *http.Client
	agent       string
	timeout     time.Duration
	log         trafficLog
}

// String shows where the client sends, and neither key nor secret.
func (c Client) String() string { return "client of " + c.base.Host }

// GoString is String.
func (c Client) GoString() string { return c.String() }

// NewClient returns a client. It connects to nothing yet.
func NewClient(o Options) (*Client, error) {
	if o.Key == "" || o.Secret == "" {
		return nil, errors.New("the API key or secret is missing")
	}
	base, err := baseURL(o)
	if err != nil {
		return nil, err
	}
	c := &Client{key: o.Key, secret: o.Secret, base: base, http: o.HTTPClient, agent: o.UserAgent, timeout: o.Timeout, log: newTrafficLog(o)}
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
	return c, nil
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
	start := time.Now()
	response, err := c.attempt(ctx, path, body)
	c.log.attempt(ctx, path, body, response, err, time.Since(start))
	return response, err
}

func (c *Client) attempt(ctx context.Context, path Path, body []byte) (Response, error) {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { sent.Store(true) },
	})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.String()+string(path), bytes.NewReader(body))
	if err != nil {
		return Response{}, fmt.Errorf("making the request: %w", err)
	}
	request.SetBasicAuth(c.key, c.secret)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", c.agent)
	answer, err := c.http.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the URL says nothing new
		}
		return Response{}, &TransportError{Host: c.base.Host, Sent: sent.Load(), Err: err}
	}
	defer answer.Body.Close()
	return readAnswer(answer)
}
