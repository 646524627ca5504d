package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mpimport/mparticle"
	"mpimport/mparticle/sandbox"
	"mpimport/pipeline"
	"mpimport/readers"
)

func isNoSource(err error) bool { return errors.Is(err, readers.ErrNoSource) }

// targetFlags say where batches go.
type targetFlags struct {
	pod         string
	url         string
	credentials string
	allowHTTP   bool
	verbose     bool
	logBodies   string // masked or full; "": none
	logFormat   string // text or json
}

func (f *targetFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.pod, "pod", "us1", "mParticle's data centre: us1, us2, eu1 or au1")
	flags.StringVar(&f.url, "url", "", "base `URL` of the API instead of a pod; sandbox starts one inside the process")
	flags.BoolVar(&f.allowHTTP, "allow-http", false, "let --url be plain http to another machine, which shows the credentials to the network")
	flags.StringVar(&f.logBodies, "log-bodies", "", "with -v, log bodies too: masked, or full with personal data")
	flags.StringVar(&f.credentials, "credentials", "", "`FILE` (0600) with the lines MPARTICLE_API_KEY=… and MPARTICLE_API_SECRET=…")
}

// target is where batches go.
type target struct {
	uploader pipeline.Uploader
	name     string // tells targets apart, without a secret
	close    func()
}

func (f *targetFlags) open(s streams, dryRun bool) (*target, error) {
	logger, err := f.logger(s.err)
	if err != nil {
		return nil, err
	}
	bodies, err := f.bodies()
	if err != nil {
		return nil, err
	}
	switch {
	case dryRun:
		return &target{uploader: discarder{}, name: "dry run", close: func() {}}, nil
	case f.url == "sandbox":
		return openSandbox(logger, bodies)
	}
	key, secret, err := f.secrets()
	if err != nil {
		return nil, err
	}
	client, err := mparticle.NewClient(mparticle.Options{Key: key, Secret: secret, Pod: mparticle.Pod(f.pod), BaseURL: f.url,
		AllowHTTP: f.allowHTTP, UserAgent: "mpimport/" + version(), Logger: logger, LogBodies: bodies})
	if errors.Is(err, mparticle.ErrPlainHTTP) {
		return nil, fmt.Errorf("%w\n  hint: --allow-http sends all the same", err)
	}
	if err != nil {
		return nil, err
	}
	base := f.url
	if base == "" {
		base = f.pod
	}
	fingerprint := sha256.Sum256([]byte("mpimport key " + key))
	return &target{uploader: client, name: base + " key " + hex.EncodeToString(fingerprint[:4]), close: func() {}}, nil
}

// logger is where requests are logged; nil without --verbose.
func (f *targetFlags) logger(w io.Writer) (*slog.Logger, error) {
	o := &slog.HandlerOptions{Level: slog.LevelDebug}
	switch {
	case f.logFormat != "text" && f.logFormat != "json":
		return nil, fmt.Errorf("--log-format %s: it is text or json", f.logFormat)
	case !f.verbose:
		return nil, nil
	case f.logFormat == "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return slog.New(slog.NewTextHandler(w, o)), nil
}

// bodies is what the log shows of bodies.
func (f *targetFlags) bodies() (mparticle.LogBodies, error) {
	switch {
	case f.logBodies == "":
		return mparticle.LogNoBodies, nil
	case !f.verbose:
		return 0, errors.New("--log-bodies is for the log that -v writes: give both")
	case f.logBodies == "masked":
		return mparticle.LogMaskedBodies, nil
	case f.logBodies == "full":
		return mparticle.LogFullBodies, nil
	}
	return 0, fmt.Errorf("--log-bodies %s: it is masked or full", f.logBodies)
}

// secrets returns key and secret from the environment or the credentials file.
func (f *targetFlags) secrets() (key, secret string, err error) {
	values := map[string]string{"MPARTICLE_API_KEY": os.Getenv("MPARTICLE_API_KEY"), "MPARTICLE_API_SECRET": os.Getenv("MPARTICLE_API_SECRET")}
	if f.credentials != "" {
		if values, err = readCredentials(f.credentials); err != nil {
			return "", "", err
		}
	}
	key, secret = values["MPARTICLE_API_KEY"], values["MPARTICLE_API_SECRET"]
	if key == "" || secret == "" {
		return "", "", &exitError{code: exitUsage, err: errors.New("no credentials\n  hint: set MPARTICLE_API_KEY and MPARTICLE_API_SECRET, or give --credentials FILE; --url sandbox needs none")}
	}
	return key, secret, nil
}

func readCredentials(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("credentials file %s: %w", path, plainCause(err))
	}
	defer file.Close()
	if stat, err := file.Stat(); err != nil || stat.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("credentials file %s can be read by others\n  hint: chmod 600 %s", path, path)
	}
	values := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export ")
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			values[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return values, nil
}

// discarder takes everything and sends nothing.
type discarder struct{}

func (discarder) Post(context.Context, mparticle.Path, []byte) (mparticle.Response, error) {
	return mparticle.Response{Status: http.StatusAccepted, PercentageUsed: -1}, nil
}

// openSandbox starts a sandbox on a port of this machine, for this run alone.
func openSandbox(logger *slog.Logger, bodies mparticle.LogBodies) (*target, error) {
	key, secret := rand.Text(), rand.Text()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	server := &http.Server{Handler: sandbox.New(sandbox.Options{Key: key, Secret: secret}), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) // ends with Close below
	client, err := mparticle.NewClient(mparticle.Options{Key: key, Secret: secret, BaseURL: "http://" + listener.Addr().String() + "/v2", Logger: logger, LogBodies: bodies})
	if err != nil {
		server.Close()
		return nil, err
	}
	return &target{uploader: client, name: "sandbox", close: func() { server.Close() }}, nil
}
