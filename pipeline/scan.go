package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/zeebo/xxh3"
	"golang.org/x/sync/errgroup"

	"mpimport/mapping"
	"mpimport/mparticle"
	"mpimport/readers"
)

// Job is one import: what is read, how it is mapped, and the settings on which
// the batches depend.
type Job struct {
	Mapping         *mapping.Mapping
	Sources         []string
	Read            readers.Options // how the sources are read; Scan fills in the columns
	ImportName      string          // scope of the ids
	Environment     string
	Start           time.Time // "now" for everything that depends on it; of a resumed import, that of its first start
	Endpoint        Endpoint
	HistoricalAfter time.Duration // with EndpointAuto: events older than this are historical
	Partitions      int           // see PartitionsFor
	MaxRows         int64         // read no more rows than this; 0: all
	AnyColumns      bool          // mapped columns may be missing
	Rate            float64       // batches a second, for which the plan counts requests; 0: the default limit
	Memory          int64         // bytes of records held in memory before they are spilled to WorkDir; 0: 256 MiB
	WorkDir         string        // "": the system's folder for temporary files

	Opened   func(source string, r readers.Reader)  // called when a source was opened; may be nil
	Rejected func(Rejected) error                   // called for each reject, in the order of the rows
	Progress func(rows, rejects, read, total int64) // called now and then, from one goroutine; may be nil
}

// PartitionsFor returns the number of partitions for an input of so many bytes,
// 0 for an unknown size: enough to keep all workers busy, and so many that one
// fits in memory, but no more, as a request takes batches of one. An import
// keeps its number for good.
func PartitionsFor(bytes int64) int {
	const small, large, busy, most = 256 << 10, 4 << 20, 64, 2048
	if bytes == 0 {
		return busy
	}
	return int(min(max(1, min(bytes/small, busy), bytes/large), most))
}

// Rejected is a row that could not be delivered, with the reason and its place.
type Rejected struct {
	Source string `json:"source"`
	Row    int64  `json:"row"`
	Line   int64  `json:"line,omitempty"`
	Reason string `json:"reason"`
	mapping.Reject
	Record rawJSON `json:"record,omitempty"` // the row's mapped columns
	Raw    string  `json:"raw,omitempty"`    // of a record that could not be read: its text

	source int
}

// Scan reads all sources and returns the plan, which must be closed. Nothing is
// sent.
func Scan(ctx context.Context, job Job) (*Plan, error) {
	s := &scan{job: job, plan: newPlan(job), digest: xxh3.New()}
	done := false
	defer func() {
		if !done {
			s.plan.Close() // the scan's own error says more
		}
	}()
	s.job.Read.Columns = job.Mapping.Columns()
	job.Mapping.Prune(&s.job.Read)
	for i, source := range job.Sources {
		if err := s.source(ctx, i, source); err != nil {
			return nil, err
		}
		if s.full() {
			break
		}
	}
	if err := s.checkLate(); err != nil {
		return nil, err
	}
	s.plan.Digest = fmt.Sprintf("%016x", s.digest.Sum64())
	if s.plan.Mapped() > 0 && !s.full() { // without a mapped row, every column would seem empty
		s.plan.Warnings = append(s.plan.Warnings, job.Mapping.Warnings(&s.notes)...)
	}
	if err := s.plan.count(ctx); err != nil {
		return nil, err
	}
	done = true
	return s.plan, nil
}

// scan is the state of a Scan; only the goroutine that collects touches it.
type scan struct {
	job    Job
	plan   *Plan
	digest *xxh3.Hasher
	late   []readers.Column // columns of sources that know theirs at the end only
	open   bool             // there was such a source
	names  []string
	notes  mapping.Notes
}

func (s *scan) full() bool { return s.job.MaxRows > 0 && s.plan.Rows >= s.job.MaxRows }

// mapped is what a worker makes of a chunk.
type mapped struct {
	rows, skipped int64
	records       []byte // encoded, in the order of the rows
	ends          []int  // where each of them ends
	partitions    []int  // and to which partition it belongs
	rejects       []Rejected
	notes         *mapping.Notes
}

