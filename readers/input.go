package readers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
)

var errTar = errors.New("it is a tar archive: unpack it and name the files")

// input is an open source. Its bytes are counted as they are stored, packed or
// not; buffered gives them unpacked.
type input struct {
	name     string // for messages
	path     string // whose extension tells the format
	buffered *bufio.Reader
	raw      io.Reader
	at       *io.SectionReader // the same bytes by range; nil where they come but once
	packed   string            // the method of compression, or ""
	close    func() error
	read     atomic.Int64
	stored   func() int64 // how many stored bytes were read; nil: those of raw
	total    int64        // stored bytes; 0: not known
}

// openInput opens a source and unpacks it as its first bytes say.
func openInput(ctx context.Context, source string, o Options) (*input, error) {
	in := &input{name: source, path: pathOf(source), close: func() error { return nil }}
	if err := in.open(ctx, source, o); err != nil {
		in.close()
		return nil, err
	}
	in.buffered = bufio.NewReaderSize(counted{in}, headSize)
	if err := in.unpack(); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// open finds the bytes of a source: standard input, an object of a store, a
// file, or a member of an archive.
func (in *input) open(ctx context.Context, source string, o Options) error {
	switch {
	case source == "-" && o.Stdin == nil:
		return errors.New("there is no standard input here: name a file")
	case source == "-":
		in.name, in.raw = "standard input", o.Stdin
		return nil
	}
	f, member, err := openStored(ctx, source, o.Store)
	if err != nil {
		return err
	}
	in.close = f.close
	in.raw = f.stream
	if f.at == nil {
		return nil
	}
	in.at, in.total = f.at, f.at.Size()
	zipped, err := f.isZip()
	if err == nil && (zipped || member != "") {
		err = in.openMember(f, member)
	}
	return err
}

// stored is a file on a disk or in an object store.
type stored struct {
	Source
	at     *io.SectionReader // nil for a pipe or a device
	stream io.Reader         // all its bytes
	close  func() error
}

// openStored opens a file or an object. Where source leads into an archive, the
// archive is opened and member is the rest of the name.
func openStored(ctx context.Context, source string, store Store) (f *stored, member string, err error) {
	if isURL(source) {
		return openObject(ctx, source, store)
	}
	f, err = openFile(source)
	for archive := source; err != nil; {
		i := strings.LastIndexAny(archive, `/`)
		if i <= 0 {
			return nil, "", err
		}
		archive = archive[:i]
		if info, statErr := os.Stat(archive); statErr != nil || !info.Mode().IsRegular() {
			continue
		}
		f, err = openFile(archive)
		return f, source[i+1:], err
	}
	return f, "", nil
}

func openFile(path string) (*stored, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, plainCause(err)
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a directory: name a file in it")
	}
	if err != nil {
		file.Close()
		return nil, plainCause(err)
	}
	f := &stored{Source: Source{Name: path}, stream: file, close: closer(path, file)}
	if info.Mode().IsRegular() {
		f.Size, f.Modified = info.Size(), info.ModTime().UTC()
		f.at = io.NewSectionReader(file, 0, f.Size)
	}
	return f, nil
}

// closer closes a file as often as it is called.
func closer(name string, file io.Closer) func() error {
	return func() error {
		if err := file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			return fmt.Errorf("closing %s: %w", name, plainCause(err))
		}
		return nil
	}
}

// unpack looks at the first bytes and puts what unpacks them in between.
func (in *input) unpack() error {
	head, err := in.buffered.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return plainCause(err)
	}
	method := compression(head)
	switch {
	case method == "zip" && in.packed != "":
		return errors.New("it is a zip archive inside another: unpack it and name the files")
	case method == "zip":
		return errors.New("a zip archive cannot be read from a pipe: save it to a file and name that")
	case method == "" && isTar(head):
		return errTar
	case method == "":
		return nil
	}
	unpacked, err := unpackerOf(method, in.buffered, in.read.Load)
	if err != nil {
		return err
	}
	return in.unpacked(method, unpacked)
}

// unpacked replaces the input's bytes by those that r gives.
func (in *input) unpacked(method string, r io.Reader) error {
	in.packed, in.buffered = method, bufio.NewReaderSize(r, unpackedBuffer)
	head, err := in.buffered.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return plainCause(err)
	}
	if again := compression(head); again != "" {
		return fmt.Errorf("it is compressed twice, with %s inside %s: unpack it once", again, method)
	}
	if isTar(head) {
		return errTar
	}
	return nil
}

// Close closes a file; standard input is the caller's.
func (in *input) Close() error { return in.close() }

func (in *input) progress() (read, total int64) {
	if read = in.read.Load(); in.stored != nil {
		read = in.stored()
	}
	if in.total > 0 {
		read = min(read, in.total)
	}
	return read, in.total
}

// counted reads the raw bytes of an input and counts them.
type counted struct{ in *input }

func (c counted) Read(p []byte) (int, error) {
	n, err := c.in.raw.Read(p)
	c.in.read.Add(int64(n))
	return n, err
}
