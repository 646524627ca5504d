package mapping

import (
	"strings"
	"time"
)

// timeCandidate is a time format that a column may be written in.
type timeCandidate struct {
	timeFormat
	order string // of the date's numbers, where another order reads the same digits: dmy or mdy
}

// timeCandidates are the ways to write a time that Infer knows.
func timeCandidates() []timeCandidate {
	dates := []struct{ pattern, order string }{
		{"%d/%m/%Y", "dmy"}, {"%m/%d/%Y", "mdy"}, {"%d-%m-%Y", "dmy"}, {"%m-%d-%Y", "mdy"}, {"%d.%m.%Y", ""},
		{"%d/%m/%y", "dmy"}, {"%m/%d/%y", "mdy"}, {"%d.%m.%y", ""},
		{"%Y/%m/%d", ""}, {"%Y.%m.%d", ""}, {"%d %b %Y", ""}, {"%d-%b-%Y", ""}, {"%d-%b-%y", ""}, {"%d %B %Y", ""},
		{"%b %d, %Y", ""}, {"%B %d, %Y", ""}, {"%a, %d %b %Y", ""}, {"%a %b %d %Y", ""},
	}
	clocks := []string{"", " %H:%M:%S", " %H:%M", "T%H:%M:%S", ", %H:%M:%S", ", %H:%M", " %I:%M:%S %p", " %I:%M %p", ", %I:%M:%S %p", ", %I:%M %p"}
	all := []timeCandidate{{timeFormat: iso8601}}
	for _, d := range dates {
		for _, clock := range clocks {
			for _, zone := range []string{"", " %z"} {
				f, err := parseTimeFormat(d.pattern + clock + zone)
				if err == nil && (clock != "" || zone == "") {
					all = append(all, timeCandidate{timeFormat: f, order: d.order})
				}
			}
		}
	}
	return all
}

// timeStats counts which formats the texts of a column are written in.
type timeStats struct {
	candidates []timeCandidate // those that a value was written in
	hits       []int
	misses     int // values that none of them fit
	local      int // values without a zone
}

const (
	timeTries  = 50 // values without a hit after which a column is taken to hold no times
	timeLength = 40 // bytes of the longest time
)

// observe counts a text. known is timeCandidates.
func (s *timeStats) observe(text string, known []timeCandidate) {
	if s.misses > timeTries && len(s.candidates) == 0 || len(text) > timeLength {
		s.misses++
		return
	}
	text = strings.TrimSpace(text)
	if !s.count(text) {
		s.learn(text, known)
	}
}

// count counts a text that a candidate fits.
func (s *timeStats) count(text string) bool {
	found := false
	for i, c := range s.candidates {
		if c.fits(text) {
			s.hits[i]++
			found = true
		}
	}
	if found {
		s.noteZone(text)
	}
	return found
}

// learn adds the candidates that fit a text.
func (s *timeStats) learn(text string, known []timeCandidate) {
	before := len(s.candidates)
	if s.misses <= timeTries && strings.ContainsAny(text, "0123456789") {
		for _, c := range known {
			if c.fits(text) {
				s.candidates, s.hits = append(s.candidates, c), append(s.hits, 1)
			}
		}
	}
	if len(s.candidates) == before {
		s.misses++
		return
	}
	s.noteZone(text)
}

// noteZone counts a time without a zone: read in two zones it is two instants.
func (s *timeStats) noteZone(text string) {
	for _, c := range s.candidates {
		if !c.fits(text) {
			continue
		}
		utc, _ := c.parse(text, time.UTC)
		there, _ := c.parse(text, time.FixedZone("", 3600))
		if !utc.Equal(there) {
			s.local++
		}
		return
	}
}

func (c timeCandidate) fits(text string) bool {
	t, err := c.parse(text, time.UTC)
	return err == nil && t.Year() > 1900 && t.Year() < 2200
}

func isoTime(text string) bool { return timeCandidate{timeFormat: iso8601}.fits(text) }

// best returns the format that most values are written in, the other order of
// day and month that fits as many, and how many fit.
func (s *timeStats) best() (format timeCandidate, other *timeCandidate, hits int) {
	for i, c := range s.candidates {
		if s.hits[i] > hits {
			format, hits = c, s.hits[i]
		}
	}
	for i, c := range s.candidates {
		if s.hits[i] == hits && c.order != "" && c.order != format.order {
			other = &s.candidates[i]
		}
	}
	return format, other, hits
}

// unitStats counts in which unit numbers are times of our age. The ranges of the
// units do not meet.
type unitStats [4]int // as namedFormats has the units

// The age that numbers are taken to be times of.
var unitFrom, unitTo = time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

func (s *unitStats) observe(n float64) {
	for i, f := range namedFormats[1:] {
		if n >= float64(unitFrom*f.unit) && n <= float64(unitTo*f.unit) {
			s[i]++
		}
	}
}

// best returns the unit of most numbers, and how many it makes times of our age.
func (s *unitStats) best() (unit string, hits int) {
	for i, n := range s {
		if n > hits {
			unit, hits = namedFormats[i+1].name, n
		}
	}
	return unit, hits
}
