package mapping

import (
	"maps"
	"slices"
)

// markers are texts that may stand for "no value". Some are never anything
// else; the others may be words and are markers only where they stand among
// numbers, times or the like.
var markers = map[string]bool{
	`\N`: true, "NULL": true, "null": true, "N/A": true, "n/a": true, "#N/A": true, "(null)": true, "<null>": true,
	"NA": false, "Null": false, "None": false, "none": false, "nil": false, "NaN": false, "nan": false, "undefined": false, "-": false, "--": false, "?": false, " ": false,
}

// typed reports whether the values, markers aside, are of one kind, so that a
// marker among them can be no word.
func (f *profile) typed() bool {
	_, _, times := f.times.best()
	for _, n := range []int{f.points, f.commas, f.booleans, f.uuids, f.emails, f.ips, times} {
		if f.values > 0 && n == f.values {
			return true
		}
	}
	return false
}

// settleMarkers chooses the texts that the mapping takes for no value. What is
// left in marks are words.
func (f *profile) settleMarkers() []string {
	typed, words := map[string]bool{}, map[string]bool{}
	f.walk(func(c *profile) {
		for mark := range c.marks {
			if markers[mark] || c.typed() {
				typed[mark] = true
			} else if c.values > 0 {
				words[mark] = true
			}
		}
	})
	var chosen []string
	for mark := range typed {
		if markers[mark] || !words[mark] {
			chosen = append(chosen, mark)
		}
	}
	slices.Sort(chosen)
	f.walk(func(c *profile) { c.dropMarkers(chosen) })
	return chosen
}

// dropMarkers takes chosen markers for no values, and the others for words.
func (f *profile) dropMarkers(chosen []string) {
	for _, mark := range chosen {
		delete(f.marks, mark)
	}
	for _, mark := range slices.Sorted(maps.Keys(f.marks)) {
		f.values += f.marks[mark]
		f.remember(mark)
	}
	slices.Sort(f.some)
}
