package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mpimport/mparticle"
	"mpimport/pipeline"
)

type runFlags struct {
	inputFlags
	target      targetFlags
	rate        float64
	concurrency int
	resumeFile  string
	restart     bool
	rejects     string
	maxRejects  string
	dryRun      bool
	report      string
	retryFor    time.Duration
	grace       time.Duration
	empty       string
	minRows     int64
	progress    string
	quiet       bool
}

func runCommand(s streams) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run -m MAPPING FILE…",
		Short: "Import files",
		Long: `Import files: scan everything, show the plan, upload.

Nothing is sent before all input has been read: bad rows, users, batches and the
time needed are known first, and with more bad rows than --max-rejects allows
nothing is sent at all. Progress is kept in a resume file: run the same command
again after an interruption, and it goes on where it was; run it again after the
end, and it sends nothing.

FILE is a path, a pattern such as 'exports/*.csv', a folder, or - for standard
input. Credentials come from MPARTICLE_API_KEY and MPARTICLE_API_SECRET, or from
--credentials FILE. --url sandbox sends to a sandbox inside the process instead.

Exit codes: 0 done; 1 stopped, run again to go on; 2 usage, mapping or input, and
nothing was sent; 3 too many rejects; 4 credentials refused; 99 nothing to import
with --empty skip; 130, 143 interrupted, run again to go on.`,
		Example: `  mpimport run -m mappings/shop-orders.yaml --url sandbox testdata/orders.ndjson
  mpimport run -m mappings/shop-events.yaml --environment production --pod eu1 'exports/*.csv'`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), s, args) },
	}
	flags := cmd.Flags()
	f.inputFlags.register(flags)
	f.target.register(flags)
	flags.Float64Var(&f.rate, "rate", mparticle.MaxBatchesPerSecond, "batches per `second`; the default is an account's default limit")
	flags.IntVar(&f.concurrency, "concurrency", 8, "requests in flight")
	flags.StringVar(&f.resumeFile, "resume-file", "", "`FILE` that keeps the progress (default: NAME-DIGEST.resume.jsonl in the work dir)")
	flags.BoolVar(&f.restart, "restart", false, "ignore an existing resume file")
	flags.StringVar(&f.rejects, "rejects", "", "`FILE` for what could not be delivered (default: NAME.rejects.ndjson)")
	flags.StringVar(&f.maxRejects, "max-rejects", "0", "`N` or N%: with more rejected rows nothing is sent")
	flags.BoolVar(&f.dryRun, "dry-run", false, "everything but sending")
	flags.StringVar(&f.report, "report", "", "`FILE` for the report as JSON; - prints it as the last line")
	flags.DurationVar(&f.retryFor, "retry-for", time.Hour, "how long one request may keep failing before the run stops, resumable")
	flags.DurationVar(&f.grace, "grace", 30*time.Second, "how long requests in flight may take after an interruption")
	flags.StringVar(&f.empty, "empty", "fail", "no rows at all: fail, skip (exit 99) or ok")
	flags.Int64Var(&f.minRows, "min-rows", 0, "fail with fewer rows than this")
	flags.StringVar(&f.progress, "progress", "auto", "auto, bar, plain or none")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "only errors")
	flags.BoolVarP(&f.target.verbose, "verbose", "v", false, "log each request, without credentials and bodies")
	flags.StringVar(&f.target.logFormat, "log-format", "text", "of the log on stderr: text or json")
	return cmd
}

// validate checks what the flag library cannot.
func (f *runFlags) validate() error {
	switch {
	case f.rate <= 0:
		return errors.New("--rate must be more than 0")
	case f.concurrency <= 0:
		return errors.New("--concurrency must be more than 0")
	case f.empty != "fail" && f.empty != "skip" && f.empty != "ok":
		return fmt.Errorf("--empty %s: it is fail, skip or ok", f.empty)
	}
	switch f.progress {
	case "auto", "bar", "plain", "none":
	default:
		return fmt.Errorf("--progress %s: it is auto, bar, plain or none", f.progress)
	}
	if f.quiet {
		f.progress = "none"
	}
	_, err := f.allowed(0)
	return err
}

