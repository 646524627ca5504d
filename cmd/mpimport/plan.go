package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mpimport/mparticle"
	"mpimport/pipeline"
)

func planCommand(s streams) *cobra.Command {
	var f inputFlags
	var rate float64
	var asJSON bool
	var progress, rejects string
	cmd := &cobra.Command{
		Use:   "plan -m MAPPING FILE…",
		Short: "Scan only: what run would send, and how long it would take",
		Long: `Scan all input and show what run would send: users, batches, requests, the time
at a rate, and every kind of rejected row. Nothing is sent, no credentials are
needed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := f.load(cmd.Context(), s, args)
			if err != nil {
				return err
			}
			in.job.Rate = rate
			plan, err := scanShown(cmd.Context(), s, in.job, progress, rejects)
			if err != nil {
				return err
			}
			defer plan.Close()
			if asJSON {
				return printPlan(s.out, plan, rate)
			}
			fmt.Fprintln(s.out, planLine(plan, rate))
			printReasons(s.out, plan.Reasons)
			printWarnings(s.out, plan, rate)
			return nil
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().Float64Var(&rate, "rate", mparticle.MaxBatchesPerSecond, "batches per `second`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the plan as JSON")
	cmd.Flags().StringVar(&rejects, "rejects", "", "`FILE` for the rejected rows (default: none)")
	cmd.Flags().StringVar(&progress, "progress", "auto", "auto, bar, plain or none")
	return cmd
}

// printPlan writes a plan for programs.
func printPlan(w io.Writer, plan *pipeline.Plan, rate float64) error {
	return printJSON(w, struct {
		*pipeline.Plan
		Rate    float64 `json:"rate"`    // batches a second
		Seconds float64 `json:"seconds"` // that the batches take at the rate
	}{plan, rate, plan.Duration(rate).Seconds()})
}

// scanShown scans with a progress meter, and writes the rejects to a file unless
// its name is empty.
func scanShown(ctx context.Context, s streams, job pipeline.Job, progress, rejects string) (*pipeline.Plan, error) {
	m := newMeter(s.err, progress, "scan")
	job.Progress = func(rows, rejected, read, total int64) {
		m.set(read, total, fmt.Sprintf("%s  %s", plural(rows, "row"), plural(rejected, "reject")))
	}
	var file *pipeline.RejectsFile
	if rejects != "" {
		var err error
		if file, err = pipeline.CreateRejects(rejects); err != nil {
			return nil, err
		}
		job.Rejected = file.Write
	}
	plan, err := pipeline.Scan(ctx, job)
	if err != nil {
		if file != nil {
			file.Abandon()
		}
		if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
			return nil, fmt.Errorf("stopped while scanning, nothing was sent: %w", cause)
		}
		return nil, err
	}
	if file != nil {
		if err := file.Commit(); err != nil {
			return nil, err
		}
	}
	m.finish(fmt.Sprintf("%s  %s", plural(plan.Rows, "row"), plural(plan.Rejected, "reject")))
	return plan, nil
}
