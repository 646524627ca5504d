package mapping

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"mpimport/readers"
)

// profile is what the sample shows of a column, or of a member of a nested one.
type profile struct {
	ref      string // as a mapping refers to it: props.page.url, items[].sku
	member   bool   // of a nested column
	inList   bool   // a member of a list's elements
	children []*profile
	byName   map[string]*profile

	seen   int // rows, or elements, that have it
	kinds  [readers.Nested + 1]int
	values int            // values that are neither empty nor a marker
	marks  map[string]int // by marker, such as NULL, how often it stands there

	lists, objects  int // nested values
	scalars         int // list elements that are neither objects nor lists
	numbers, wholes int
	zeros           int // numbers with zeros in front
	points, commas  int // numbers as 1,234.50 writes them, and as 1.234,50 does
	booleans, bits  int // true, false, yes, no; of these or numbers, 0 and 1
	uuids, ips      int
	emails          int
	times           timeStats
	units           unitStats
	longest         int // characters

	some   []string // the first distinct values, sorted by finish
	digest map[uint64]bool

	different distinct // all values
}

// Limits of what a profile remembers.
const (
	profileDepth  = 6
	profileFields = 2000 // profiles of a file
	someValues    = 200  // values remembered
	someLength    = 64   // bytes of a value remembered
	distinctMost  = 2000
	someBeyond    = 10
)

var emailPattern = regexp.MustCompile(`^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s,;<>".]+$`)

func isEmail(text string) bool { return emailPattern.MatchString(strings.TrimSpace(text)) }

func isIP(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// Numbers with marks for thousands. 1,234 and 1.500 fit both.
var (
	pointPattern = regexp.MustCompile(`^-?([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)(\.[0-9]+)?$`)
	commaPattern = regexp.MustCompile(`^-?([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+)(,[0-9]+)?$`)
)

// profiler profiles the columns of a sample.
type profiler struct {
	root   profile
	count  int
	times  []timeCandidate
	beyond []string // the first members that no mapping can refer to
	full   bool     // there are more columns than are profiled
}

func newProfiler() *profiler { return &profiler{times: timeCandidates()} }

// chunk observes the first rows of a chunk.
func (p *profiler) chunk(c *readers.Chunk, rows int) {
	for row := range rows {
		for i, column := range c.Columns {
			if child := p.child(&p.root, column.Name, column.Name); child != nil {
				p.observe(child, c.Value(row, i), 0)
			}
		}
	}
}

// child returns the profile of a member of parent; nil where there are too many.
func (p *profiler) child(parent *profile, name, ref string) *profile {
	if known, ok := parent.byName[name]; ok {
		return known
	}
	if p.count >= profileFields {
		p.full = true
		return nil
	}
	p.count++
	child := &profile{ref: ref, member: parent.ref != "", inList: parent.inList || parent.ref != "" && strings.HasPrefix(ref, parent.ref+"[].")}
	if parent.byName == nil {
		parent.byName = map[string]*profile{}
	}
	parent.byName[name] = child
	parent.children = append(parent.children, child)
	return child
}

func (p *profiler) observe(f *profile, v readers.Value, depth int) {
	f.kinds[v.Kind]++
	if v.Kind == readers.Missing {
		return
	}
	f.seen++
	switch v.Kind {
	case readers.Null:
	case readers.Nested:
		f.values++
		p.nested(f, v.Text, depth)
	case readers.Time:
		f.values++
		if v.Local {
			f.times.local++
		}
	default:
		if text := strings.TrimSpace(v.Text); v.Kind == readers.Text && strings.HasPrefix(text, "[{") && validJSON(text) {
			f.values++
			p.nested(f, text, depth)
			return
		}
		p.scalar(f, v)
	}
}

// nested observes the members of an object, or of the objects in a list.
func (p *profiler) nested(f *profile, raw string, depth int) {
	if depth >= profileDepth {
		f.objects++
		return
	}
	if !strings.HasPrefix(raw, "[") {
		f.objects++
		p.members(f, raw, f.ref+".", depth)
		return
	}
	f.lists++
	for _, element := range elements(raw) {
		switch x := jsonValue(element); {
		case x.Kind == readers.Nested && !strings.HasPrefix(x.Text, "[") && !f.inList:
			p.members(f, element, f.ref+"[].", depth)
		case x.Kind != readers.Nested:
			f.scalars++
			f.longest = max(f.longest, utf8.RuneCountInString(x.Text))
		}
	}
}

func (p *profiler) members(f *profile, raw, prefix string, depth int) {
	for name, value := range members(raw) {
		if name == "" || strings.ContainsAny(name, ".[]") {
			if ref := prefix + name; len(p.beyond) < someBeyond && !slices.Contains(p.beyond, ref) {
				p.beyond = append(p.beyond, ref)
			}
			continue
		}
		if child := p.child(f, prefix+name, prefix+name); child != nil {
			p.observe(child, jsonValue(value), depth+1)
		}
	}
}

// scalar observes a text, number or boolean.
func (p *profiler) scalar(f *profile, v readers.Value) {
	text := v.Text
	if text == "" {
		return
	}
	if _, ok := markers[text]; ok && v.Kind == readers.Text {
		if f.marks == nil {
			f.marks = map[string]int{}
		}
		f.marks[strings.Clone(text)]++
		return
	}
	f.values++
	f.remember(text)
	f.longest = max(f.longest, utf8.RuneCountInString(text))
	trimmed := strings.TrimSpace(text)
	f.number(trimmed, v.Kind == readers.Text)
	switch strings.ToLower(trimmed) {
	case "true", "false", "yes", "no":
		f.booleans++
		f.bits++
	case "0", "1":
		f.bits++
	}
	if v.Kind != readers.Text {
		return
	}
	f.text(text)
	if !numberPattern.MatchString(trimmed) {
		f.times.observe(text, p.times)
	}
}

// number counts what a value is as a number. Only a text can have another style
// than JSON's.
func (f *profile) number(text string, isText bool) {
	plain := numberPattern.MatchString(text)
	if plain || isText && pointPattern.MatchString(text) {
		f.points++
	}
	if isText && commaPattern.MatchString(text) {
		f.commas++
	}
	if !plain {
		return
	}
	f.numbers++
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		f.wholes++
	}
	if digits := strings.TrimPrefix(text, "-"); len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
		f.zeros++
	}
	n, _ := strconv.ParseFloat(text, 64) // the pattern allows numbers only; too great is infinite
	f.units.observe(n)
}

