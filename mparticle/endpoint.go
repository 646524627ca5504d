package mparticle

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
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

// ErrPlainHTTP is wrapped by the error of NewClient for a base URL of plain http
// to another machine, without Options.AllowHTTP.
var ErrPlainHTTP = errors.New("plain http")

func baseURL(o Options) (*url.URL, error) {
	if o.BaseURL == "" {
		pod := o.Pod
		if pod == "" {
			pod = US1
		}
		if slices.Contains(pod.Values(), string(pod)) {
			return url.Parse(pod.BaseURL())
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
		return nil, fmt.Errorf("%w to %s would show the credentials to the network: use https", ErrPlainHTTP, base.Host)
	}
	return base, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
