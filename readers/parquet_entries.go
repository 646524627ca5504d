package readers

import (
	"bytes"
	"slices"
)

// entry is where an entry of a map stands in the JSON being written.
type entry struct{ start, key, end int }

// entryStack holds the entries of the maps being written, those of an inner one
// on top of those of the map that it stands in.
type entryStack []entry

// entryList is the part of the stack that belongs to one map.
type entryList struct {
	stack *entryStack
	base  int
	index map[string]int // by key, once there are many
}

func (s *entryStack) open() entryList { return entryList{stack: s, base: len(*s)} }

func (l *entryList) close() { *l.stack = (*l.stack)[:l.base] }

// add notes e, which stands at the end of dst behind a comma. If there is one
// with its key already, e moves to that one's place.
func (l *entryList) add(dst []byte, e entry) []byte {
	at := l.find(dst, e)
	if at < 0 {
		*l.stack = append(*l.stack, e)
		return dst
	}
	text := bytes.Clone(dst[e.start:e.end])
	all := (*l.stack)[l.base:]
	old := all[at]
	dst = slices.Replace(dst[:e.start-1], old.start, old.end, text...)
	longer := len(text) - (old.end - old.start)
	all[at].end += longer
	for i := range all[at+1:] {
		later := &all[at+1+i]
		later.start, later.key, later.end = later.start+longer, later.key+longer, later.end+longer
	}
	return dst
}

// find returns which entry has the key of e, or -1.
func (l *entryList) find(dst []byte, e entry) int {
	all := (*l.stack)[l.base:]
	key := dst[e.start:e.key]
	const few = 16
	if len(all) < few {
		return slices.IndexFunc(all, func(x entry) bool { return bytes.Equal(dst[x.start:x.key], key) })
	}
	if l.index == nil {
		l.index = make(map[string]int)
		for i, x := range all {
			l.index[string(dst[x.start:x.key])] = i
		}
	}
	if at, ok := l.index[string(key)]; ok {
		return at
	}
	l.index[string(key)] = len(all)
	return -1
}