// source scans one source: a goroutine reads blocks, workers parse and map them,
// and the results are collected in the order of the blocks, so that everything
// that follows is the same at any number of workers.
func (s *scan) source(ctx context.Context, index int, name string) error {
	reader, err := readers.Open(ctx, name, s.job.Read)
	if err != nil {
		return err
	}
	defer reader.Close()
	columns, final := reader.Columns()
	if final && len(reader.Names()) > 0 {
		if err := s.job.Mapping.Bind(columns).Check(name, reader.Names()); err != nil {
			return err
		}
		if err := s.unmapped(name, reader.Names()); err != nil {
			return err
		}
	}
	if s.job.Opened != nil {
		s.job.Opened(name, reader)
	}
	workers := runtime.GOMAXPROCS(0)
	tasks := make(chan task)
	ordered := make(chan chan mapped, 2*workers)
	bind := &binding{source: name, mapping: s.job.Mapping}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(ordered)
		defer close(tasks)
		return s.read(ctx, reader, tasks, ordered)
	})
	for range workers {
		group.Go(func() error {
			m := newMapper(s.job, index, name)
			for t := range tasks {
				result, err := t.run(ctx, m, bind)
				if err != nil {
					return err
				}
				t.done <- result
			}
			return nil
		})
	}
	group.Go(func() error { return s.collectAll(ctx, ordered, reader) })
	if err := group.Wait(); err != nil && err != errFull {
		return err
	}
	s.finish(reader, final)
	return nil
}

// task is a block to be parsed and mapped; done has room for the result. Blocks
// wait for their turn between the two, since what came before decides a block's
// positions and columns.
type task struct {
	block readers.Block
	turn  <-chan struct{} // closed when the block before has had its turn
	after chan<- struct{}
	done  chan mapped
}

// run parses and maps a block. A worker that fails leaves the turn closed to
// those who wait for it; the context ends them.
func (t task) run(ctx context.Context, m *mapper, bind *binding) (mapped, error) {
	t.block.Parse()
	select {
	case <-t.turn:
	case <-ctx.Done():
		return mapped{}, ctx.Err()
	}
	chunk, err := t.block.Chunk()
	if err != nil {
		return mapped{}, err
	}
	program, err := bind.program(chunk)
	if err != nil {
		return mapped{}, err
	}
	close(t.after)
	return m.chunk(program, chunk), nil
}

// binding is a mapping bound to the columns of a source. Whose turn it is may use
// it.
type binding struct {
	source  string
	mapping *mapping.Mapping
	bound   *mapping.Program // nil before the first chunk
	columns int
}

// program returns the mapping bound to the columns of a chunk. The first chunk
// shows whether its values can be what the mapping takes them for.
func (b *binding) program(c *readers.Chunk) (*mapping.Program, error) {
	if c == nil {
		return b.bound, nil
	}
	first := b.bound == nil
	if first || len(c.Columns) != b.columns { // columns only ever grow
		b.bound, b.columns = b.mapping.Bind(c.Columns), len(c.Columns)
	}
	if first {
		return b.bound, b.bound.CheckSample(b.source, c)
	}
	return b.bound, nil
}

// errFull ends a source when enough rows were read.
var errFull = errors.New("enough rows")

