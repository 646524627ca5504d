package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mpimport/pipeline"
)

func statusCommand(s streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status RESUME-FILE",
		Short: "Show how far an import is",
		Long:  `Show how far an import is, from its resume file; also while it is running.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("status takes one resume file; run names it when it stops")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			state, err := pipeline.ReadState(args[0])
			if err != nil {
				return fmt.Errorf("resume file %s: %w", args[0], plainCause(err))
			}
			if asJSON {
				return printJSON(s.out, statusOf(state))
			}
			if state == nil {
				fmt.Fprintln(s.out, "the import has not begun")
				return nil
			}
			h := state.Header
			fmt.Fprintf(s.out, "import  %s (%s), begun %s\n", h.Import, h.Environment, h.Start.Format("2006-01-02 15:04:05 MST"))
			switch {
			case state.Report != nil:
				r := state.Report
				fmt.Fprintf(s.out, "done    %s read: %s delivered, %s skipped, %s rejected\n", plural(r.Rows, "row"), count(r.Delivered), count(r.Skipped), count(r.Rejected))
			case state.Plan != nil:
				fmt.Fprintf(s.out, "upload  %s of %s settled; run the same command again if it has stopped\n", count(state.Settled()), plural(state.Plan.Batches, "batch"))
			default:
				fmt.Fprintln(s.out, "scan    not complete; nothing was sent")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

// status is how far an import is, for programs.
type status struct {
	Stage   string           `json:"stage"` // none, scan, upload or done
	Import  *pipeline.Header `json:"import,omitempty"`
	Plan    *pipeline.Plan   `json:"plan,omitempty"`
	Settled int64            `json:"settled_batches"`
	Report  *pipeline.Report `json:"report,omitempty"`
}

func statusOf(state *pipeline.State) status {
	if state == nil {
		return status{Stage: "none"}
	}
	s := status{Stage: "scan", Import: &state.Header, Plan: state.Plan, Settled: state.Settled(), Report: state.Report}
	switch {
	case state.Report != nil:
		s.Stage = "done"
	case state.Plan != nil:
		s.Stage = "upload"
	}
	return s
}
