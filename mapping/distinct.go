package mapping

// distinct estimates how many different values there are, in bounded memory: it
// keeps the hashes that end in so many zero bits that not too many are left, and
// each stands for all the others.
type distinct struct {
	zeros uint
	kept  map[uint64]struct{}
}

// distinctKept bounds the hashes; the estimate is off by a few percent.
const distinctKept = 4096

func (d *distinct) add(hash uint64) {
	if hash&(1<<d.zeros-1) != 0 {
		return
	}
	if d.kept == nil {
		d.kept = map[uint64]struct{}{}
	}
	d.kept[hash] = struct{}{}
	for len(d.kept) > distinctKept {
		d.zeros++
		for h := range d.kept {
			if h&(1<<d.zeros-1) != 0 {
				delete(d.kept, h)
			}
		}
	}
}

// count is the estimate; it is exact where nothing had to be left out.
func (d *distinct) count() (n int, exact bool) { return len(d.kept) << d.zeros, d.zeros == 0 }
