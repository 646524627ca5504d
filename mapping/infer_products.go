package mapping

import (
	"slices"
	"strings"

	"mpimport/mparticle"
)

// productColumn is a column, or a member of a list's elements, that holds a
// field of a product.
type productColumn struct {
	field  string // of Product: id, price
	column *profile
}

const productPath = "product_action.products[]."

func productField(name string) *mparticle.Field {
	root, _ := mparticle.EventFields(mparticle.TypeCommerceEvent)
	return leafOf(root, productPath+name)
}

// qualify reports whether columns are those of products: something says which
// product, and what it costs or how many.
func qualify(columns []productColumn, list *profile) bool {
	has := func(fields ...string) bool {
		return slices.ContainsFunc(columns, func(c productColumn) bool { return slices.Contains(fields, c.field) })
	}
	named := list != nil && productLists[compact(list.ref)]
	return has("id", "name") && (has("price", "quantity", "total_product_amount") || named)
}

// productLists are names of lists that hold products, whatever is in them.
var productLists = words("products items lineitems orderitems orderlines cartitems basket cart articles artikel positionen produits productos")

// productList finds a list of products.
func (p *proposer) productList() (*profile, []productColumn) {
	for _, f := range p.fields {
		if f.inList || f.unreachable() || f.lists == 0 || f.lists != f.values || len(f.children) == 0 {
			continue
		}
		var members []*profile
		f.walk(func(m *profile) { members = append(members, m) })
		columns := p.productColumns(members, func(m *profile) ([]string, bool) {
			inside := m.ref[len(f.ref)+len("[]."):]
			return []string{compact(inside), withoutProduct(inside), compact(inside[strings.LastIndexByte(inside, '.')+1:])}, true
		})
		if qualify(columns, f) {
			return f, columns
		}
	}
	return nil, nil
}

// flatProducts finds the columns of one product a row.
func (p *proposer) flatProducts() []productColumn {
	return p.productColumns(p.fields, func(f *profile) ([]string, bool) {
		if f.inList {
			return nil, false
		}
		if short := withoutProduct(f.ref); short != compact(f.ref) {
			return []string{compact(f.ref), short}, true
		}
		return []string{compact(f.ref)}, false
	})
}

// productColumns chooses a column for each field of a product. names are the
// readings of a column's name; short tells that the short names count, too.
func (p *proposer) productColumns(from []*profile, names func(*profile) (names []string, short bool)) []productColumn {
	var chosen []productColumn
	taken := map[*profile]bool{}
	for _, s := range productSynonyms {
		known := strings.Fields(s.clear)
		best, rank := (*profile)(nil), 0
		for _, f := range from {
			own, short := names(f)
			all := known
			if short {
				all = append(slices.Clone(known), strings.Fields(s.short)...)
			}
			at := slices.IndexFunc(all, func(name string) bool { return slices.Contains(own, name) })
			if _, fits := p.origin(f, productField(s.field)); at >= 0 && fits && !p.used[f] && !taken[f] && (best == nil || at < rank) {
				best, rank = f, at
			}
		}
		if best != nil {
			taken[best] = true
			chosen = append(chosen, productColumn{s.field, best})
		}
	}
	return chosen
}

// withoutProduct is a name, compact, without the words in front that say that it
// is a product's.
func withoutProduct(ref string) string {
	parts := split(ref)
	for n := min(2, len(parts)-1); n > 0; n-- {
		if productWords[strings.Join(parts[:n], "")] {
			return strings.Join(parts[n:], "")
		}
	}
	return strings.Join(parts, "")
}

// productLines are the lines of the products, those of a list with all its other
// members as attributes.
func (p *proposer) productLines(plan eventPlan) []*draftLine {
	var lines []*draftLine
	taken := map[*profile]bool{}
	for _, c := range plan.products {
		o, _ := p.origin(c.column, productField(c.field))
		lines = append(lines, p.line(productPath+c.field, c.column, o))
		taken[c.column] = true
	}
	if plan.list == nil {
		return lines
	}
	plan.list.walk(func(m *profile) {
		if taken[m] || m.onlyObjects() {
			return
		}
		o, ok := p.origin(m, productField("custom_attributes.any"))
		l := p.line(productPath+"custom_attributes."+m.ref[len(plan.list.ref)+len("[]."):], m, o)
		if !ok {
			l.value = yamlKey(m.ref)
			l.turnOff(m.unfit())
		}
		lines = append(lines, l)
	})
	return lines
}
