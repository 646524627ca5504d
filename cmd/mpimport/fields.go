package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mpimport/mparticle"
)

func fieldsCommand(s streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "fields [PREFIX]",
		Short: "Show the fields that can be mapped: path, type, meaning",
		Long: `Show the fields that can be mapped, those of the batch first, then those that
every event has, then those of each event type. Write them as they stand here:

  user_identities.email          a fixed path
  user_attributes.KEY            any name in place of the word in capitals
  product_action.products[].id   a list: one element for each of the column's

PREFIX is the beginning of a path (user_identities, product_action.products) or an
event type (commerce_event), whose own fields and those of every event are shown.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all := mappableFields()
			if len(args) == 1 {
				if all = withPrefix(all, args[0]); len(all) == 0 {
					return fmt.Errorf("no field begins with %s\n  hint: mpimport fields lists all of them", args[0])
				}
			}
			if asJSON {
				e := json.NewEncoder(s.out)
				e.SetIndent("", "  ")
				e.SetEscapeHTML(false)
				return e.Encode(all)
			}
			return printFields(s, all)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as a JSON list")
	return cmd
}

// Scopes of fields that do not belong to one event type.
const (
	batchScope = "batch"
	eventScope = "event" // the data of every event
)

// mappable is a field that a mapping can fill.
type mappable struct {
	Scope    string   `json:"scope"` // batch, event (of every type), or an event type
	Path     string   `json:"path"`
	Kind     string   `json:"kind"` // path, map (with free names) or list
	Type     string   `json:"type"`
	Values   []string `json:"values,omitempty"` // allowed ones; none: any
	Required bool     `json:"required"`         // wherever its object is there
	Identity bool     `json:"identity"`
	MaxChars int      `json:"max_chars,omitempty"`
	MaxNames int      `json:"max_names,omitempty"` // of the map
	Aliases  []string `json:"aliases,omitempty"`
	Meaning  string   `json:"meaning"`
}

// mappableFields lists the catalog. What every event type has stands once.
func mappableFields() []mappable {
	types := mparticle.EventTypes()
	all := slices.DeleteFunc(scoped(batchScope, mparticle.BatchFields()), func(m mappable) bool {
		return m.Path == "environment" || m.Path == "source_request_id" // mpimport sets them itself
	})
	having := map[string]int{} // how many event types have a path
	events := make([][]mappable, len(types))
	for i, t := range types {
		fields, _ := mparticle.EventFields(t) // all types have them
		events[i] = scoped(string(t), fields)
		for _, m := range events[i] {
			having[m.Path]++
		}
	}
	for _, m := range events[0] {
		if having[m.Path] == len(types) {
			m.Scope = eventScope
			all = append(all, m)
		}
	}
	for _, fields := range events {
		all = append(all, slices.DeleteFunc(fields, func(m mappable) bool { return having[m.Path] == len(types) })...)
	}
	return all
}

// scoped lists the fields below root.
func scoped(scope string, root *mparticle.Field) []mappable {
	var all []mappable
	for path, f := range root.Paths() {
		m := mappable{Scope: scope, Path: path, Kind: "path", Type: f.Type.String(), Values: f.Enum, Required: f.Required,
			Identity: f.Identity, MaxChars: f.MaxChars, Aliases: f.Aliases, Meaning: f.Meaning}
		if strings.Contains(path, "[]") {
			m.Kind = "list"
		}
		if f.Shape == mparticle.List {
			m.Kind, m.Type = "list", "list of "+f.Elem.Type.String()+"s"
		}
		steps, _ := root.Resolve(path) // Paths yields what Resolve takes
		for _, step := range steps {
			if step.Field.Shape == mparticle.Map {
				m.Kind, m.MaxNames = "map", step.Field.MaxNames
			}
		}
		all = append(all, m)
	}
	return all
}

// withPrefix are the fields whose path, or type and path, begins so. An event
// type brings along what every event has.
func withPrefix(all []mappable, prefix string) []mappable {
	_, isType := mparticle.EventFields(mparticle.EventType(prefix))
	var found []mappable
	for _, m := range all {
		parent := m.Path[:strings.LastIndexByte(m.Path, '.')+1]
		is := strings.HasPrefix(m.Path, prefix) || strings.HasPrefix(m.Scope+"."+m.Path, prefix) || isType && m.Scope == eventScope
		for _, alias := range m.Aliases {
			is = is || strings.HasPrefix(parent+alias, prefix)
		}
		if is {
			found = append(found, m)
		}
	}
	return found
}

func printFields(s streams, all []mappable) error {
	var types []string
	for _, t := range mparticle.EventTypes() {
		types = append(types, string(t))
	}
	titles := map[string]string{batchScope: "batch: the user", eventScope: "events: data of every type (" + strings.Join(types, ", ") + ")"}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	scope := ""
	for _, m := range all {
		if m.Scope != scope {
			title := titles[m.Scope]
			if title == "" {
				title = "events: data of type " + m.Scope
			}
			if scope != "" {
				fmt.Fprintln(w)
			}
			fmt.Fprintln(w, title)
			scope = m.Scope
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", m.Path, m.Type, m.notes())
	}
	return w.Flush()
}

// notes are the meaning and what else there is to know.
func (m mappable) notes() string {
	notes := []string{m.Meaning}
	if m.Required {
		notes = append(notes, "required")
	}
	if len(m.Values) > 0 {
		notes = append(notes, "one of "+strings.Join(m.Values, ", "))
	}
	if m.MaxChars > 0 {
		notes = append(notes, fmt.Sprintf("up to %d characters", m.MaxChars))
	}
	if m.MaxNames > 0 {
		notes = append(notes, fmt.Sprintf("up to %d names", m.MaxNames))
	}
	if len(m.Aliases) > 0 {
		notes = append(notes, "also "+strings.Join(m.Aliases, ", "))
	}
	return strings.Join(notes, "; ")
}
