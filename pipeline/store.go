package pipeline

import "iter"

// store keeps the scan's records by partition until they are delivered.
type store interface {
	// add appends encoded records to a partition, in the order of their rows.
	add(partition int, records []byte) error
	// records yields a partition's records in the order in which they were added.
	records(partition int) iter.Seq2[stored, error]
}

// memoryStore keeps partitions in memory.
type memoryStore struct{ partitions [][]byte }

func newMemoryStore(partitions int) *memoryStore {
	return &memoryStore{partitions: make([][]byte, partitions)}
}

func (m *memoryStore) add(partition int, records []byte) error {
	m.partitions[partition] = append(m.partitions[partition], records...)
	return nil
}

func (m *memoryStore) records(partition int) iter.Seq2[stored, error] {
	return func(yield func(stored, error) bool) {
		for d := (decoder{data: m.partitions[partition]}); len(d.data) > 0; {
			if !yield(d.stored(), nil) {
				return
			}
		}
	}
}
