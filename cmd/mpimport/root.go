package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// streams are where a command reads and writes: results on out, all else on err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

func newRoot(stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	s := streams{in: stdin, out: stdout, err: stderr}
	root := &cobra.Command{
		Use:   "mpimport",
		Short: "Bring CSV, NDJSON and Parquet files into mParticle",
		Long: `mpimport brings files into mParticle: it reads CSV, NDJSON and Parquet, maps
columns to fields by a mapping file, groups the rows by user, and uploads every
user's batches once, in order, under the account's limit.

Everything is known before anything is sent, and a run may be killed and started
again at any time: nothing is lost, nothing is doubled.

Try it on this machine, without credentials:

  mpimport check   -m mappings/shop-events.yaml testdata/events.csv
  mpimport preview -m mappings/shop-events.yaml testdata/events.csv
  mpimport run     -m mappings/shop-events.yaml --url sandbox testdata/events.csv`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return fromEnvironment(cmd.Flags())
		},
	}
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\n  hint: %s --help lists the flags", err, cmd.CommandPath())
	})
	root.AddCommand(runCommand(s), planCommand(s), previewCommand(s), checkCommand(s), initCommand(s), statusCommand(s), fieldsCommand(s), sandboxCommand(s), schemaCommand(s), versionCommand(s))
	return root
}

// fromEnvironment gives flags that are not on the command line the value of
// MPIMPORT_NAME.
func fromEnvironment(flags *pflag.FlagSet) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "MPIMPORT_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed || failed != nil || f.Name == "help" {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = fmt.Errorf("environment variable %s: %w", name, err)
		}
	})
	return failed
}
