package mapping

import (
	"cmp"
	"slices"
	"strings"

	"mpimport/mparticle"
)

// merger joins encoded objects member by member. Members stay in the order of
// the models, free-form names sorted.
type merger struct {
	later  bool // the later value wins; else the earlier
	append bool // lists of objects are joined
}

// encodedMember is a member of an encoded object.
type encodedMember struct{ name, raw string }

func membersOf(object string) []encodedMember {
	var all []encodedMember
	for name, raw := range members(object) {
		all = append(all, encodedMember{name, raw})
	}
	return all
}

// object joins two encoded objects of a field.
func (m merger) object(dst []byte, f *mparticle.Field, earlier, later []encodedMember) []byte {
	all := slices.Clone(earlier)
	for _, x := range later {
		if i := slices.IndexFunc(all, func(y encodedMember) bool { return y.name == x.name }); i >= 0 {
			all[i].raw = m.value(f.Below(x.name), all[i].raw, x.raw)
		} else {
			all = append(all, x)
		}
	}
	return appendMembers(dst, sortMembers(f, all))
}

// sortMembers puts members into the order of the models, free-form ones into
// that of their names.
func sortMembers(f *mparticle.Field, all []encodedMember) []encodedMember {
	rank := map[string]int{}
	for i, member := range f.Members {
		rank[member.Name] = i
	}
	slices.SortFunc(all, func(x, y encodedMember) int {
		return cmp.Or(cmp.Compare(rank[x.name], rank[y.name]), strings.Compare(x.name, y.name))
	})
	return all
}

// value joins two encoded values of a field, nil for one that has none below it.
func (m merger) value(f *mparticle.Field, earlier, later string) string {
	switch {
	case f != nil && (f.Shape == mparticle.Object || f.Shape == mparticle.Map) && earlier[0] == '{' && later[0] == '{':
		return "{" + string(m.object(nil, f, membersOf(earlier), membersOf(later))) + "}"
	case m.append && f != nil && f.Shape == mparticle.List && f.Elem.Shape == mparticle.Object && earlier[0] == '[' && later[0] == '[':
		return strings.TrimSuffix(earlier, "]") + "," + strings.TrimPrefix(later, "[")
	case m.later:
		return later
	}
	return earlier
}

func appendMembers(dst []byte, all []encodedMember) []byte {
	for i, m := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(appendString(dst, m.name), ':'), m.raw...)
	}
	return dst
}

// MergeFields joins the batch-level fields of two records of a user, as
// Record.Fields holds them: the later value of each field wins. A user attribute
// that the later record deletes is gone, and one that it sets is no longer
// deleted.
func MergeFields(earlier, later []byte) []byte {
	before, after := membersOf("{"+string(earlier)+"}"), membersOf("{"+string(later)+"}")
	before = withoutNames(before, "user_attributes", listed(after))
	var set []string
	for _, m := range after {
		if m.name == "user_attributes" {
			for name := range members(m.raw) {
				set = append(set, name)
			}
		}
	}
	deleted := slices.DeleteFunc(listed(before), func(name string) bool { return slices.Contains(set, name) })
	deleted = append(deleted, listed(after)...)
	slices.Sort(deleted)
	all := merger{later: true}.object(nil, mparticle.BatchFields(), withoutList(before), withoutList(after))
	if len(deleted) == 0 {
		return all
	}
	list := encodedMember{deletedAttributes, string(appendList(nil, slices.Compact(deleted)))}
	return merger{}.object(nil, mparticle.BatchFields(), membersOf("{"+string(all)+"}"), []encodedMember{list})
}

const deletedAttributes = "deleted_user_attributes"

// listed are the names of the user attributes that fields delete.
func listed(fields []encodedMember) []string {
	var names []string
	for _, m := range fields {
		if m.name == deletedAttributes {
			for _, raw := range elements(m.raw) {
				names = append(names, jsonValue(raw).Text)
			}
		}
	}
	return names
}

func withoutList(fields []encodedMember) []encodedMember {
	return slices.DeleteFunc(slices.Clone(fields), func(m encodedMember) bool { return m.name == deletedAttributes })
}

// withoutNames takes members out of one of the fields, and the field with the
// last of them.
func withoutNames(fields []encodedMember, field string, names []string) []encodedMember {
	if len(names) == 0 {
		return fields
	}
	var all []encodedMember
	for _, m := range fields {
		if m.name == field {
			kept := slices.DeleteFunc(membersOf(m.raw), func(x encodedMember) bool { return slices.Contains(names, x.name) })
			if len(kept) == 0 {
				continue
			}
			m.raw = "{" + string(appendMembers(nil, kept)) + "}"
		}
		all = append(all, m)
	}
	return all
}

// SplitAttributes parts batch-level fields into those that say what is known of
// the user, set and deleted attributes, and all others.
func SplitAttributes(fields []byte) (others, attributes []byte) {
	var rest, mine []encodedMember
	for _, m := range membersOf("{" + string(fields) + "}") {
		if m.name == "user_attributes" || m.name == deletedAttributes {
			mine = append(mine, m)
		} else {
			rest = append(rest, m)
		}
	}
	return appendMembers(nil, rest), appendMembers(nil, mine)
}

// Within reports whether fields say nothing that others do not say.
func Within(fields, others []byte) bool {
	return objectWithin("{"+string(fields)+"}", "{"+string(others)+"}")
}

func objectWithin(object, other string) bool {
	known := map[string]string{}
	for name, raw := range members(other) {
		known[name] = raw
	}
	for name, raw := range members(object) {
		there, ok := known[name]
		if !ok || raw != there && (raw[0] != '{' || there[0] != '{' || !objectWithin(raw, there)) {
			return false
		}
	}
	return true
}

// Changes returns the paths of the batch-level fields in which two records
// differ, to the depth of user_attributes.NAME.
func Changes(before, after []byte) []string {
	var paths []string
	differ(&paths, "", membersOf("{"+string(before)+"}"), membersOf("{"+string(after)+"}"))
	slices.Sort(paths)
	return slices.Compact(paths)
}

func differ(paths *[]string, prefix string, before, after []encodedMember) {
	rest := slices.Clone(after)
	for _, m := range before {
		i := slices.IndexFunc(rest, func(x encodedMember) bool { return x.name == m.name })
		other := ""
		if i >= 0 {
			other = rest[i].raw
			rest = slices.Delete(rest, i, i+1)
		}
		switch {
		case other == m.raw:
		case prefix == "" && m.raw[0] == '{' && (other == "" || other[0] == '{'):
			differ(paths, m.name+".", membersOf(m.raw), membersOf(other))
		default:
			*paths = append(*paths, prefix+m.name)
		}
	}
	for _, m := range rest {
		if prefix == "" && m.raw[0] == '{' {
			differ(paths, m.name+".", nil, membersOf(m.raw))
			continue
		}
		*paths = append(*paths, prefix+m.name)
	}
}
