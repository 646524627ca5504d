package mparticle

import (
	"fmt"
	"strings"
)

// Step is one step of a resolved path: from a Field to a member of an Object, a
// value of a Map, or the elements of a List.
type Step struct {
	Key   string // JSON name of the member or map value; "" for the elements of a list
	Field *Field // where the step leads
}

// PathError says why a path names no field.
type PathError struct {
	Path    string   // the whole path
	Prefix  string   // the part of it that is right, with its dot; may be ""
	Word    string   // the part that is wrong; "" where something is missing
	Reason  string   // what is wrong, for people
	Choices []string // names that could stand where Word stands; nil where any can
}

// Error returns "unknown field PATH" or what else is wrong.
func (e *PathError) Error() string { return e.Reason }

// Resolve walks path from f down to a Leaf or to a List of leaves. Members are
// joined by dots, a list's elements are "name[]", and what follows a free-form
// map is its key, dots included: user_attributes.Member Tier. Where the values
// of a map are objects themselves, the key ends at the last dot. The error is a
// *PathError.
func (f *Field) Resolve(path string) ([]Step, error) {
	var steps []Step
	rest := path
	for {
		if f.Shape == Leaf || (f.Shape == List && rest == "" && f.Elem.Shape == Leaf) {
			if rest != "" {
				return nil, &PathError{Path: path, Reason: fmt.Sprintf("unknown field %s: %s has no parts", path, strings.TrimSuffix(path, "."+rest))}
			}
			return steps, nil
		}
		if rest == "" {
			return nil, incomplete(path, f)
		}
		var key string
		key, rest = f.cut(rest)
		next, err := f.step(path, key, rest)
		if err != nil {
			return nil, err
		}
		steps = append(steps, next...)
		f = next[len(next)-1].Field
	}
}

// cut splits the next key off a path.
func (f *Field) cut(path string) (key, rest string) {
	if f.Shape != Map {
		key, rest, _ = strings.Cut(path, ".")
		return key, rest
	}
	switch f.Elem.Shape {
	case Leaf:
		return path, ""
	case Object:
		if i := strings.LastIndexByte(path, '.'); i >= 0 {
			return path[:i], path[i+1:]
		}
	default:
		key, rest, _ = strings.Cut(path, ".")
		return key, rest
	}
	return path, ""
}

// step goes from f to key; a list's "[]" makes it two steps.
func (f *Field) step(path, key, rest string) ([]Step, error) {
	if f.Shape == Map {
		return []Step{{Key: key, Field: f.Elem}}, nil
	}
	name, list := strings.CutSuffix(key, "[]")
	member, ok := f.Member(name)
	if !ok {
		prefix := strings.TrimSuffix(path, rest)
		prefix = strings.TrimSuffix(strings.TrimSuffix(prefix, "."), key)
		return nil, &PathError{Path: path, Prefix: prefix, Word: key, Reason: "unknown field " + path, Choices: f.choices()}
	}
	steps := []Step{{Key: member.Name, Field: member}}
	switch {
	case list && member.Shape != List:
		return nil, &PathError{Path: path, Reason: fmt.Sprintf("%s is not a list: write it without []", name)}
	case list:
		steps = append(steps, Step{Field: member.Elem})
	case member.Shape == List && member.Elem.Shape != Leaf:
		return nil, &PathError{Path: path, Word: key, Reason: fmt.Sprintf("%s is a list: write %s[]", name, name),
			Prefix: strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(path, rest), "."), key), Choices: []string{name + "[]"}}
	}
	return steps, nil
}

// choices are the names that a path can go on with.
func (f *Field) choices() []string {
	var names []string
	for _, m := range f.Members {
		name := m.Name
		if m.Shape == List && m.Elem.Shape != Leaf {
			name += "[]"
		}
		names = append(names, name)
	}
	return names
}

func incomplete(path string, f *Field) *PathError {
	e := &PathError{Path: path, Prefix: path + ".", Choices: f.choices()}
	if f.Shape == Map {
		e.Reason = fmt.Sprintf("%s needs a name after it: %s.NAME", path, path)
		return e
	}
	e.Reason = fmt.Sprintf("%s is not a field but a group of fields", path)
	return e
}