// read hands blocks to the workers, and their results' places to the collector.
func (s *scan) read(ctx context.Context, reader readers.Reader, tasks chan<- task, ordered chan<- chan mapped) error {
	turn := make(chan struct{})
	close(turn)
	for {
		block, err := readers.Split(ctx, reader)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		after := make(chan struct{})
		t := task{block: block, turn: turn, after: after, done: make(chan mapped, 1)}
		turn = after
		select {
		case ordered <- t.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case tasks <- t:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// collectAll collects results in order.
func (s *scan) collectAll(ctx context.Context, ordered <-chan chan mapped, reader readers.Reader) error {
	for done := range ordered {
		select {
		case result := <-done:
			if err := s.collect(result, reader); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if s.full() {
			return errFull
		}
	}
	return nil
}

// finish notes the columns of a source that knew them at its end only.
func (s *scan) finish(reader readers.Reader, known bool) {
	columns, _ := reader.Columns()
	if !known && len(reader.Names()) > 0 {
		s.open = true
		s.late = append(s.late, columns...)
		s.names = append(s.names, reader.Names()...)
	}
}

// checkLate reports mapped columns that no row of any line-by-line source had. A
// key that some files lack is normal, one that none has is a mistake.
func (s *scan) checkLate() error {
	if !s.open || s.plan.Rows == 0 || s.full() || s.job.AnyColumns {
		return nil
	}
	what := "the input"
	if len(s.job.Sources) == 1 {
		what = s.job.Sources[0]
	}
	names := unique(s.names)
	if err := s.job.Mapping.Bind(s.late).Check(what, names); err != nil {
		return err
	}
	return s.unmapped(what, names)
}

// unmapped does with columns that nothing maps what the mapping expects.
func (s *scan) unmapped(source string, names []string) error {
	expect := s.job.Mapping.Source.Unknown
	if expect == "" || expect == "ignore" {
		return nil
	}
	unmapped := s.job.Mapping.Unmapped(names)
	if len(unmapped) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s has columns that the mapping does not read: %s", source, strings.Join(unmapped, ", "))
	if expect == "error" {
		return fmt.Errorf("%s\n  hint: map them, or write expect: {unknown: warn} in the mapping's source", text)
	}
	s.plan.Warnings = append(s.plan.Warnings, text)
	return nil
}

func unique(names []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

func (s *scan) collect(m mapped, reader readers.Reader) error {
	p := s.plan
	from := 0
	for i, end := range m.ends {
		if err := p.store.add(m.partitions[i], m.records[from:end]); err != nil {
			return err
		}
		from = end
	}
	s.digest.Write(m.records)
	if m.notes != nil {
		s.notes.Add(m.notes)
	}
	p.Rows += m.rows
	p.Skipped += m.skipped
	for _, r := range m.rejects {
		fmt.Fprintf(s.digest, "%d %d %s\n", r.source, r.Row, r.Reason)
		if err := p.reject(r); err != nil {
			return err
		}
	}
	if s.job.Progress != nil {
		read, total := reader.Progress()
		s.job.Progress(p.Rows, p.Rejected, read, total)
	}
	return nil
}

// mapper maps chunks; each worker has one.
type mapper struct {
	job    Job
	source int
	name   string
	sizes  assembler
}

func newMapper(job Job, source int, name string) *mapper {
	return &mapper{job: job, source: source, name: name, sizes: assembler{namer: namer{environment: job.Environment}}}
}

func (m *mapper) chunk(program *mapping.Program, c *readers.Chunk) mapped {
	if c == nil {
		return mapped{}
	}
	out := mapped{rows: int64(c.Len()+len(c.Bad)) + c.Pruned, skipped: c.Pruned}
	rows := program.Mapper(m.name, m.job.Start)
	out.notes = rows.Notes()
	bad := c.Bad
	for i := range c.Len() {
		at := c.Position(i)
		for ; len(bad) > 0 && bad[0].Position.Row < at.Row; bad = bad[1:] {
			out.rejects = append(out.rejects, m.unreadable(bad[0]))
		}
		record, ok, reject := rows.Map(c, i)
		if reject == nil && ok {
			reject = m.undeliverable(record)
		}
		switch {
		case reject != nil:
			r := m.rejected(at, *reject)
			r.Record = c.AppendRow(nil, i)
			out.rejects = append(out.rejects, r)
			if len(record.Events) > 0 && record.Events[0].Lost {
				m.store(&out, place{m.source, at}, record)
			}
		case !ok:
			out.skipped++
		default:
			m.store(&out, place{m.source, at}, record)
		}
	}
	for _, b := range bad {
		out.rejects = append(out.rejects, m.unreadable(b))
	}
	return out
}

// store adds a record, and to which partition it belongs.
func (m *mapper) store(out *mapped, at place, record mapping.Record) {
	out.records = appendStored(out.records, at, record)
	out.ends = append(out.ends, len(out.records))
	out.partitions = append(out.partitions, int(xxh3.HashString(record.User)%uint64(m.job.Partitions)))
}

func (m *mapper) rejected(at readers.Position, reject mapping.Reject) Rejected {
	return Rejected{Source: m.name, Row: at.Row, Line: at.Line, Reason: reject.Error(), Reject: reject, source: m.source}
}

func (m *mapper) unreadable(b readers.BadRow) Rejected {
	r := m.rejected(b.Position, mapping.Reject{Text: b.Reason})
	r.Raw = b.Raw
	return r
}

// undeliverable refuses a record that the API would refuse, or drop without a
// word: with an event that alone is over the limit of a batch, or that is too
// young for the historical endpoint where that is forced.
func (m *mapper) undeliverable(r mapping.Record) *mapping.Reject {
	empty := m.sizes.emptySize(r.Fields)
	largest := empty
	youngest := m.job.Start.Add(-mparticle.HistoricalMinAge).UnixMilli()
	for _, e := range r.Events {
		largest = max(largest, empty+m.sizes.eventSize(e))
		if m.job.Endpoint == EndpointHistorical && (e.Now || e.Time > youngest) {
			return &mapping.Reject{Field: "timestamp_unixtime_ms", Text: "is less than 72 hours ago, and the historical endpoint drops such events: use --endpoint auto"}
		}
	}
	if largest <= mparticle.MaxBatchBytes {
		return nil
	}
	return &mapping.Reject{Text: fmt.Sprintf("the row makes a batch larger than the API's limit of %d bytes", mparticle.MaxBatchBytes)}
}
