package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mpimport/mapping"
	"mpimport/pipeline"
	"mpimport/readers"
	"mpimport/readers/objectstore"
)

// inputFlags say what is read and how it is mapped; run, plan, preview and check
// share them.
type inputFlags struct {
	mapping         string
	environment     string
	importName      string
	endpoint        string
	historicalAfter string
	set             []string
	memory          string
	workDir         string
}

func (f *inputFlags) register(flags *pflag.FlagSet) {
	flags.StringVarP(&f.mapping, "mapping", "m", "", "mapping `FILE`, or feed for files whose columns are named as in mParticle's CSV feed")
	flags.StringVar(&f.environment, "environment", "", "development or production (default: the mapping's)")
	flags.StringVar(&f.importName, "import-name", "", "scope of the batch ids (default: the mapping's name)")
	flags.StringVar(&f.endpoint, "endpoint", "auto", "auto, events or historical; auto goes by the age of each event")
	flags.StringVar(&f.historicalAfter, "historical-after", "30d", "`AGE` from which auto takes the historical endpoint, at least 72h")
	flags.StringVar(&f.memory, "memory", "256MiB", "`SIZE` of the records held in memory; more are spilled to the work dir")
	flags.StringVar(&f.workDir, "work-dir", "", "`FOLDER` for resume files and what does not fit in memory (default: mpimport in the user's cache folder)")
	flags.StringArrayVar(&f.set, "set", nil, "`NAME=VALUE` for ${NAME} in the mapping; may be repeated")
}

// input is what the flags and arguments lead to.
type input struct {
	job           pipeline.Job
	mappingDigest string
	args          []string
	infos         []pipeline.SourceInfo
}

// load reads the mapping and finds the sources.
func (f *inputFlags) load(ctx context.Context, s streams, args []string) (*input, error) {
	m, digest, err := f.loadMapping(ctx, args)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return nil, errors.New("no input: name files, folders, patterns, or - for standard input")
	}
	store := &objectstore.Store{} // connects to nothing before a URL is named
	found, err := readers.Expand(ctx, args, store)
	if err != nil {
		return nil, err
	}
	in := &input{mappingDigest: digest, args: args}
	var sources []string
	var total int64
	for _, source := range found {
		total += source.Size
		sources = append(sources, source.Name)
		in.infos = append(in.infos, pipeline.SourceInfo(source))
	}
	in.job = pipeline.Job{
		Mapping: m, Sources: sources, ImportName: f.importName, Environment: f.environment,
		Start: time.Now().UTC().Truncate(time.Millisecond), Endpoint: pipeline.Endpoint(f.endpoint), Partitions: pipeline.PartitionsFor(total),
		Read: m.Source.Options(),
	}
	in.job.Read.Stdin, in.job.Read.Store = s.in, store
	in.job.Opened = sayDelimiters(s.err)
	if in.job.WorkDir, err = f.makeWorkDir(); err != nil {
		return nil, err
	}
	return in, f.complete(&in.job)
}

// sayDelimiters returns what tells, once for each, which delimiters were guessed.
func sayDelimiters(w io.Writer) func(string, readers.Reader) {
	said := map[string]bool{",": true} // nobody wonders about a comma
	return func(source string, r readers.Reader) {
		if d := readers.GuessedDelimiter(r); d != "" && !said[d] {
			said[d] = true
			fmt.Fprintf(w, "input   %s: its fields are divided by %s; source.delimiter would say so\n", source, strconv.Quote(d))
		}
	}
}

func (f *inputFlags) loadMapping(ctx context.Context, args []string) (*mapping.Mapping, string, error) {
	if f.mapping == "" {
		return nil, "", errors.New("no mapping file\n  hint: give one with -m; mappings/ has examples")
	}
	src, err := f.mappingText(ctx, args)
	if err != nil {
		return nil, "", err
	}
	variables := map[string]string{}
	for _, pair := range f.set {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, "", fmt.Errorf("--set %s: write NAME=VALUE", pair)
		}
		variables[name] = value
	}
	digest := sha256.New()
	digest.Write(src)
	m, err := mapping.Load(f.mapping, src, func(name string) (string, bool) {
		value, ok := variables[name]
		if !ok {
			value, ok = os.LookupEnv(name)
		}
		fmt.Fprintf(digest, "\x00%s=%s", name, value)
		return value, ok
	})
	if err != nil {
		return nil, "", &exitError{code: exitUsage, err: fmt.Errorf("the mapping needs mending\n%w", err)}
	}
	return m, hex.EncodeToString(digest.Sum(nil)[:16]), nil
}

// complete fills in what the mapping decides where no flag does, and checks it.
func (f *inputFlags) complete(job *pipeline.Job) error {
	if job.ImportName == "" {
		job.ImportName = job.Mapping.Name
	}
	if job.Environment == "" {
		job.Environment = job.Mapping.Environment
	}
	switch job.Environment {
	case "development", "production":
	case "":
		return errors.New("the environment is not said\n  hint: write environment: development (or production) in the mapping, or give --environment")
	default:
		return fmt.Errorf("--environment %s: it is development or production", job.Environment)
	}
	switch job.Endpoint {
	case pipeline.EndpointAuto, pipeline.EndpointEvents, pipeline.EndpointHistorical:
	default:
		return fmt.Errorf("--endpoint %s: it is auto, events or historical", job.Endpoint)
	}
	memory, err := parseSize(f.memory)
	if err != nil {
		return fmt.Errorf("--memory: %w", err)
	}
	job.Memory = memory
	debug.SetMemoryLimit(memory + memoryBesides) // so that garbage is not kept for long when memory is short
	age, err := parseAge(f.historicalAfter)
	if err != nil {
		return fmt.Errorf("--historical-after: %w", err)
	}
	if age < 72*time.Hour {
		return errors.New("--historical-after: the historical endpoint drops events younger than 72h; give 72h or more")
	}
	job.HistoricalAfter = age
	return nil
}

// memoryBesides is what is needed beside the records: chunks, requests, Parquet's
// row groups.
const memoryBesides = 192 << 20

// parseSize reads a number of bytes such as 256MiB.
func parseSize(text string) (int64, error) {
	units := []struct {
		name string
		size int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}}
	digits, size := text, int64(1)
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.name); ok {
			digits, size = number, u.size
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 32)
	if err != nil || n <= 0 || n*size < 1<<20 {
		return 0, fmt.Errorf("%q is not a size such as 256MiB or 2GiB, of 1MiB or more", text)
	}
	return n * size, nil
}

// makeWorkDir returns the folder for what is kept while an import is under way.
func (f *inputFlags) makeWorkDir() (string, error) {
	dir := f.workDir
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("finding a folder to work in: %w\n  hint: give --work-dir", err)
		}
		dir = filepath.Join(cache, "mpimport")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making the work dir: %w", err)
	}
	return dir, nil
}

// parseAge reads a duration that may count days.
func parseAge(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days, "%d", &n); err != nil || fmt.Sprint(n) != days {
			return 0, fmt.Errorf("%q is not an age such as 30d or 72h", text)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not an age such as 30d or 72h", text)
	}
	return d, nil
}

// digest names an import: mapping, arguments and where it goes. Each of these
// has a resume file of its own.
func (in *input) digest(target string) string {
	h := sha256.New()
	for _, part := range append([]string{in.job.Mapping.Name, in.job.ImportName, in.job.Environment, target}, in.args...) {
		if absolute, err := filepath.Abs(part); err == nil && part != "-" && strings.ContainsAny(part, "./") && !strings.Contains(part, "://") {
			part = absolute
		}
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// plainCause drops what a message says already: the operation and the path.
func plainCause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