// allowed is how many of so many rows may be rejected.
func (f *runFlags) allowed(rows int64) (int64, error) {
	text, percent := strings.CutSuffix(f.maxRejects, "%")
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || !percent && n != float64(int64(n)) {
		return 0, fmt.Errorf("--max-rejects %s: write a number such as 10, or a share such as 1%%", f.maxRejects)
	}
	if percent {
		n = n / 100 * float64(rows)
	}
	return int64(n), nil
}

func (f *runFlags) run(ctx context.Context, s streams, args []string) error {
	if err := f.validate(); err != nil {
		return err
	}
	in, err := f.load(ctx, s, args)
	if err != nil {
		if os.IsNotExist(errors.Unwrap(err)) || isNoSource(err) {
			return f.nothing(s, err)
		}
		return err
	}
	if f.rejects == "" {
		f.rejects = in.job.Mapping.Name + ".rejects.ndjson"
	}
	target, err := f.target.open(s, f.dryRun)
	if err != nil {
		return err
	}
	defer target.close()
	r := &importRun{runFlags: f, streams: s, in: in, target: target}
	if !f.dryRun {
		if r.journal, err = f.openJournal(in, target); err != nil {
			return err
		}
		defer r.journal.Close()
	}
	return r.run(ctx)
}

func (f *runFlags) openJournal(in *input, target *target) (*pipeline.Journal, error) {
	path := f.resumeFile
	if path == "" {
		dir, err := f.makeWorkDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(dir, in.job.Mapping.Name+"-"+in.digest(target.name)+".resume.jsonl")
	}
	f.resumeFile = path
	return pipeline.OpenJournal(path, pipeline.Header{
		Import: in.job.ImportName, Environment: in.job.Environment, Target: target.name, Mapping: in.mappingDigest,
		Settings: map[string]string{"endpoint": f.endpoint, "historical-after": f.historicalAfter},
		Sources:  in.infos, Partitions: in.job.Partitions, Start: in.job.Start,
	}, f.restart)
}

// nothing ends a run that has nothing to import, as --empty says.
func (f *runFlags) nothing(s streams, why error) error {
	switch f.empty {
	case "ok":
		fmt.Fprintf(s.err, "mpimport: nothing to import: %s\n", why)
		return nil
	case "skip":
		fmt.Fprintf(s.err, "mpimport: nothing to import: %s\n", why)
		return &exitError{code: exitEmpty}
	}
	return why
}

// importRun is one run of an import, stage by stage.
type importRun struct {
	*runFlags
	streams
	in      *input
	target  *target
	journal *pipeline.Journal // nil in a dry run
	report  *pipeline.Report
}

func (r *importRun) say(format string, args ...any) {
	if !r.quiet {
		fmt.Fprintf(r.err, format+"\n", args...)
	}
}

func (r *importRun) run(ctx context.Context) error {
	if r.journal != nil {
		state := r.journal.State()
		if state.Report != nil && state.SameSources(r.in.infos) {
			return r.finished(state.Report)
		}
		r.in.job.Start, r.in.job.Partitions = state.Header.Start, state.Header.Partitions
		if n := state.Settled(); n > 0 && state.Report == nil {
			r.say("resume  %s settled by an earlier run (%s)", plural(n, "batch"), r.resumeFile)
		}
	}
	r.in.job.Rate = r.rate
	plan, err := scanShown(ctx, r.streams, r.in.job, r.progress, r.rejects)
	if err == nil {
		defer plan.Close()
	}
	if err == nil && plan.Rows == 0 {
		r.forget()
		return r.nothing(r.streams, errors.New("the input has no rows"))
	}
	if err == nil {
		err = r.acceptable(plan)
	}
	if err != nil {
		r.forget()
		return err
	}
	if r.journal != nil {
		if err := r.journal.Scanned(plan); err != nil {
			return err
		}
		if state := r.journal.State(); state.Report != nil {
			return r.finished(state.Report)
		}
	}
	return r.upload(ctx, plan)
}

func (r *importRun) finished(report *pipeline.Report) error {
	r.report = report
	r.say("done    this import was finished before: %s in %s delivered; nothing to send (%s; --restart begins it anew)",
		plural(report.Delivered, "row"), plural(report.Settled, "batch"), r.resumeFile)
	return r.writeReport()
}