// text counts what else a text may be.
func (f *profile) text(text string) {
	switch {
	case isEmail(text):
		f.emails++
	case uuidPattern.MatchString(text):
		f.uuids++
	case isIP(text):
		f.ips++
	}
}

func (f *profile) remember(text string) {
	if len(f.some) < someValues && len(text) <= someLength && !slices.Contains(f.some, text) {
		f.some = append(f.some, strings.Clone(text)) // the text holds on to its chunk
	}
	hash := xxh3.HashString(text)
	f.different.add(hash)
	if len(f.digest) < distinctMost {
		if f.digest == nil {
			f.digest = map[uint64]bool{}
		}
		f.digest[hash] = true
	}
}

// has reports whether a value was seen, as far as is remembered.
func (f *profile) has(text string) bool { return f.digest[xxh3.HashString(text)] }

// all reports whether every value was counted by n.
func (f *profile) all(n int) bool { return f.values > 0 && n == f.values }

// unique reports whether no value was seen twice, as far as is remembered.
func (f *profile) unique() bool {
	return f.values > 1 && len(f.digest) >= min(f.values, distinctMost)
}

// few reports whether all distinct values are remembered.
func (f *profile) few() bool { return len(f.digest) == len(f.some) && len(f.some) < someValues }

// nested reports whether it holds objects or lists.
func (f *profile) nested() bool { return f.objects+f.lists > 0 }

// onlyObjects reports whether the values are objects whose members have profiles
// of their own.
func (f *profile) onlyObjects() bool {
	return f.nested() && len(f.children) > 0 && f.objects == f.values
}

// walk calls visit with every profile below f, parents first, in the
// order of the columns.
func (f *profile) walk(visit func(*profile)) {
	for _, child := range f.children {
		visit(child)
		child.walk(visit)
	}
}
