package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"mpimport/mapping"
)

// identityVersion is part of every id: raise it when what is digested changes,
// as all ids change with it.
const identityVersion = 1

// idChars is the length of an id.
const idChars = 36

// namer makes the ids of one import. An id depends on what is said and how often
// it was said before, never on when, where or by which worker.
type namer struct {
	importName  string
	environment string
	start       int64 // of the import, in milliseconds: part of the id of batches without events
}

type digest [sha256.Size]byte

// userNames counts what a user has said already, so that a second identical
// event or batch gets another id than the first. It knows what was said by a part
// of its digest, as a user may have said ten million things.
type userNames struct {
	namer
	user    string
	events  map[uint64]uint32
	batches map[uint64]uint32
}

func (n namer) forUser(user string) *userNames {
	return &userNames{namer: n, user: user, events: map[uint64]uint32{}, batches: map[uint64]uint32{}}
}

// event returns the source_message_id of an event that brings none.
func (u *userNames) event(e mapping.Event) string {
	h := u.begin("event")
	writeEvent(h, e)
	return u.finish(h, u.events)
}

// batch returns the source_request_id of a batch.
func (u *userNames) batch(fields []byte, events []packedEvent) string {
	h := u.begin("batch")
	writePart(h, []byte(u.environment))
	writePart(h, fields)
	for _, e := range events {
		writePart(h, []byte(e.id))
		writeEvent(h, e.Event)
	}
	if len(events) == 0 {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(u.start)))
	}
	return u.finish(h, u.batches)
}

// part returns the source_request_id of a half of a batch that was refused whole.
func (n namer) part(batch string, half int) string {
	u := n.forUser("")
	h := u.begin("part")
	writePart(h, []byte(batch))
	h.Write([]byte{byte(half)})
	return u.finish(h, u.batches)
}

func (u *userNames) begin(what string) hash.Hash {
	h := sha256.New()
	h.Write([]byte{identityVersion})
	writePart(h, []byte(what))
	writePart(h, []byte(u.importName))
	writePart(h, []byte(u.user))
	return h
}

// finish adds the occurrence number and forms the id.
func (u *userNames) finish(h hash.Hash, seen map[uint64]uint32) string {
	var sum digest
	content := binary.BigEndian.Uint64(h.Sum(sum[:0]))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(seen[content])))
	seen[content]++
	return formatID(digest(h.Sum(sum[:0])))
}

func writeEvent(h hash.Hash, e mapping.Event) {
	writePart(h, []byte(e.Type))
	writePart(h, e.Data)
	if e.Now { // the time of the import is not part of what the event says
		h.Write([]byte{1})
	} else {
		h.Write([]byte{0})
	}
}

// writePart writes a part with its length, so that parts cannot run together.
func writePart(h hash.Hash, part []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
	h.Write(part)
}

// formatID writes the first half of a digest as a UUID of version 8, which RFC
// 9562 leaves to such use.
func formatID(d digest) string {
	b := d[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
