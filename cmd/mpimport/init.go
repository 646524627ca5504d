package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"mpimport/mapping"
	"mpimport/readers"
)

type initFlags struct {
	output    string
	force     bool
	rows      int64
	dates     string
	user      string
	manifest  string
	eventType string
}

func initCommand(s streams) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init FILE [-o MAPPING]",
		Short: "Write a first mapping from a file's columns and values",
		Long: `Write a first mapping for a file, from the names of its columns and the values of
its first rows. It is valid as it stands, and says where it is a guess: read it,
change it, then check and preview it.

With --manifest, the custom manifest of mParticle's CSV feed is converted instead.`,
		Example: `  mpimport init exports/orders.csv -o orders.yaml
  mpimport init --manifest manifest.json -o feed.yaml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.validate(args); err != nil {
				return err
			}
			sources, err := readers.Expand(args)
			if err != nil {
				return err
			}
			made, err := mapping.Infer(cmd.Context(), sources[0], mapping.InferOptions{
				Rows: f.rows, Dates: f.dates, User: f.user, Read: readers.Options{Stdin: s.in},
			})
			if err != nil {
				return err
			}
			return f.write(s, made)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "`FILE` for the mapping (default: standard output)")
	flags.BoolVar(&f.force, "force", false, "overwrite an existing file")
	flags.Int64Var(&f.rows, "rows", 100_000, "how many rows to look at; 0: all")
	flags.StringVar(&f.dates, "dates", "", "dmy or mdy: how to read dates such as 03/04/2024")
	flags.StringVar(&f.user, "user", "", "`COLUMN` that says who the user is (default: found by its name)")
	return cmd
}

func (f *initFlags) validate(args []string) error {
	switch {
	case len(args) == 0:
		return errors.New("no input: name a file")
	case f.dates != "" && f.dates != "dmy" && f.dates != "mdy":
		return fmt.Errorf("--dates %s: it is dmy or mdy", f.dates)
	}
	return nil
}

func (f *initFlags) write(s streams, made *mapping.Inferred) error {
	for _, n := range made.Notes {
		fmt.Fprintln(s.err, "NOTE", n)
	}
	if f.output == "" {
		_, err := s.out.Write(made.Text)
		return err
	}
	return os.WriteFile(f.output, made.Text, 0o644)
}
