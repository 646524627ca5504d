package mapping

import (
	"fmt"
	"testing"

	"mpimport/readers"
)

func TestPrune(t *testing.T) {
	tests := []struct{ name, where, want string }{
		{"one", `kind == "a"`, `[kind == a]`},
		{"joined, in order", `n > 5 and kind in ["a", "b"] and f <= 1.5`, `[n > 5 kind in a b f <= 1.5]`},
		{"another name", `row["the kind"] != "a"`, `[the kind != a]`},
		{"ends at what computes", `n > 5 and lower(kind) == "a" and m > 1`, `[n > 5]`},
		{"or is no conjunction", `n > 5 or m > 1`, `[]`},
		{"negation", `not (n > 5)`, `[]`},
		{"nothing and the empty text are passed over", `a != "" and b == nil and n > 5`, `[n > 5]`},
		{"mixed values are passed over", `a in ["x", 5] and n > 5`, `[n > 5]`},
		{"an order that is no order ends it", `a > nil and n > 5`, ``},
		{"negative", `n >= -5`, `[n >= -5]`},
		{"true", `ok == true`, `[ok == true]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := Load("m.yaml", []byte(head+"batch:\n  user_identities.email: mail\nwhere: '"+test.where+"'\n"), nil)
			if test.want == "" {
				if err == nil {
					t.Error("the loader takes it")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var o readers.Options
			m.Prune(&o)
			var parts []string
			for _, c := range o.Prune {
				text := c.Column + " " + c.Op
				for _, v := range c.Values {
					text += " " + v.Text
				}
				parts = append(parts, text)
			}
			if got := fmt.Sprint(parts); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
