package readers

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// membersMost is how many files an archive may hold.
const membersMost = 10_000

// isZip reports whether a file is a zip archive, by its first bytes.
func (f *stored) isZip() (bool, error) {
	var head [4]byte
	if n, err := f.at.ReadAt(head[:], 0); n < len(head) {
		if err == io.EOF {
			err = nil
		}
		return false, err
	}
	return compression(head[:]) == "zip", nil
}

// openArchive reads the directory of a zip archive.
func openArchive(at io.ReaderAt, size int64) (*zip.Reader, error) {
	var r *zip.Reader
	err := unbroken(func() (err error) {
		r, err = zip.NewReader(at, size)
		return err
	})
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("its zip directory is damaged or cut off, get it anew: %w", err)
	}
	if len(r.File) > membersMost {
		return nil, fmt.Errorf("the archive holds %d files, more than %d: unpack it and name the folder", len(r.File), membersMost)
	}
	r.RegisterDecompressor(zip.Deflate, flate.NewReader)
	r.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowMemory)))
	return r, nil
}

// members returns the data files of an archive in natural order: those with a
// data file's extension, or the only file that there is.
func members(r *zip.Reader) ([]*zip.File, error) {
	var all, data []*zip.File
	for _, f := range r.File {
		if f.Name == "xl/workbook.xml" {
			return nil, errors.New("it is an excel workbook: save the sheet as csv utf-8 and name that")
		}
		if strings.HasSuffix(f.Name, "/") || hidden(f.Name) || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		all = append(all, f)
		if formatOfName(f.Name) != "" {
			data = append(data, f)
		}
	}
	if len(all) == 1 {
		data = all
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: the archive holds no %s", ErrNoSource, dataFiles)
	}
	slices.SortStableFunc(data, func(a, b *zip.File) int { return compareNatural(a.Name, b.Name) })
	return data, nil
}

// expandArchive returns the sources that a zip archive stands for.
func expandArchive(f *stored) ([]Source, error) {
	r, err := openArchive(f.at, f.at.Size())
	if err != nil {
		return nil, err
	}
	files, err := members(r)
	if err != nil {
		return nil, err
	}
	sources := make([]Source, 0, len(files))
	for _, m := range files {
		sources = append(sources, Source{Name: joinMember(f.Name, m.Name), Size: int64(m.CompressedSize64), Modified: f.Modified})
	}
	return sources, nil
}

// openMember makes a member of a zip archive the input: the named one, or the
// only one that there is.
func (in *input) openMember(f *stored, name string) error {
	bytes := &countedAt{at: f.at}
	r, err := openArchive(bytes, f.at.Size())
	if err != nil {
		return err
	}
	file, err := findMember(r, name)
	if err != nil {
		return err
	}
	if file.Flags&1 != 0 {
		return errors.New("it is encrypted: unpack it with its password first")
	}
	bytes.n.Store(0)
	src, err := file.Open()
	if err != nil {
		return fmt.Errorf("its zip data cannot be read: %w", err)
	}
	in.at = nil
	in.total, in.packed, in.path = int64(file.CompressedSize64), "zip", file.Name
	in.raw = &unpacking{method: "zip", src: src, stored: bytes.n.Load, ratio: ratioMost, free: ratioFree, most: unpackedMost}
	in.stored = bytes.n.Load
	return nil
}

// member returns the source that a member's name on the command line stands for.
func (f *stored) member(arg, name string) ([]Source, error) {
	if zipped, err := f.isZip(); err != nil || !zipped {
		return nil, fmt.Errorf("%s: %w: %s is a file, and no archive", arg, cmp.Or(err, ErrNoSource), f.Name)
	}
	r, err := openArchive(f.at, f.at.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	m, err := findMember(r, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", arg, err)
	}
	return []Source{{Name: arg, Size: int64(m.CompressedSize64), Modified: f.Modified}}, nil
}

func findMember(r *zip.Reader, name string) (*zip.File, error) {
	if name == "" {
		files, err := members(r)
		if err == nil && len(files) > 1 {
			err = fmt.Errorf("the archive holds %d files: name one of them, such as %s", len(files), joinMember("ARCHIVE", files[0].Name))
		}
		if err != nil {
			return nil, err
		}
		return files[0], nil
	}
	for _, f := range r.File {
		if path.Clean(f.Name) == path.Clean(name) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("%w in the archive", ErrNoSource)
}

// joinMember names a member of an archive; the query of a URL stays at its end.
func joinMember(archive, member string) string {
	if isURL(archive) {
		if plain, query, ok := strings.Cut(archive, "?"); ok {
			return plain + "/" + member + "?" + query
		}
	}
	return archive + "/" + member
}

// countedAt counts the bytes that are read of a file.
type countedAt struct {
	at io.ReaderAt
	n  atomic.Int64
}

func (c *countedAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.at.ReadAt(p, off)
	c.n.Add(int64(n))
	return n, err
}
