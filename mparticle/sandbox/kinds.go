package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rules say what an object may hold.
type rules map[string]rule

// rule says what one member may be.
type rule struct {
	required bool
	is       func(v any) string // what is wrong with a value, "" if nothing
}

// check holds an object against its rules: all members are known and right, and
// the required ones are there. Of several problems it names the first by name,
// so that the same body always gets the same answer.
func check(o object, known rules, path string) error {
	worst := problem{}
	for name, value := range o {
		if text := known.member(name, value); text != "" {
			worst = worst.or(name, path+"."+name+text)
		}
	}
	for name, r := range known {
		if r.required && (o[name] == nil || o[name] == "") {
			worst = worst.or(name, fmt.Sprintf("%s: Required field %q is missing or empty", path, name))
		}
	}
	return worst.err
}

// problem is what is wrong with a member.
type problem struct {
	name string
	err  error
}

// or returns the one of two problems whose name comes first.
func (p problem) or(name, text string) problem {
	if p.err != nil && p.name <= name {
		return p
	}
	return problem{name, errors.New(text)}
}

// member says what is wrong with a member, "" if nothing.
func (known rules) member(name string, value any) string {
	r, ok := known[name]
	switch {
	case !ok:
		return ": unknown field"
	case value == nil:
		return ""
	}
	return r.is(value)
}

func text(v any) string {
	switch v.(type) {
	case string, bool, json.Number:
		return ""
	}
	return ": is not a text"
}

func onlyText(v any) string {
	if _, ok := v.(string); !ok {
		return ": is not a text"
	}
	return ""
}

func integer(v any) string {
	n, ok := v.(json.Number)
	if _, err := strconv.ParseInt(n.String(), 10, 64); !ok || err != nil {
		return ": is not a whole number"
	}
	return ""
}

func number(v any) string {
	if _, ok := v.(json.Number); !ok {
		return ": is not a number"
	}
	return ""
}

func boolean(v any) string {
	if _, ok := v.(bool); !ok {
		return ": is not true or false"
	}
	return ""
}

func oneOf(allowed ...string) func(any) string {
	return func(v any) string {
		if s, ok := v.(string); !ok || !slices.Contains(allowed, s) {
			return ": is not one of " + strings.Join(allowed, ", ")
		}
		return ""
	}
}

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

func uuid(v any) string {
	if s, ok := v.(string); !ok || !uuidPattern.MatchString(s) {
		return ": is not a UUID"
	}
	return ""
}

func ip(v any) string {
	s, _ := v.(string)
	if _, err := netip.ParseAddr(s); err != nil {
		return ": is not an IP address"
	}
	return ""
}

func anything(any) string { return "" }

func objectOf(known rules) func(any) string {
	return func(v any) string {
		o, ok := v.(map[string]any)
		if !ok {
			return ": is not an object"
		}
		if err := check(o, known, ""); err != nil {
			return err.Error()
		}
		return ""
	}
}

// mapOf takes free-form names, with what is says for each value.
func mapOf(is func(any) string) func(any) string {
	return func(v any) string {
		o, ok := v.(map[string]any)
		if !ok {
			return ": is not an object"
		}
		worst := problem{}
		for name, value := range o {
			if value == nil {
				continue
			}
			if text := is(value); text != "" {
				worst = worst.or(name, "."+name+text)
			}
		}
		if worst.err != nil {
			return worst.err.Error()
		}
		return ""
	}
}

func listOf(is func(any) string) func(any) string {
	return func(v any) string {
		items, ok := v.([]any)
		if !ok {
			return ": is not a list"
		}
		for i, item := range items {
			if text := is(item); text != "" {
				return fmt.Sprintf("[%d]%s", i, text)
			}
		}
		return ""
	}
}

// The limits of attributes (Default Service Limits).
const (
	maxAttributes = 100
	maxNameChars  = 256
	maxValueChars = 4096
	maxEntries    = 1000
	maxEntryChars = 512
)

// attributes takes free-form names and values within the limits; lists says
// whether a value may be a list.
func attributes(lists bool, value func(any) string) func(any) string {
	all := mapOf(func(v any) string { return attribute(v, lists, value) })
	return func(v any) string {
		o, _ := v.(map[string]any)
		if len(o) > maxAttributes {
			return fmt.Sprintf(": has %d attributes, the limit is %d", len(o), maxAttributes)
		}
		for name := range o {
			if len(name) > maxNameChars && utf8.RuneCountInString(name) > maxNameChars {
				return fmt.Sprintf(": has a name over %d characters", maxNameChars)
			}
		}
		return all(v)
	}
}

func attribute(v any, lists bool, value func(any) string) string {
	if items, ok := v.([]any); ok && lists {
		return entries(items)
	}
	if wrong := value(v); wrong != "" {
		return wrong
	}
	if s, ok := v.(string); ok && len(s) > maxValueChars && utf8.RuneCountInString(s) > maxValueChars {
		return fmt.Sprintf(": is over %d characters", maxValueChars)
	}
	return ""
}

func entries(items []any) string {
	if len(items) > maxEntries {
		return fmt.Sprintf(": has more than %d entries", maxEntries)
	}
	for i, item := range items {
		if wrong := text(item); wrong != "" {
			return fmt.Sprintf("[%d]%s", i, wrong)
		}
		if s, ok := item.(string); ok && utf8.RuneCountInString(s) > maxEntryChars {
			return fmt.Sprintf("[%d]: is over %d characters", i, maxEntryChars)
		}
	}
	return ""
}
