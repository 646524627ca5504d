package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mpimport/mapping"
	"mpimport/mparticle"
	"mpimport/pipeline"
)

func checkCommand(s streams) *cobra.Command {
	var f inputFlags
	var rows int64
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   "check -m MAPPING [FILE…]",
		Short: "Is the mapping right, by itself and for the files",
		Long: `Check a mapping file: everything that is wrong with it is shown at once, with
file, line and a way out, and its own tests are run. With files, their first
100,000 rows (--all: all) are read through the mapping too: what each column
holds, whether the mapping reads it, and every kind of rejected row are shown.
Nothing is sent.

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
			if !all {
				in.job.MaxRows = rows
			}
			return checkFiles(cmd.Context(), s, f.mapping, in, asJSON)
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().Int64Var(&rows, "rows", 100_000, "how many rows to look at")
	cmd.Flags().BoolVar(&all, "all", false, "look at all rows")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what the files show as JSON")
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

// checked is what check finds in files.
type checked struct {
	Rows     int64                  `json:"rows"`
	Mapped   int64                  `json:"mapped"`
	Skipped  int64                  `json:"skipped"`
	Rejected int64                  `json:"rejected"`
	Reasons  pipeline.Reasons       `json:"reasons"`
	Warnings []string               `json:"warnings"`
	Columns  []mapping.ColumnSurvey `json:"columns"`
}

// checkFiles reads files through the mapping and shows what they are like.
func checkFiles(ctx context.Context, s streams, file string, in *input, asJSON bool) error {
	plan, err := scanShown(ctx, s, in.job, "none", "")
	if err != nil {
		return err
	}
	defer plan.Close()
	columns, err := in.job.Mapping.Survey(ctx, in.job.Sources, in.job.Read, in.job.MaxRows)
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(s.out, checked{Rows: plan.Rows, Mapped: plan.Mapped(), Skipped: plan.Skipped, Rejected: plan.Rejected,
			Reasons: plan.Reasons, Warnings: plan.Warnings, Columns: columns})
	} else {
		what := plural(plan.Rows, "row")
		if in.job.MaxRows > 0 && plan.Rows >= in.job.MaxRows {
			what = "the first " + what
		}
		verdict := "and fits the files"
		if plan.Rejected > 0 {
			verdict = "but does not fit all rows"
		}
		fmt.Fprintf(s.out, "%s: the mapping %s is right %s\n", file, in.job.Mapping.Name, verdict)
		fmt.Fprintf(s.out, "%s: %s mapped, %s skipped, %s rejected\n", what, count(plan.Mapped()), count(plan.Skipped), count(plan.Rejected))
		printReasons(s.out, plan.Reasons)
		printWarnings(s.out, plan, mparticle.MaxBatchesPerSecond)
		printColumns(s.out, columns)
	}
	if err == nil && plan.Rejected > 0 {
		return &exitError{code: exitRejects}
	}
	return err
}

// printJSON writes a value for programs.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printColumns writes what columns hold, as a table.
func printColumns(w io.Writer, columns []mapping.ColumnSurvey) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "column\tmapped\tempty\tdistinct\tholds\n")
	for _, c := range columns {
		mapped, distinct := "no", count(int64(c.Distinct))
		if c.Used {
			mapped = "yes"
		}
		if c.Estimate {
			distinct = "about " + distinct
		}
		fmt.Fprintf(table, "%s\t%s\t%.4g%%\t%s\t%s\n", c.Name, mapped, 100*c.Empty, distinct, c.Holds)
	}
	table.Flush() // to a writer that keeps its own errors
}
