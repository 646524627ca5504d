package mparticle_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"mpimport/mparticle"
)

// batches generates batches from the models themselves: each member that is
// there has a value that its tags allow, but for a mistake now and then if there
// may be mistakes.
func batches(mistakes bool) *rapid.Generator[*mparticle.Batch] {
	return rapid.Custom(func(t *rapid.T) *mparticle.Batch {
		g := generator{t, mistakes}
		b := &mparticle.Batch{}
		g.object(reflect.ValueOf(b).Elem())
		if !g.mistake() {
			b.UserIdentities = &mparticle.UserIdentities{CustomerID: new("7")}
		}
		return b
	})
}

type generator struct {
	t        *rapid.T
	mistakes bool
}

func (g generator) mistake() bool {
	return g.mistakes && rapid.IntRange(0, 40).Draw(g.t, "mistake") == 0
}

// sometimes is true for one of n.
func (g generator) sometimes(n int) bool { return rapid.IntRange(1, n).Draw(g.t, "sometimes") == 1 }

var texts = rapid.OneOf(rapid.SampledFrom([]string{"a", "0", "Zürich", "<b>&", "\u2028", "\x00", "\U0001F600", `"\`, "1e400"}), rapid.StringN(1, 8, 16))

var numbers = rapid.SampledFrom([]json.Number{"0", "-0", "1", "9.90", "-1.50e-3", "12345678901234567890", "1E400"})

// object fills a struct.
func (g generator) object(v reflect.Value) {
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		rules := strings.Split(sf.Tag.Get("rule"), ",")
		required := slices.Contains(rules, "required")
		switch {
		case sf.Anonymous:
			g.object(v.Field(i))
		case strings.HasPrefix(sf.Tag.Get("rule"), "oneof"):
		case required && !g.mistake(), !required && (sf.Name == "Events" || g.sometimes(4)):
			g.value(v.Field(i), sf.Name, rules)
		}
	}
	if e, ok := v.Addr().Interface().(*mparticle.CommerceEvent); ok {
		g.variation(e)
	}
}

// variation makes a commerce event of one kind.
func (g generator) variation(e *mparticle.CommerceEvent) {
	kind := rapid.IntRange(0, 2).Draw(g.t, "kind")
	both := g.mistake()
	if kind == 0 || both {
		g.value(reflect.ValueOf(&e.ProductAction).Elem(), "", nil)
	}
	if kind == 1 {
		g.value(reflect.ValueOf(&e.PromotionAction).Elem(), "", nil)
	}
	if kind == 2 && !g.mistake() {
		g.value(reflect.ValueOf(&e.ProductImpressions).Elem(), "", nil)
	}
}

// value fills a member.
func (g generator) value(v reflect.Value, name string, rules []string) {
	switch x := v.Addr().Interface().(type) {
	case *mparticle.Events:
		*x = g.events()
		return
	case *mparticle.Attributes:
		*x = g.attributes(false, slices.Contains(rules, "text"))
		return
	case *mparticle.UserAttributes:
		*x = g.attributes(true, false)
		return
	case *mparticle.CustomFlags:
		*x = g.attributes(true, false)
		return
	case *json.Number:
		*x = numbers.Draw(g.t, "number")
		return
	case *any:
		*x = g.attribute(true)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		g.value(v.Elem(), name, rules)
	case reflect.Struct:
		g.object(v)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(g.t, "length"), 2))
		for i := range v.Len() {
			g.value(v.Index(i), "", nil)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 2).Draw(g.t, "length") {
			elem := reflect.New(v.Type().Elem()).Elem()
			g.value(elem, "", nil)
			v.SetMapIndex(reflect.ValueOf(texts.Draw(g.t, "name")), elem)
		}
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(g.t, "integer"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(g.t, "boolean"))
	case reflect.String:
		v.SetString(g.text(v, rules))
	}
}

// text is a text that the rules allow.
func (g generator) text(v reflect.Value, rules []string) string {
	enum, isEnum := v.Interface().(interface{ Values() []string })
	switch {
	case g.mistake():
		return rapid.SampledFrom([]string{"", "nope"}).Draw(g.t, "wrong")
	case isEnum:
		return rapid.SampledFrom(enum.Values()).Draw(g.t, "value")
	case slices.Contains(rules, "uuid"):
		return rapid.StringMatching(`[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9A-F]{4}-[0-9a-f]{12}`).Draw(g.t, "uuid")
	case slices.Contains(rules, "ip"):
		return rapid.SampledFrom([]string{"192.0.2.1", "::", "2001:db8::1", "::ffff:192.0.2.1"}).Draw(g.t, "ip")
	}
	return texts.Draw(g.t, "text")
}

// attributes are free-form values as they come out of JSON.
func (g generator) attributes(lists, onlyText bool) map[string]any {
	all := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(g.t, "length") {
		name := texts.Draw(g.t, "name")
		if all[name] = g.attribute(lists); onlyText && !g.mistake() {
			all[name] = texts.Draw(g.t, "text")
		}
	}
	return all
}

func (g generator) attribute(lists bool) any {
	switch rapid.IntRange(0, 4).Draw(g.t, "kind") {
	case 0:
		return numbers.Draw(g.t, "number")
	case 1:
		return rapid.Bool().Draw(g.t, "boolean")
	case 2:
		if lists || g.mistake() {
			return []any{texts.Draw(g.t, "entry"), numbers.Draw(g.t, "entry")}
		}
	case 3:
		if g.mistake() {
			return map[string]any{"a": "b"}
		}
	}
	return texts.Draw(g.t, "text")
}

func (g generator) events() mparticle.Events {
	events := mparticle.Events{}
	for range rapid.IntRange(0, 3).Draw(g.t, "events") {
		kind := rapid.SampledFrom(mparticle.EventTypes()).Draw(g.t, "type")
		e, _ := mparticle.NewEvent(kind)
		g.object(reflect.ValueOf(e).Elem())
		events = append(events, e)
	}
	return events
}
