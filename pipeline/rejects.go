package pipeline

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"mpimport/mapping"
	"mpimport/readers"
)

// RejectsFile collects rejects, one JSON object a line, and appears under its
// name whole or not at all. It holds personal data: only its owner may read it.
type RejectsFile struct {
	path string
	file *os.File
	out  *bufio.Writer
	n    int64
}

// CreateRejects begins the rejects file that will have the given path.
func CreateRejects(path string) (*RejectsFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // made 0600
	if err != nil {
		return nil, fmt.Errorf("creating the rejects file: %w", err)
	}
	return &RejectsFile{path: path, file: file, out: bufio.NewWriter(file)}, nil
}

// Write appends a reject.
func (f *RejectsFile) Write(r Rejected) error {
	f.n++
	e := json.NewEncoder(f.out)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// Commit gives the file its name, in place of an older one. Without rejects
// there is no file.
func (f *RejectsFile) Commit() error {
	err := f.out.Flush()
	if err == nil {
		err = f.file.Sync()
	}
	if closeErr := f.file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && f.n > 0 {
		err = os.Rename(f.file.Name(), f.path)
	} else {
		os.Remove(f.file.Name())
	}
	if err == nil && f.n == 0 {
		if err = os.Remove(f.path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("writing the rejects file %s: %w", f.path, err)
	}
	return nil
}

// Abandon drops what was collected; an older file stays.
func (f *RejectsFile) Abandon() {
	f.file.Close()
	os.Remove(f.file.Name())
}

// AppendRefusals adds the rows that the API refused to the rejects file: the
// rejects of the scan stay first, the refused rows follow in their order. The
// rows are read from their sources once more.
func (p *Plan) AppendRefusals(ctx context.Context, r *Report, path string) error {
	if len(r.refusals) == 0 {
		return nil
	}
	wanted := map[place]bool{}
	for _, refusal := range r.refusals {
		wanted[refusal.key()] = true
	}
	rows, err := p.job.rows(ctx, wanted)
	if err != nil {
		return err
	}
	out, err := CreateRejects(path)
	if err != nil {
		return err
	}
	if err := out.copyScan(path, p.Rejected); err != nil {
		out.Abandon()
		return err
	}
	for _, refusal := range r.refusals {
		reject := Rejected{
			Source: p.job.Sources[refusal.Source], Row: refusal.Row, Line: refusal.Line, Reason: refusal.Reason,
			Reject: mapping.Reject{Text: refusal.Reason}, Record: rows[refusal.key()],
		}
		r.Reasons.add(reject)
		if err := out.Write(reject); err != nil {
			out.Abandon()
			return err
		}
	}
	return out.Commit()
}

// key is the refusal's place without the line.
func (r Refusal) key() place {
	p := place{source: r.Source}
	p.Row = r.Row
	return p
}

// copyScan copies the rejects of the scan, the first n lines of an older file.
func (f *RejectsFile) copyScan(path string, n int64) error {
	if n == 0 {
		return nil
	}
	old, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading the rejects file: %w", err)
	}
	defer old.Close()
	lines := bufio.NewReader(old)
	for ; n > 0; n-- {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("reading the rejects file %s: %w", path, err)
		}
		f.n++
		if _, err := f.out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// rows reads the wanted rows, keyed by source and row, from their sources. Rows
// of standard input cannot be read again and are left out.
func (job Job) rows(ctx context.Context, wanted map[place]bool) (map[place]rawJSON, error) {
	found := map[place]rawJSON{}
	for i, source := range job.Sources {
		if source == "-" {
			continue
		}
		if err := job.sourceRows(ctx, i, source, wanted, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (job Job) sourceRows(ctx context.Context, index int, source string, wanted map[place]bool, found map[place]rawJSON) error {
	left := 0
	for p := range wanted {
		if p.source == index {
			left++
		}
	}
	if left == 0 {
		return nil
	}
	options := job.Read
	options.Columns = job.Mapping.Columns()
	reader, err := readers.Open(ctx, source, options)
	if err != nil {
		return err
	}
	defer reader.Close()
	for left > 0 {
		chunk, err := reader.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for row := range chunk.Len() {
			p := place{source: index}
			p.Row = chunk.Position(row).Row
			if wanted[p] {
				found[p] = chunk.AppendRow(nil, row)
				left--
			}
		}
	}
	return nil
}