// acceptable decides, before anything is sent, whether the input is good enough.
func (r *importRun) acceptable(plan *pipeline.Plan) error {
	if plan.Rows < r.minRows {
		return fmt.Errorf("the input has %s, --min-rows asks for %d; nothing was sent", plural(plan.Rows, "row"), r.minRows)
	}
	allowed, err := r.allowed(plan.Rows)
	if err != nil || plan.Rejected <= allowed {
		return err
	}
	printReasons(r.err, plan.Reasons)
	return &exitError{code: exitRejects, err: fmt.Errorf("%s rejected, --max-rejects allows %d: nothing was sent\n  hint: %s has the rows and reasons; mend them or the mapping, or allow more",
		plural(plan.Rejected, "row"), allowed, r.rejects)}
}

// forget removes the resume file of an import of which nothing was ever sent.
func (r *importRun) forget() {
	if r.journal != nil && r.journal.State().Plan == nil {
		r.journal.Remove() // if it stays, the next run begins anew all the same
	}
}

func (r *importRun) upload(ctx context.Context, plan *pipeline.Plan) error {
	r.say("%s", planLine(plan, r.rate))
	if !r.quiet {
		printWarnings(r.err, plan, r.rate)
	}
	rate := r.rate
	if r.dryRun {
		rate = 1e6
	}
	start := time.Now()
	m := newMeter(r.err, r.progress, "upload")
	report, err := plan.Deliver(ctx, pipeline.Delivery{
		Uploader: r.target.uploader, Journal: r.journal, Rate: rate, Concurrency: r.concurrency, RetryFor: r.retryFor, Grace: r.grace,
		Progress: func(p pipeline.Progress) {
			m.set(p.Batches, plan.Batches, fmt.Sprintf("%s/%s batches", count(p.Batches), count(plan.Batches)))
		},
	})
	r.report = report
	m.finish(fmt.Sprintf("%s of %s settled, %s, %s", count(report.Settled), plural(plan.Batches, "batch"),
		plural(report.Requests, "request"), plural(report.Retries, "retry")))
	if appendErr := plan.AppendRefusals(context.WithoutCancel(ctx), report, r.rejects); err == nil {
		err = appendErr
	}
	if err == nil {
		err = report.Check()
	}
	if err != nil {
		return r.stopped(err)
	}
	return r.done(plan, time.Since(start))
}

// stopped ends a run that did not come to its end.
func (r *importRun) stopped(err error) error {
	if !r.dryRun {
		r.say("stopped %s of %s delivered, %s pending; run the same command again to go on",
			count(r.report.Delivered), plural(r.report.Rows, "row"), count(r.report.Pending))
	}
	if writeErr := r.writeReport(); writeErr != nil {
		return errors.Join(err, writeErr)
	}
	return err
}

func (r *importRun) done(plan *pipeline.Plan, took time.Duration) error {
	if r.journal != nil {
		if err := r.journal.Done(r.report); err != nil {
			return err
		}
	}
	what := "delivered"
	if r.dryRun {
		what = "would be delivered (dry run, nothing was sent)"
	}
	line := fmt.Sprintf("done    %s in %s %s in %s", plural(r.report.Delivered, "row"), plural(r.report.Settled, "batch"), what, span(took))
	if r.report.Rejected > 0 {
		line += fmt.Sprintf("; %s rejected → %s", plural(r.report.Rejected, "row"), r.rejects)
	}
	r.say("%s", line)
	if !r.quiet {
		printReasons(r.err, r.report.Reasons)
	}
	if err := r.writeReport(); err != nil {
		return err
	}
	if allowed, _ := r.allowed(plan.Rows); r.report.Rejected > allowed {
		return &exitError{code: exitRejects, err: fmt.Errorf("the API refused rows: %s rejected, --max-rejects allows %d; the others were delivered", plural(r.report.Rejected, "row"), allowed)}
	}
	return nil
}

// writeReport writes the report where --report says.
func (r *importRun) writeReport() error {
	if r.runFlags.report == "" || r.report == nil {
		return nil
	}
	text, err := json.Marshal(r.report)
	if err != nil {
		return fmt.Errorf("encoding the report: %w", err)
	}
	text = append(text, '\n')
	if r.runFlags.report == "-" {
		_, err = r.out.Write(text)
		return err
	}
	if err := os.WriteFile(r.runFlags.report, text, 0o600); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
