package readers

import (
	"bytes"
	"context"
	"io"
)

// Block is a part of a source that is read, but not yet taken apart. What takes
// time is in Parse, which any goroutine may call while others parse other
// blocks. What depends on the blocks before is in Chunk.
type Block interface {
	// Parse takes the block apart. It is called once.
	Parse()

	// Chunk returns the block's rows, nil if it has none. It is called once for
	// each block, after Parse, in the order in which the blocks came, and never
	// for two at a time. Errors are as those of Next.
	Chunk() (*Chunk, error)
}

// Splitter is a Reader whose rows can be parsed by many goroutines. Next does
// all at once; the two must not be mixed.
type Splitter interface {
	Reader

	// Split returns the next block, and io.EOF after the last.
	Split(ctx context.Context) (Block, error)
}

// Split returns the next block of any reader: that of a Splitter, or a chunk that
// needs no more parsing.
func Split(ctx context.Context, r Reader) (Block, error) {
	if s, ok := r.(Splitter); ok {
		return s.Split(ctx)
	}
	c, err := r.Next(ctx)
	if err != nil {
		return nil, err
	}
	return parsed{c}, nil
}

// parsed is a Block that is parsed already.
type parsed struct{ chunk *Chunk }

func (parsed) Parse() {}

func (p parsed) Chunk() (*Chunk, error) { return p.chunk, nil }

// nextOf is Next by way of Split.
func nextOf(ctx context.Context, r Splitter) (*Chunk, error) {
	for {
		b, err := r.Split(ctx)
		if err != nil {
			return nil, err
		}
		b.Parse()
		if c, err := b.Chunk(); c != nil || err != nil {
			return c, err
		}
	}
}

// lineSplitter cuts a text into blocks of whole lines. A line that is longer than
// recordCap is cut to a little more than that, so that it shows.
type lineSplitter struct {
	src   io.Reader
	cr    bool // a CR alone ends a line too
	quote byte // 0, or what an even number of should stand before a cut
	lines int  // most lines of a block

	buf        []byte
	start, end int
	done       bool
	err        error // src broke off with this
	skipping   bool  // the rest of a long line
	skipLF     bool
	over       bool // the last block was given out
}

// next returns the next block; final says that the text ends with it. It returns
// io.EOF after the last.
func (s *lineSplitter) next() (text string, final bool, err error) {
	for !s.over {
		s.skip()
		held := s.buf[s.start:s.end]
		if n := s.cut(held); n > 0 {
			s.start += n
			s.over = s.done && s.err == nil && s.start == s.end
			return string(held[:n]), s.over, nil
		}
		switch {
		case len(held) > recordCap+1:
			s.start, s.skipping = s.start+recordCap+2, true
			return string(held[:recordCap+2]) + "\n", false, nil
		case !s.done:
			s.fill()
		case s.err != nil:
			s.over = true
			return "", false, s.err
		default:
			s.over, s.start = true, s.end
			return string(held), true, nil
		}
	}
	return "", false, io.EOF
}

// fill moves what is held to the front and fills the buffer up, which grows if it
// is full.
func (s *lineSplitter) fill() {
	if s.buf == nil {
		s.buf = make([]byte, blockSize)
	}
	if s.start == 0 && s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	s.end = copy(s.buf, s.buf[s.start:s.end])
	s.start = 0
	var n int
	n, s.done, s.err = readFull(s.src, s.buf[s.end:])
	s.end += n
}

// skip leaves out the rest of a line that was cut.
func (s *lineSplitter) skip() {
	for s.skipping || s.skipLF {
		held := s.buf[s.start:s.end]
		if s.skipLF && len(held) > 0 {
			if held[0] == '\n' {
				s.start++
			}
			s.skipLF = false
			continue
		}
		n := bytes.IndexByte(held, '\n')
		if m := bytes.IndexByte(held, '\r'); s.cr && m >= 0 && (n < 0 || m < n) {
			n = m
		}
		if n >= 0 && s.skipping {
			s.skipLF = held[n] == '\r'
			s.start, s.skipping = s.start+n+1, false
			continue
		}
		if s.start = s.end; s.done {
			s.skipping, s.skipLF = false, false
			return
		}
		s.fill()
	}
}

// cut returns how much of b makes a block: as many whole lines as there are, or
// as a block may have.
func (s *lineSplitter) cut(b []byte) int {
	end := byte('\n')
	if s.cr && bytes.IndexByte(b, '\n') < 0 {
		if end = '\r'; !s.done && len(b) > 0 {
			b = b[:len(b)-1] // it may be half of a CRLF
		}
	}
	if bytes.Count(b, []byte{end}) > s.lines {
		n := 0
		for range s.lines {
			n += bytes.IndexByte(b[n:], end) + 1
		}
		b = b[:n]
	}
	last := bytes.LastIndexByte(b, end) + 1
	if s.quote == 0 || last == 0 {
		return last
	}
	// Where quotes are in order, a line end after an even number of them is not
	// inside any. Where they are not, Chunk finds out.
	quotes := bytes.Count(b[:last], []byte{s.quote})
	for n := last; n > 0; {
		if quotes%2 == 0 {
			return n
		}
		before := bytes.LastIndexByte(b[:n-1], end) + 1
		quotes -= bytes.Count(b[before:n], []byte{s.quote})
		n = before
	}
	return last
}
