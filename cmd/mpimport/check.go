package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"mpimport/mapping"
	"mpimport/mparticle"
	"mpimport/pipeline"
)

func checkCommand(s streams) *cobra.Command {
	var f inputFlags
	cmd := &cobra.Command{
		Use:   "check -m MAPPING [FILE…]",
		Short: "Is the mapping right, by itself and for the files",
		Long: `Check a mapping file: everything that is wrong with it is shown at once, with
file, line and a way out, and its own tests are run. With files, they are read
through the mapping too, and every kind of rejected row is shown. Nothing is
sent.

Exit codes: 0 the mapping is right and every row can be mapped; 2 it is not; 3
some rows cannot be mapped.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			m, _, err := f.loadMapping(cmd.Context(), args)
			if err != nil {
				return err
			}
			if err := runTests(cmd.Context(), s, f.mapping, m); err != nil {
				return err
			}
			if len(args) == 0 {
				fmt.Fprintf(s.out, "%s: the mapping %s is right\n", f.mapping, m.Name)
				return nil
			}
			in, err := f.load(cmd.Context(), s, args)
			if err != nil {
				return err
			}
			plan, err := scanShown(cmd.Context(), s, in.job, "none", "")
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s: the mapping %s is right and fits the files\n", f.mapping, in.job.Mapping.Name)
			fmt.Fprintf(s.out, "%s: %s mapped, %s skipped, %s rejected\n", plural(plan.Rows, "row"), count(plan.Mapped()), count(plan.Skipped), count(plan.Rejected))
			printReasons(s.out, plan.Reasons)
			printWarnings(s.out, plan, mparticle.MaxBatchesPerSecond)
			if plan.Rejected > 0 {
				return &exitError{code: exitRejects}
			}
			return nil
		},
	}
	f.register(cmd.Flags())
	return cmd
}

// runTests runs the mapping's own tests and shows what differs.
func runTests(ctx context.Context, s streams, file string, m *mapping.Mapping) error {
	failed := 0
	for i, test := range m.Tests() {
		differences, err := pipeline.RunTest(ctx, m, test)
		if err != nil {
			return fmt.Errorf("%s:%d: test %d: %w", file, test.Line, i+1, err)
		}
		for _, d := range differences {
			fmt.Fprintf(s.err, "%s:%d: test %d: %s\n", file, test.Line, i+1, d)
		}
		if len(differences) > 0 {
			failed++
		}
	}
	switch n := len(m.Tests()); {
	case failed > 0:
		return fmt.Errorf("%d of %s failed", failed, plural(int64(n), "test"))
	case n > 0:
		fmt.Fprintf(s.out, "%s: %s passed\n", file, plural(int64(n), "test"))
	}
	return nil
}
