package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func checkCommand(s streams) *cobra.Command {
	var f inputFlags
	cmd := &cobra.Command{
		Use:   "check -m MAPPING [FILE…]",
		Short: "Is the mapping right, by itself and for the files",
		Long: `Check a mapping file: everything that is wrong with it is shown at once, with
file, line and a way out. With files, they are read through the mapping too, and
every kind of rejected row is shown. Nothing is sent.

Exit codes: 0 the mapping is right and every row can be mapped; 2 it is not; 3
some rows cannot be mapped.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				m, _, err := f.loadMapping()
				if err != nil {
					return err
				}
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
			if plan.Rejected > 0 {
				return &exitError{code: exitRejects}
			}
			return nil
		},
	}
	f.register(cmd.Flags())
	return cmd
}
