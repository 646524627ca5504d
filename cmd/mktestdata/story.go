package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// story is what a few people did in a shop, as the exports of several vendors
// tell it: interleaved, at first anonymous, some of them later known.
type story struct {
	random *rand.Rand
	people []*person
	acts   []act
}

type person struct {
	id                        string // "" for one who never logs in
	email, first, last, phone string
	city, country, language   string
	anonymous                 string // id of the browser, a UUID
	mobile                    bool   // uses the app
	done                      int    // acts so far
}

// act is one thing that a person did.
type act struct {
	n     int // from 0
	who   *person
	known bool // the person had logged in before, or does so now
	at    time.Time
	kind  string // page, search, cart, order, login
	title string // of a page
	path  string
	query string
	cart  basket
}

// basket holds products, and what an order of them costs in cents.
type basket struct {
	number               int
	items                []product
	shipping, tax, total int
	coupon               string
}

type product struct {
	sku, name, category string
	price, quantity     int // price in cents
}

var products = []product{
	{sku: "000123", name: "Mug \"Blue\"", category: "Kitchen", price: 1290},
	{sku: "000124", name: "Tee, größe L", category: "Clothes", price: 2400},
	{sku: "009999", name: "Poster 🖼", category: "Home", price: 990},
	{sku: "110000", name: "Lamp", category: "Home", price: 12905},
}

// newStory tells n acts.
func newStory(n int) *story {
	s := &story{random: rand.New(rand.NewPCG(17, 23))}
	s.people = []*person{
		{id: "0007", email: "Ada.Smith@Example.com", first: "Ada", last: "Smith", phone: "+442071838750", city: "London", country: "GB", language: "en"},
		{id: "9007199254740993", email: "jp@example.org", first: "José", last: "Peña", city: "Madrid", country: "ES", language: "es"},
		{city: "Kraków", country: "PL", language: "pl"},
		{id: "18446744073709551615", email: "mei@example.com", first: "美", last: "林", city: "東京", country: "JP", language: "ja", mobile: true},
		{id: "u-4711", first: "Kim", last: "O'Neil", city: "Cork", country: "IE", language: "en", mobile: true},
		{id: "00120045", email: "jurgen@example.de", first: "Jürgen", last: "Groß", phone: "+491701234567", city: "Köln", country: "DE", language: "de"},
		{city: "", country: "US", language: "en", mobile: true},
	}
	for i, p := range s.people {
		p.anonymous = fmt.Sprintf("%08x-5e0f-4a1b-8c2d-%012x", s.random.Uint32(), i+1)
	}
	clock := start
	for i := range n {
		clock = clock.Add(time.Duration(1+s.random.IntN(2_400_000)) * time.Millisecond)
		s.acts = append(s.acts, s.act(i, clock))
	}
	return s
}

// act lets one of the people do the next thing.
func (s *story) act(n int, at time.Time) act {
	kinds := []string{"page", "search", "login", "page", "cart", "order"}
	pages := [][2]string{{"Home", "/"}, {"Kitchen", "/c/kitchen"}, {"Größen & Maße", "/help/größe?x=1&y=<2>"}}
	p := s.people[s.random.IntN(len(s.people))]
	a := act{n: n, who: p, at: at, kind: kinds[p.done%len(kinds)]}
	p.done++
	if a.kind == "login" && p.done > len(kinds) || p.id == "" && (a.kind == "login" || a.kind == "order") {
		a.kind = "page" // one logs in once, and orders only then
	}
	a.known = p.id != "" && p.done > 2
	page := pages[s.random.IntN(len(pages))]
	a.title, a.path = page[0], page[1]
	switch a.kind {
	case "search":
		a.query = []string{"mug", "größe l", "a \"quoted\" word"}[s.random.IntN(3)]
	case "cart":
		a.cart = s.basket(n, 1)
	case "order":
		a.cart = s.basket(n, 2+s.random.IntN(3))
	}
	return a
}

func (s *story) basket(n, size int) basket {
	b := basket{number: 1001 + n}
	for i := range size {
		item := products[(n+i)%len(products)]
		item.quantity = 1 + s.random.IntN(3)
		b.items = append(b.items, item)
		b.total += item.price * item.quantity
	}
	b.tax, b.shipping = b.total*19/119, 490
	b.total += b.shipping
	if n%2 == 0 {
		b.coupon = "SPRING10"
	}
	return b
}

// money writes cents with two decimals.
func money(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// uuid makes the id of an act, or another one of the same act.
func (a act) uuid(other int) string {
	return fmt.Sprintf("%08x-77aa-4b1c-9d2e-%012x", 0xc0ffee00+other, a.n+1)
}

// object is a JSON object; its members are written in the order of their names.
type object = map[string]any

// orNil is nil for an empty text.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// number is a small number of the person's own.
func (p *person) number() int {
	n := 0
	for _, c := range p.anonymous {
		n += int(c)
	}
	return n % 97
}
