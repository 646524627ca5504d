package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mpimport/mapping"
	"mpimport/readers"
	"mpimport/readers/objectstore"
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
its first rows. It is valid as it stands, it maps the rows that were looked at,
and it says where it is a guess: read it, change it, then check and preview it.
Columns that cannot be mapped are comments in it; nothing is left out silently.

With --manifest, the custom manifest of mParticle's CSV feed is converted instead;
the name of FILE, if given, says what its events are (orders-commerce_event.csv).

Exit codes: 0 the mapping is written; 2 it is not, and the message says why.`,
		Example: `  mpimport init exports/orders.csv -o orders.yaml
  mpimport init --manifest manifest.json -o crm.yaml crm-eventless.csv`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), s, args) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "`FILE` for the mapping (default: standard output)")
	flags.BoolVar(&f.force, "force", false, "overwrite an existing file")
	flags.Int64Var(&f.rows, "rows", 100_000, "how many rows to look at; 0: all")
	flags.StringVar(&f.dates, "dates", "", "dmy or mdy: how to read dates such as 03/04/2024 (default: what the file shows)")
	flags.StringVar(&f.user, "user", "", "`COLUMN` that says who the user is (default: by names and values)")
	flags.StringVar(&f.manifest, "manifest", "", "convert this custom manifest (`FILE`, JSON) of mParticle's CSV feed")
	flags.StringVar(&f.eventType, "event-type", "", "with --manifest: `TYPE` of the events, or eventless (default: by FILE's name, then the fields)")
	return cmd
}

func (f *initFlags) run(ctx context.Context, s streams, args []string) error {
	if err := f.validate(args); err != nil {
		return err
	}
	if err := f.mayWrite(); err != nil {
		return err
	}
	var made *mapping.Inferred
	var err error
	if f.manifest != "" {
		made, err = f.convert(args)
	} else {
		made, err = f.infer(ctx, s, args)
	}
	if err != nil {
		return err
	}
	for _, note := range made.Notes {
		fmt.Fprintf(s.err, "look at: %s\n", note)
	}
	return f.write(s, made, args)
}

func (f *initFlags) validate(args []string) error {
	kinds := mapping.FeedKinds()
	switch {
	case len(args) == 0 && f.manifest == "":
		return errors.New("no input: name a file")
	case len(args) > 1:
		return errors.New("too many files: a mapping is made from one of them, and serves all that are like it")
	case f.dates != "" && f.dates != "dmy" && f.dates != "mdy":
		return fmt.Errorf("--dates %s: it is dmy or mdy", f.dates)
	case f.rows < 0:
		return errors.New("--rows must not be less than 0")
	case f.eventType != "" && f.manifest == "":
		return errors.New("--event-type goes with --manifest")
	case f.eventType != "" && !slices.Contains(kinds, f.eventType):
		return fmt.Errorf("--event-type %s: it is one of %s", f.eventType, strings.Join(kinds, ", "))
	}
	return nil
}

// mayWrite refuses to overwrite a file, before any work is done.
func (f *initFlags) mayWrite() error {
	if f.output == "" || f.force {
		return nil
	}
	if _, err := os.Lstat(f.output); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already\n  hint: give another name, or --force to overwrite it", f.output)
	}
	return nil
}

func (f *initFlags) infer(ctx context.Context, s streams, args []string) (*mapping.Inferred, error) {
	store := &objectstore.Store{}
	sources, err := readers.Expand(ctx, args, store)
	if err != nil {
		return nil, err
	}
	if sources[0].Name == "-" {
		return nil, errors.New("init reads its input more than once, which standard input cannot: name a file")
	}
	made, err := mapping.Infer(ctx, sources[0].Name, mapping.InferOptions{Read: readers.Options{Store: store}, Rows: f.rows, Dates: f.dates, User: f.user})
	var nobody *mapping.NoIdentityError
	if errors.As(err, &nobody) {
		return nil, fmt.Errorf("%w\n  hint: name the column that says who the user is with --user COLUMN", err)
	}
	return made, err
}

func (f *initFlags) convert(args []string) (*mapping.Inferred, error) {
	src, err := os.ReadFile(f.manifest)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", f.manifest, plainCause(err))
	}
	kind := f.eventType
	if kind == "" && len(args) > 0 {
		kind = mapping.FeedKind(args[0])
	}
	text, err := mapping.Manifest(f.manifest, src, kind)
	if err != nil {
		return nil, err
	}
	return &mapping.Inferred{Text: text}, nil
}

func (f *initFlags) write(s streams, made *mapping.Inferred, args []string) error {
	if f.output == "" {
		_, err := s.out.Write(made.Text)
		return err
	}
	if err := os.WriteFile(f.output, made.Text, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", f.output, plainCause(err))
	}
	file := "FILE"
	if len(args) > 0 {
		file = shellQuote(args[0])
	}
	if made.Rows > 0 {
		fmt.Fprintf(s.err, "%s looked at, %s mapped, %s left out\n", plural(made.Rows, "row"), plural(int64(made.Mapped), "column"), count(int64(made.LeftOut)))
	}
	fmt.Fprintf(s.err, "%s is written; next:\n  mpimport check   -m %s %s\n  mpimport preview -m %[2]s %[3]s\n", f.output, shellQuote(f.output), file)
	return nil
}

// shellQuote writes an argument so that it can be copied into a shell.
func shellQuote(arg string) string {
	if arg != "" && !strings.ContainsFunc(arg, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./+:,@%", r))
	}) {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
