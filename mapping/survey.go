package mapping

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"mpimport/readers"
)

// ColumnSurvey is what the first rows of files show of a column.
type ColumnSurvey struct {
	Name     string  `json:"name"`
	Used     bool    `json:"used"`     // by the mapping
	Holds    string  `json:"holds"`    // what kind of values, and how times are written
	Empty    float64 `json:"empty"`    // share of the rows without a value, from 0 to 1
	Distinct int     `json:"distinct"` // different values, lists and objects apart
	Estimate bool    `json:"estimate"` // Distinct is an estimate
}

// Survey looks at the first rows, 0 for all, of files: the columns that they
// have and what they hold. A source "-" is left out: it can be read once only.
func (m *Mapping) Survey(ctx context.Context, sources []string, o readers.Options, rows int64) ([]ColumnSurvey, error) {
	found := newProfiler()
	var total int64
	var names []string
	for _, source := range sources {
		if source == "-" || rows > 0 && total >= rows {
			continue
		}
		s := &sample{source: source, read: o}
		if s.read.Columns = nil; rows > 0 {
			s.rows = rows - total
		}
		n, _, err := s.each(ctx, found.chunk)
		if err != nil {
			return nil, err
		}
		total += n
	}
	for _, p := range found.root.children {
		names = append(names, p.ref)
	}
	unmapped := m.Unmapped(names)
	all := make([]ColumnSurvey, len(found.root.children))
	for i, p := range found.root.children {
		all[i] = p.survey(total, m.nulls)
		all[i].Used = !slices.Contains(unmapped, p.ref)
	}
	return all, nil
}

func (f *profile) survey(rows int64, nulls nullTexts) ColumnSurvey {
	for mark, n := range f.marks {
		if !nulls.has(mark) {
			f.values += n
			f.remember(mark)
		}
	}
	n, exact := f.different.count()
	c := ColumnSurvey{Name: f.ref, Holds: f.holds(), Distinct: n, Estimate: !exact}
	if rows > 0 {
		c.Empty = float64(rows-int64(f.values)) / float64(rows)
	}
	return c
}

// holds says in words what the values are.
func (f *profile) holds() string {
	format, other, times := f.times.best()
	unit, hits := f.units.best()
	switch {
	case f.values == 0:
		return "nothing"
	case f.all(f.objects):
		return "objects"
	case f.all(f.lists):
		return "lists"
	case f.all(f.kinds[readers.Time]):
		return "times"
	case f.all(f.kinds[readers.Bool]) || f.all(f.booleans):
		return "true or false"
	case f.all(f.emails):
		return "e-mail addresses"
	case f.all(f.uuids):
		return "UUIDs"
	case f.all(f.ips):
		return "IP addresses"
	case f.all(f.wholes) && f.zeros > 0:
		return "digits, some with zeros in front"
	case f.all(f.wholes) && f.all(hits):
		return "whole numbers, as times " + unit
	case f.all(f.wholes):
		return "whole numbers"
	case f.all(f.numbers):
		return "numbers"
	case f.all(f.points):
		return "numbers with commas for thousands"
	case f.all(f.commas):
		return "numbers with a decimal comma"
	case times == f.values && other != nil:
		return "times " + format.name + ", or " + other.name
	case times == f.values:
		return "times " + format.name
	}
	return f.mixed(map[string]int{"numbers": f.numbers, "times " + format.name: times, "true or false": f.booleans, "objects": f.objects, "lists": f.lists})
}

// mixed says what most values are, and how many are not.
func (f *profile) mixed(counts map[string]int) string {
	most := "texts"
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name]*10 >= f.values*9 {
			most = fmt.Sprintf("%s, but for %d", name, f.values-counts[name])
		}
	}
	return most
}
