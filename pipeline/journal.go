package pipeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Header is the first line of a resume file: which import it is of. An import
// goes on only if all of it is the same, Start and Partitions apart, which are
// taken over.
type Header struct {
	Version     int               `json:"version"`
	Import      string            `json:"import"`
	Environment string            `json:"environment"`
	Target      string            `json:"target"`   // base URL and the key's fingerprint
	Mapping     string            `json:"mapping"`  // digest of the mapping file
	Settings    map[string]string `json:"settings"` // flags on which the batches depend
	Sources     []SourceInfo      `json:"sources"`
	Partitions  int               `json:"partitions"`
	Start       time.Time         `json:"start"`
}

// SourceInfo tells whether a source is what it was.
type SourceInfo struct {
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// journalVersion is raised when a resume file changes its form, or when the
// batches that it counts come in another order: see windowBytes.
const journalVersion = 1

// entry is one line of a resume file; Type says which fields it has.
type entry struct {
	Type      string    `json:"type"` // import, scan, settled, done
	Header    *Header   `json:"header,omitempty"`
	Plan      *Plan     `json:"plan,omitempty"`
	Partition int       `json:"partition"`
	Batches   int       `json:"batches,omitempty"` // of the partition, settled so far
	Refused   []Refusal `json:"refused,omitempty"` // rows that the API refused in the latest request
	Report    *Report   `json:"report,omitempty"`
}

// State is what a resume file says.
type State struct {
	Header Header
	Plan   *Plan   // of a completed scan; nil before
	Report *Report // of a finished import; nil before

	settled  map[int]int
	refusals map[int][]Refusal
}

// Settled is the number of batches settled.
func (s *State) Settled() int64 {
	var n int64
	for _, batches := range s.settled {
		n += int64(batches)
	}
	return n
}

// Journal is an open resume file: an append-only file of JSON lines that only
// the process holding its lock writes. A line is written after what it says is
// true, so a torn last line loses nothing.
type Journal struct {
	state *State
	lock  *flock.Flock

	mu     sync.Mutex
	file   *os.File
	synced time.Time
}

// ErrLocked is what OpenJournal's error wraps while another process has it.
var ErrLocked = errors.New("another mpimport is working on this import")

// OpenJournal opens the resume file of an import, made if it is not there, and
// locks it. restart forgets what it says. The journal's State tells what was
// done before. An error says what makes it the file of another import.
func OpenJournal(path string, h Header, restart bool) (*Journal, error) {
	j := &Journal{lock: flock.New(path, flock.SetPermissions(0o600))}
	locked, err := j.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("opening the resume file %s: %w", path, err)
	}
	if !locked {
		return nil, fmt.Errorf("%w (resume file %s): wait for it to end, or stop it", ErrLocked, path)
	}
	if err := j.open(path, h, restart); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

func (j *Journal) open(path string, h Header, restart bool) error {
	h.Version = journalVersion
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the resume file: %w", err)
	}
	j.file = file
	if err := file.Chmod(0o600); err != nil {
		return fmt.Errorf("protecting the resume file: %w", err)
	}
	state, size, err := readState(file)
	if err != nil {
		return fmt.Errorf("resume file %s: %w", path, err)
	}
	if state != nil && !restart {
		if changes := state.Header.changes(h, state.Plan == nil); changes != "" {
			return fmt.Errorf("the resume file %s is of another import: %s\n  hint: --restart begins this import anew; unchanged batches with events keep their ids, so mParticle takes them once", path, changes)
		}
	}
	if state == nil || restart || state.Plan == nil {
		return j.begin(h)
	}
	if err := file.Truncate(size); err != nil {
		return fmt.Errorf("mending the resume file: %w", err)
	}
	_, err = file.Seek(size, io.SeekStart)
	j.state = state
	return err
}

// begin starts the file anew.
func (j *Journal) begin(h Header) error {
	if err := j.file.Truncate(0); err != nil {
		return fmt.Errorf("starting the resume file: %w", err)
	}
	if _, err := j.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("starting the resume file: %w", err)
	}
	j.state = &State{Header: h, settled: map[int]int{}, refusals: map[int][]Refusal{}}
	return j.write(entry{Type: "import", Header: &h}, true)
}

// State returns what the file said when it was opened.
func (j *Journal) State() *State { return j.state }

