package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"

	"github.com/klauspost/compress/s2"
	"github.com/zeebo/xxh3"
)

// store keeps the scan's records by partition until they are delivered: in
// memory up to a budget, and past it in a file. The file has no name once it is
// open, where the system allows that: whatever ends the process, nothing of it
// stays on the disk.
type store struct {
	dir    string // where the file is made
	budget int    // bytes of records held in memory

	memory [][][]byte // by partition: records behind those of blocks, in pieces
	held   int
	bytes  []int64   // of all records, by partition
	blocks [][]block // by partition, in the order of the rows
	file   *os.File  // nil before the first record is spilled
	end    int64
}

// block is where a part of a partition's records stands in the file.
type block struct {
	at   int64
	size int    // packed
	sum  uint64 // of the packed bytes
}

// pieceBytes is how much of a partition's records is read at once.
const pieceBytes = 1 << 20

// defaultBudget is the memory of a store that is not told another.
const defaultBudget = 256 << 20

// newStore returns an empty store. dir "" is the system's folder for temporary
// files, budget 0 the default.
func newStore(partitions int, dir string, budget int) *store {
	if budget <= 0 {
		budget = defaultBudget
	}
	return &store{
		dir: dir, budget: budget,
		memory: make([][][]byte, partitions), bytes: make([]int64, partitions), blocks: make([][]block, partitions),
	}
}

// add appends an encoded record to a partition; records come in the order of
// their rows.
func (s *store) add(partition int, record []byte) error {
	pieces := s.memory[partition]
	if n := len(pieces); n == 0 || len(pieces[n-1])+len(record) > pieceBytes {
		pieces = append(pieces, nil)
	}
	last := len(pieces) - 1
	pieces[last] = append(pieces[last], record...)
	s.memory[partition] = pieces
	s.bytes[partition] += int64(len(record))
	if s.held += len(record); s.held <= s.budget/2 { // the other half is for what the collector has not found yet
		return nil
	}
	return s.spill()
}

// spill moves what is held in memory to the file.
func (s *store) spill() error {
	if s.file == nil {
		file, err := os.CreateTemp(s.dir, "mpimport-*.spill") // made 0600
		if err != nil {
			return fmt.Errorf("making a file for what does not fit in memory: %w\n  hint: give --work-dir a folder with room, or a larger --memory", err)
		}
		s.file = file
		os.Remove(file.Name()) // where that is impossible, close does it
	}
	var packed []byte
	for i, pieces := range s.memory {
		for _, records := range pieces {
			packed = s2.Encode(packed[:cap(packed)], records)
			if _, err := s.file.WriteAt(packed, s.end); err != nil {
				return fmt.Errorf("%w: writing what does not fit in memory: %w\n  hint: give --work-dir a folder with room, or a larger --memory, and run again", ErrStopped, err)
			}
			s.blocks[i] = append(s.blocks[i], block{at: s.end, size: len(packed), sum: xxh3.Hash(packed)})
			s.end += int64(len(packed))
		}
		s.memory[i] = nil
	}
	s.held = 0
	return nil
}

// records yields a partition's records in the order in which they were added.
// What it yields points into memory that is not used again.
func (s *store) records(partition int) iter.Seq2[stored, error] {
	return func(yield func(stored, error) bool) {
		for _, b := range s.blocks[partition] {
			records, err := s.read(b)
			if err != nil {
				yield(stored{}, err)
				return
			}
			if !yieldRecords(records, yield) {
				return
			}
		}
		for _, records := range s.memory[partition] {
			if !yieldRecords(records, yield) {
				return
			}
		}
	}
}

func yieldRecords(records []byte, yield func(stored, error) bool) bool {
	for d := (decoder{data: records}); len(d.data) > 0; {
		if !yield(d.stored(), nil) {
			return false
		}
	}
	return true
}

// read returns the records of a block.
func (s *store) read(b block) ([]byte, error) {
	packed := make([]byte, b.size)
	if _, err := s.file.ReadAt(packed, b.at); err != nil {
		return nil, fmt.Errorf("reading what did not fit in memory: %w", err)
	}
	if xxh3.Hash(packed) != b.sum {
		return nil, errors.New("reading what did not fit in memory: the disk gave back something else than was written; nothing of it was sent")
	}
	records, err := s2.Decode(nil, packed)
	if err != nil {
		return nil, fmt.Errorf("reading what did not fit in memory: %w", err)
	}
	return records, nil
}

// close gives up the records and their file.
func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if removeErr := os.Remove(s.file.Name()); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
		err = errors.Join(err, removeErr)
	}
	s.file = nil
	return err
}
