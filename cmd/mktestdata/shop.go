package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// shop makes up data; its random source is seeded with a constant.
type shop struct {
	random *rand.Rand
	users  []user
	clock  time.Time
}

type user struct {
	id    string // with leading zeros, or above 2^53
	email string
	tier  string
	city  string
	phone string
}

// event is a row of the events files. Broken rows have texts that cannot be
// mapped; they are the same in all formats.
type event struct {
	EventID, UserID, Email, TS, Kind, Page, Note, Amount string
}

type order struct {
	OrderID, UserID, TS, Currency, Total, Coupon string
	Items                                        []item
}

type item struct {
	SKU, Name, Price string
	Quantity         int64
}

// start lies far enough back that all events are historical, whenever the tests
// run.
var start = time.Date(2024, 3, 1, 8, 0, 0, 0, time.UTC)

var (
	cities = []string{"Köln", "São Paulo", "東京", "New York", "Kraków", ""}
	tiers  = []string{"g", "s", "b", ""}
	pages  = []string{"/", "/search?q=a&b=<c>", "/p/0042", "/cart", "/größe"}
	notes  = []string{"", "", "said \"hello\"", "two\nlines", "a, comma", "emoji 🛒👍", "tab\there", "back\\slash"}
	names  = []string{"Mug \"Blue\"", "Tee, größe L", "Poster 🖼", "Pen", "Lamp\nwarm"}
)

func newShop() *shop {
	s := &shop{random: rand.New(rand.NewPCG(7, 11)), clock: start}
	for i := range 400 {
		u := user{id: fmt.Sprintf("%07d", i*13+1), tier: pick(s, tiers), city: pick(s, cities)}
		if i%5 == 0 {
			u.id = fmt.Sprint(9007199254740993 + int64(i)*2)
		}
		if i%4 != 3 {
			u.email = fmt.Sprintf("User%d@Example.com", i)
		}
		u.phone = fmt.Sprintf("+49 (0)170 %07d", i*7919)
		s.users = append(s.users, u)
	}
	return s
}

func pick[T any](s *shop, all []T) T { return all[s.random.IntN(len(all))] }

// user prefers the first ones, as in real life a few do most.
func (s *shop) user() user {
	f := s.random.Float64()
	return s.users[int(f*f*float64(len(s.users)))]
}

// now moves the clock on by up to ten minutes.
func (s *shop) now() time.Time {
	s.clock = s.clock.Add(time.Duration(1+s.random.IntN(600_000)) * time.Millisecond)
	return s.clock
}

func (s *shop) amount() string {
	return fmt.Sprintf("%d.%02d", s.random.IntN(400), s.random.IntN(100))
}

func (s *shop) events(n int) []event {
	kinds := []string{"view", "view", "view", "search", "signup"}
	var all []event
	for i := range n {
		u := s.user()
		e := event{
			EventID: fmt.Sprintf("%08x-0000-4000-8000-%012x", s.random.Uint32(), i), UserID: u.id, Email: u.email,
			TS: s.now().Format("2006-01-02T15:04:05.000Z"), Kind: pick(s, kinds), Page: pick(s, pages), Note: pick(s, notes), Amount: s.amount(),
		}
		breakEvent(&e, i)
		all = append(all, e)
	}
	return all
}

// breakEvent breaks a handful of rows, each in a way that real files have.
func breakEvent(e *event, i int) {
	switch i {
	case 101:
		e.TS = "31/02/2024"
	case 444, 445:
		e.TS = ""
	case 1207:
		e.UserID, e.Email = "", ""
	case 1500:
		e.Amount = "1,234.50"
	case 2222:
		e.UserID, e.Email = "null", ""
	case 3001:
		e.Amount = "NaN"
	}
}

func (s *shop) orders(n int) []order {
	var all []order
	for i := range n {
		o := order{OrderID: fmt.Sprintf("A-%05d", i), UserID: s.user().id, TS: fmt.Sprint(s.now().UnixMilli()), Currency: "EUR", Total: s.amount()}
		if i%6 == 0 {
			o.Coupon = "SPRING10"
		}
		for range 1 + s.random.IntN(4) {
			o.Items = append(o.Items, item{SKU: fmt.Sprintf("%06d", s.random.IntN(9000)), Name: pick(s, names), Price: s.amount(), Quantity: int64(1 + s.random.IntN(3))})
		}
		switch i {
		case 77:
			o.UserID = ""
		case 500:
			o.TS = "0"
			o.UserID = "undefined"
		}
		all = append(all, o)
	}
	return all
}

func (s *shop) profiles() []user {
	all := append([]user(nil), s.users...)
	all[33].id = ""
	return all
}
