// Command mpimport brings files into mParticle.
//
// Each command has a file of its own: flags in, calls out. The work is done by
// the packages pipeline, mapping, readers and mparticle; only this package
// writes words, colours and exit codes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"mpimport/pipeline"
)

// Exit codes, as the README's table has them.
const (
	exitOK          = 0
	exitStopped     = 1 // resumable
	exitUsage       = 2 // fix and run again; nothing was sent
	exitRejects     = 3
	exitCredentials = 4
	exitEmpty       = 99
	exitSignal      = 128 // plus the signal's number
)

func main() {
	os.Exit(mainCode(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// mainCode runs a command line and returns its exit code.
func mainCode(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := withSignals(context.Background())
	defer stop()
	root := newRoot(stdin, stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var coded *exitError
	if errors.As(err, &coded) && coded.err == nil {
		return coded.code
	}
	fmt.Fprintf(stderr, "mpimport: %s\n", err)
	return exitCode(err)
}

// exitError is an error with an exit code of its own; err may be nil where
// everything has been said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitCode sorts errors: what is not known to be something else was found before
// anything was sent.
func exitCode(err error) int {
	var coded *exitError
	var caught *signalError
	switch {
	case errors.As(err, &caught):
		return exitSignal + int(caught.signal)
	case errors.As(err, &coded):
		return coded.code
	case errors.Is(err, pipeline.ErrCredentials):
		return exitCredentials
	case errors.Is(err, pipeline.ErrStopped), errors.Is(err, pipeline.ErrLocked):
		return exitStopped
	}
	return exitUsage
}

// signalError is the cause of a context that a signal ended.
type signalError struct{ signal syscall.Signal }

func (e *signalError) Error() string {
	if e.signal == syscall.SIGTERM {
		return "terminated"
	}
	return "interrupted"
}

// withSignals ends the context at the first SIGINT or SIGTERM, and the process
// at the second.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for received := 0; ; received++ {
			select {
			case s := <-signals:
				number := s.(syscall.Signal) // the only kind asked for
				if received > 0 {
					os.Exit(exitSignal + int(number))
				}
				cancel(&signalError{number})
			case <-done:
				return
			}
		}
	}()
	return ctx, func() { signal.Stop(signals); close(done); cancel(nil) }
}
