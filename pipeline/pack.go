package pipeline

import "mpimport/mparticle"

// packer cuts a lane's batches into requests.
type packer struct {
	most int // batches to a request
}

// newPacker returns a packer for a rate in batches a second: a request takes no
// more than a tenth of it, so that requests flow evenly.
func newPacker(rate float64) packer {
	most := int(rate / 10)
	return packer{most: min(max(most, 1), mparticle.MaxBatchesPerRequest)}
}

// next returns how many of the batches make the next request: of one endpoint,
// of different users, within the API's limits. It is at least one.
func (p packer) next(batches []*batch) int {
	users := make(map[string]bool, p.most)
	size := len("[]")
	for i, b := range batches {
		size += b.size + len(",")
		if i > 0 && (i == p.most || size > mparticle.MaxRequestBytes || b.path != batches[0].path || users[b.user]) {
			return i
		}
		users[b.user] = true
	}
	return len(batches)
}

// count is the number of requests that the batches make.
func (p packer) count(batches []*batch) int {
	n := 0
	for len(batches) > 0 {
		batches = batches[p.next(batches):]
		n++
	}
	return n
}
