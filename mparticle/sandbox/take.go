package sandbox

import (
	"bytes"
	"encoding/json"
	"strings"
)

// take records batches that were accepted for an API key.
func (s *Sandbox) take(batches []*received, key string, historical bool) {
	inRequest := map[string]bool{}
	for _, b := range batches {
		if inRequest[b.user] {
			s.stats.MultipleOfUser++
		}
		inRequest[b.user] = true
		if historical && !b.isHistorical(s.options.Now().Add(-historyAge)) {
			s.stats.HistoricalDropped++
			continue
		}
		if b.requestID != "" {
			id := request{key, b.requestID}
			if s.seen[id] {
				s.stats.Duplicates++
				continue
			}
			s.seen[id] = true
		}
		s.stats.Batches++
		s.stats.Events += int64(len(b.times))
		s.users[b.user] = true
		s.capture(b.raw)
	}
}

// capture writes a batch as one line: its bytes as they came, without the space
// between them only where it has line breaks.
func (s *Sandbox) capture(raw json.RawMessage) {
	if s.options.Capture == nil {
		return
	}
	line := bytes.NewBuffer(make([]byte, 0, len(raw)+1))
	if !bytes.ContainsAny(raw, "\r\n") {
		line.Write(raw)
	} else if json.Compact(line, raw) != nil {
		return // never: it was checked
	}
	line.WriteByte('\n')
	if _, err := s.options.Capture.Write(line.Bytes()); err != nil {
		s.stats.CaptureErrors++
	}
}

// userOf names the user of a batch by all its identities.
func userOf(identities []string) string { return strings.Join(identities, "\x00") }
