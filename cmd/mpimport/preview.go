package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func previewCommand(s streams) *cobra.Command {
	var f inputFlags
	var n int
	var rows int64
	cmd := &cobra.Command{
		Use:   "preview -m MAPPING FILE…",
		Short: "Show the first batches as JSON, each with the rows it came from",
		Long: `Show the first batches exactly as run would send them, each with the rows that
it came from. Ids are those that run gives, but for batches without events: when
the import begins is in theirs. The first 100,000 rows are read; --rows 0 reads all,
so that a user's rows are together however far apart they stand.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := f.load(cmd.Context(), s, args)
			if err != nil {
				return err
			}
			in.job.MaxRows = rows
			plan, err := scanShown(cmd.Context(), s, in.job, "none", "")
			if err != nil {
				return err
			}
			defer plan.Close()
			if rows > 0 && plan.Rows >= rows {
				fmt.Fprintf(s.err, "preview of the first %s; --rows 0 reads all\n", plural(plan.Rows, "row"))
			}
			if plan.Rejected > 0 {
				fmt.Fprintf(s.err, "%s rejected:\n", plural(plan.Rejected, "row"))
				printReasons(s.err, plan.Reasons)
			}
			batches, err := plan.Preview(cmd.Context(), n)
			if err != nil {
				return err
			}
			return printJSON(s.out, batches)
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().IntVarP(&n, "number", "n", 3, "how many batches")
	cmd.Flags().Int64Var(&rows, "rows", 100_000, "how many rows to read; 0: all")
	return cmd
}