// Scanned records a completed scan. If the import was scanned before, it is an
// error when the input gave other records then.
func (j *Journal) Scanned(p *Plan) error {
	if before := j.state.Plan; before != nil {
		if before.Digest != p.Digest {
			return fmt.Errorf("the input has changed since the import began: %d rows then, %d rows now, or other values\n  hint: --restart begins this import anew; unchanged batches with events keep their ids, so mParticle takes them once", before.Rows, p.Rows)
		}
		return nil
	}
	return j.write(entry{Type: "scan", Plan: p}, true)
}

func (j *Journal) settled(partition, batches int, refusals []Refusal) error {
	return j.write(entry{Type: "settled", Partition: partition, Batches: batches, Refused: refusals}, false)
}

// Done records the end of the import.
func (j *Journal) Done(r *Report) error {
	return j.write(entry{Type: "done", Report: r}, true)
}

// write appends a line; it reaches the disk at once if sync is set, else within
// a second of the next line.
func (j *Journal) write(e entry, sync bool) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding for the resume file: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing the resume file: %w", err)
	}
	if sync || time.Since(j.synced) > time.Second {
		j.synced = time.Now()
		if err := j.file.Sync(); err != nil {
			return fmt.Errorf("writing the resume file: %w", err)
		}
	}
	return nil
}

// Sync brings everything written to the disk.
func (j *Journal) Sync() error {
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("writing the resume file: %w", err)
	}
	return nil
}

// Remove deletes the file: nothing of the import was sent.
func (j *Journal) Remove() error { return os.Remove(j.file.Name()) }

// Close releases the file and its lock.
func (j *Journal) Close() error {
	var err error
	if j.file != nil {
		err = j.file.Close()
	}
	return errors.Join(err, j.lock.Unlock())
}

// ReadState reads a resume file, which may be in use. It is nil for a file
// without a header.
func ReadState(path string) (*State, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	state, _, err := readState(file)
	return state, err
}

// readState reads all whole lines and returns the size that they have. A torn
// last line is normal, anything else that is not understood an error.
func readState(r io.Reader) (*State, int64, error) {
	lines := bufio.NewReader(r)
	var state *State
	var size int64
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return state, size, nil
		}
		if err != nil {
			return nil, 0, err
		}
		var e entry
		if err := json.Unmarshal(bytes.TrimSpace(line), &e); err != nil {
			return nil, 0, fmt.Errorf("line %d is not of a resume file: %w", number, err)
		}
		if number == 1 {
			if e.Header == nil || e.Header.Version != journalVersion {
				return nil, 0, fmt.Errorf("line 1 is not the beginning of a resume file of this version")
			}
			state = &State{Header: *e.Header, settled: map[int]int{}, refusals: map[int][]Refusal{}}
		}
		state.apply(e)
		size += int64(len(line))
	}
}

func (s *State) apply(e entry) {
	switch e.Type {
	case "scan":
		s.Plan = e.Plan
	case "settled":
		s.settled[e.Partition] = e.Batches
		s.refusals[e.Partition] = append(s.refusals[e.Partition], e.Refused...)
	case "done":
		s.Report = e.Report
	}
}

// changes says how another header differs, "" if it is of the same import. Of an
// import whose scan did not end nothing was sent, so its input may have changed.
func (h Header) changes(now Header, unscanned bool) string {
	var all []string
	differ := func(what, was, is string) {
		if was != is {
			all = append(all, fmt.Sprintf("%s was %s, is %s", what, was, is))
		}
	}
	differ("import name", h.Import, now.Import)
	differ("environment", h.Environment, now.Environment)
	differ("target", h.Target, now.Target)
	if unscanned {
		return strings.Join(all, "; ")
	}
	if h.Mapping != now.Mapping {
		all = append(all, "the mapping file has changed")
	}
	for _, name := range slices.Sorted(maps.Keys(now.Settings)) {
		differ(name, h.Settings[name], now.Settings[name])
	}
	was, is := sourceNames(h.Sources), sourceNames(now.Sources)
	differ("input", was, is)
	return strings.Join(all, "; ")
}

func sourceNames(sources []SourceInfo) string {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = s.Name
	}
	return strings.Join(names, " ")
}

// SameSources reports whether the files are untouched since the import began.
func (s *State) SameSources(now []SourceInfo) bool {
	if len(now) != len(s.Header.Sources) {
		return false
	}
	for i, source := range s.Header.Sources {
		if source.Name != now[i].Name || source.Size != now[i].Size || !source.Modified.Equal(now[i].Modified) || now[i].Modified.IsZero() {
			return false
		}
	}
	return true
}
