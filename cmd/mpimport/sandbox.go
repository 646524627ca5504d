package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mpimport/mparticle/sandbox"
)

// sandboxFlags are the settings of the sandbox.
type sandboxFlags struct {
	listen       string
	capture      string
	faults       string
	limit        int
	acceleration int
	retryAfter   time.Duration
}

func sandboxCommand(s streams) *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run the Events API on this machine",
		Long: `Run the Events API on this machine: strict, de-duplicating, and able to misbehave
on request. It keeps nothing, and GET /stats says what it took.

If MPARTICLE_API_KEY and MPARTICLE_API_SECRET are set, only these are let in,
otherwise any credentials are.

Faults: 429 and 503 answer so and take nothing; drop takes the batches and closes
the connection without an answer; reset closes it and takes nothing; hang takes
nothing and never answers; slow delays every answer.`,
		Example: `  mpimport sandbox --listen 127.0.0.1:8700 --capture taken.ndjson
  mpimport sandbox --limit 270 --acceleration 50
  mpimport sandbox --fault 429=5%,503=1%,drop=0.5%,reset=1%,hang=0.1%,slow=20ms`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8700", "`ADDRESS` of this machine to listen on; port 0 takes a free one")
	flags.StringVar(&f.capture, "capture", "", "`FILE` (0600) to append each batch that was taken to, one a line")
	flags.StringVar(&f.faults, "fault", "", "shares of requests that go wrong, such as 429=5%,503=1%,drop=0.5%,reset=1%,hang=0.1%, and slow=20ms")
	flags.IntVar(&f.limit, "limit", 0, "batches per second, more is answered 429; 0: no limit")
	flags.IntVar(&f.acceleration, "acceleration", 0, "batches by which a second may exceed the one before, from none; more is answered 429; 0: no limit")
	flags.DurationVar(&f.retryAfter, "retry-after", time.Second, "what a 429 asks to wait, in whole seconds; 0: it does not say")
	return cmd
}

func (f *sandboxFlags) run(ctx context.Context, s streams) error {
	faults, err := sandbox.ParseFaults(f.faults)
	switch {
	case err != nil:
		return fmt.Errorf("--fault: %w", err)
	case f.limit < 0:
		return errors.New("--limit must not be less than 0")
	case f.acceleration < 0:
		return errors.New("--acceleration must not be less than 0")
	case f.retryAfter < 0:
		return errors.New("--retry-after must not be less than 0")
	case f.retryAfter == 0:
		f.retryAfter = -1
	}
	o := sandbox.Options{Key: os.Getenv("MPARTICLE_API_KEY"), Secret: os.Getenv("MPARTICLE_API_SECRET"), Limit: f.limit,
		Acceleration: f.acceleration, RetryAfter: f.retryAfter, Faults: faults}
	if f.capture != "" {
		file, err := os.OpenFile(f.capture, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("capture file %s: %w", f.capture, plainCause(err))
		}
		defer file.Close()
		o.Capture = file
	}
	return serve(ctx, s, f.listen, sandbox.New(o))
}

// serve answers on a loopback address until ctx ends.
func serve(ctx context.Context, s streams, address string, handler http.Handler) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen %s: write HOST:PORT, such as 127.0.0.1:8700", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %s: the sandbox listens on this machine only, such as 127.0.0.1:8700", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	fmt.Fprintf(s.err, "sandbox on http://%s/v2; GET http://%s/stats; stop it with Ctrl-C\n", listener.Addr(), listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
