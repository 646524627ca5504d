package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mpimport/mparticle/sandbox"
)

func sandboxCommand(s streams) *cobra.Command {
	var listen, capture, faults string
	var limit int
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run the Events API on this machine",
		Long: `Run the Events API on this machine: strict, de-duplicating, and able to misbehave
on request. It keeps nothing, and GET /stats says what it took.

If MPARTICLE_API_KEY and MPARTICLE_API_SECRET are set, only these are let in,
otherwise any credentials are.`,
		Example: `  mpimport sandbox --listen 127.0.0.1:8700 --capture taken.ndjson
  mpimport sandbox --fault 429=5%,503=1%,drop=0.5%,slow=20ms`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := sandbox.ParseFaults(faults)
			if err != nil {
				return fmt.Errorf("--fault: %w", err)
			}
			o := sandbox.Options{Key: os.Getenv("MPARTICLE_API_KEY"), Secret: os.Getenv("MPARTICLE_API_SECRET"), Limit: limit, Faults: f}
			if capture != "" {
				file, err := os.OpenFile(capture, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
				if err != nil {
					return fmt.Errorf("opening the capture file: %w", err)
				}
				defer file.Close()
				o.Capture = io.Writer(file)
			}
			return serve(cmd.Context(), s, listen, sandbox.New(o))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8700", "`ADDRESS` of this machine to listen on; port 0 takes a free one")
	cmd.Flags().StringVar(&capture, "capture", "", "`FILE` to append each batch that was taken to, one a line")
	cmd.Flags().StringVar(&faults, "fault", "", "faults, such as 429=5%,503=1%,drop=0.5%,slow=20ms; drop takes the batch and never answers")
	cmd.Flags().IntVar(&limit, "limit", 0, "batches per second, more is answered 429; 0: no limit")
	return cmd
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
