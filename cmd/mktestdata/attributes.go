package main

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// writeUserAttributes writes profiles with the columns that Braze's CSV has for
// its own attributes, and some of a shop's. Two rows are broken: no id, and a
// number that is none.
func writeUserAttributes(path string) error {
	header := []string{"external_id", "first_name", "last_name", "email", "phone", "country", "home_city", "dob", "gender", "language", "time_zone",
		"email_subscribe", "push_subscribe", "date_of_first_session", "date_of_last_session", "loyalty_points", "newsletter", "favorite_categories", "last_store"}
	var rows [][]string
	people := newStory(0).people
	for i := range 28 {
		p := people[i%len(people)]
		id := p.id
		if i >= len(people) || id == "" {
			id = "0" + itoa(20_000+i)
		}
		rows = append(rows, []string{id, p.first, p.last, strings.Replace(p.email, "@", "+"+itoa(i)+"@", 1), p.phone, p.country, p.city, "1980-12-21", pickAt("F,M,,O", i), p.language, pickAt("Europe/London,Europe/Madrid,", i),
			pickAt("opted_in,subscribed,unsubscribed", i), pickAt("subscribed,", i), "2023-11-20T18:38:57Z", "2024-02-" + itoa(10+i%19), itoa(i * 125), pickAt("true,false,", i), pickAt("home|garden,,clothes", i), pickAt("Köln,\"N 1\"", i)})
	}
	rows[9][0] = ""
	rows[17][15] = "1.2k"
	return writeCSV(path, header, rows)
}

// pickAt takes the choice of a list in turn.
func pickAt(list string, i int) string {
	choices := strings.Split(list, ",")
	return choices[i%len(choices)]
}
