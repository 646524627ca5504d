package mapping

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mpimport/mparticle"
	"mpimport/readers"
)

// TestInferGolden infers a mapping for each input of testdata/init and for the
// shop's files.
func TestInferGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/init/*/input.*")
	if err != nil || len(inputs) < 15 {
		t.Fatal("inputs are missing", len(inputs), err)
	}
	for _, path := range inputs {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			checkGolden(t, path, filepath.Join(filepath.Dir(path), "want.yaml"))
		})
	}
	for _, name := range []string{"events.csv", "events.parquet", "orders.ndjson", "orders.parquet", "profiles.csv"} {
		t.Run(name, func(t *testing.T) { checkGolden(t, "../testdata/"+name, "testdata/init/shop-"+name+".yaml") })
	}
}

func checkGolden(t *testing.T, input, want string) {
	made, err := Infer(t.Context(), input, InferOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Concat(made.Text, []byte("# notes: "+strings.Join(made.Notes, "\n#        ")+"\n"))
	if *update {
		if err := os.WriteFile(want, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, golden) {
		t.Errorf("got\n%s\nwant\n%s", got, golden)
	}
	rows, rejects := mapFile(t, made.Text, input)
	if rejects != nil || int64(rows) != made.Rows {
		t.Errorf("%d rows looked at, %d mapped; rejects: %q", made.Rows, rows, rejects)
	}
}

// mapFile maps all rows of a file and returns their number and the rejects.
func mapFile(t interface{ Fatal(...any) }, text []byte, path string) (rows int, rejects []string) {
	m, err := Load("m.yaml", text, nil)
	if err != nil {
		t.Fatal(string(text), err)
	}
	r, err := readers.Open(context.Background(), path, readers.Options{Columns: m.Columns(), Format: readers.Format(m.Source.Format),
		Delimiter: m.Source.Delimiter, Encoding: m.Source.Encoding, Names: m.Source.Names})
	if err != nil {
		t.Fatal(string(text), err)
	}
	defer r.Close()
	for {
		c, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p := m.Bind(c.Columns).Mapper(path, time.Now())
		for row := range c.Len() {
			rows++
			if _, _, reject := p.Map(c, row); reject != nil {
				rejects = append(rejects, reject.Error())
			}
		}
	}
	columns, _ := r.Columns()
	if err := m.Bind(columns).Check(path, r.Names()); err != nil && rows > 0 {
		t.Fatal(string(text), err)
	}
	return rows, rejects
}

// TestSynonymsAreFields holds that every path of the tables is a field, and every
// name is written as compact writes it, and only once for a path.
func TestSynonymsAreFields(t *testing.T) {
	commerce, _ := mparticle.EventFields(mparticle.TypeCommerceEvent)
	custom, _ := mparticle.EventFields(mparticle.TypeCustomEvent)
	screen, _ := mparticle.EventFields(mparticle.TypeScreenView)
	check := func(root *mparticle.Field, path, names string) {
		t.Helper()
		if _, err := root.Resolve(path); err != nil {
			t.Error(err)
		}
		seen := map[string]bool{}
		for _, name := range strings.Fields(names) {
			if name != compact(name) || seen[name] {
				t.Errorf("%s: name %s is not compact, or there twice", path, name)
			}
			seen[name] = true
		}
	}
	for _, s := range batchSynonyms {
		check(mparticle.BatchFields(), s.path, s.names)
	}
	for _, s := range eventSynonyms {
		check(custom, s.path, s.names)
	}
	for _, s := range orderSynonyms {
		check(commerce, s.path, s.names)
	}
	for _, s := range productSynonyms {
		check(commerce, productPath+s.field, s.clear+" "+s.short)
	}
	for _, names := range actionSynonyms {
		check(commerce, "product_action.action", names)
	}
	check(custom, nameSynonyms.path, nameSynonyms.names)
	check(custom, timeSynonyms.path, timeSynonyms.names+" "+lateTimeSynonyms.names)
	check(screen, screenSynonyms.path, screenSynonyms.names)
}

func TestNamesTakenApart(t *testing.T) {
	for name, want := range map[string]string{
		"User-ID": "user id", "userId": "user id", "USER_ID": "user id", "createdAtUTC": "created at utc", "Prénom": "prenom",
		"Straße 2": "strasse 2", "größe": "grosse", "": "", "!!!": "", "東京": "東京",
	} {
		if got := strings.Join(split(name), " "); got != want {
			t.Errorf("split(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestTimesRecognized shows which format values are taken for, and that the
// format reads every one of them as the clock says.
func TestTimesRecognized(t *testing.T) {
	for _, c := range []struct {
		name, want string
		values     []string
	}{
		{"iso", "iso8601", []string{"2024-01-31T10:00:00Z", "2024-02-01 10:00"}},
		{"day first", "%d/%m/%Y", []string{"01/02/2024", "31/01/2024"}},
		{"month first", "%m/%d/%Y", []string{"01/02/2024", "01/31/2024"}},
		{"dots are day first", "%d.%m.%Y %H:%M", []string{"01.02.2024 10:00"}},
		{"two digits", "%d/%m/%y", []string{"31/12/24"}},
		{"words", "%d %b %Y", []string{"3 Mar 2024", "31 Dec 2023"}},
		{"american", "%b %d, %Y", []string{"Mar 3, 2024"}},
		{"zone", "%d/%m/%Y %H:%M:%S %z", []string{"31/01/2024 10:00:00 +0100"}},
		{"both are possible", "%d/%m/%Y or %m/%d/%Y", []string{"01/02/2024", "03/04/2024"}},
		{"no times", "", []string{"hello", "12", "1.5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s timeStats
			known := timeCandidates()
			for _, v := range c.values {
				s.observe(v, known)
			}
			format, other, hits := s.best()
			got := format.name
			if other != nil {
				got = fmt.Sprint(got, " or ", other.name)
			}
			if got != c.want || got != "" && hits != len(c.values) {
				t.Errorf("got %q with %d hits, want %q", got, hits, c.want)
			}
		})
	}
}

// TestInferSays holds what Infer refuses, and what it asks people to look at.
func TestInferSays(t *testing.T) {
	for _, c := range []struct {
		name, file, text, want string
		options                InferOptions
	}{
		{"nobody", "a.csv", "price,ratio\n1.5,2.5\n2.5,3.5\n", "no column looks like the id", InferOptions{}},
		{"nothing", "a.csv", "user_id,city\n", "no rows", InferOptions{}},
		{"no file", "", "", "no such file", InferOptions{}},
		{"unknown user column", "a.csv", "a,b\n1,2\n", `no column "c"; there are "a", "b"`, InferOptions{User: "c"}},
		{"named user", "a.csv", "price,ratio\n1.5,2.5\n2.5,3.5\n", "user_identities.customer_id: ratio", InferOptions{User: "ratio"}},
		{"day first by another column", "a.csv", "uid,event_time,seen\n1,01/02/2024,31/01/2024\n", "day first, as in column \"seen\"", InferOptions{}},
		{"day first as said", "a.csv", "uid,event_time\n1,01/02/2024\n", `format: "%m/%d/%Y"}` + "\n", InferOptions{Dates: "mdy"}},
		{"no time", "a.csv", "uid,event\n1,a\n2,a\n", "rows cannot be events", InferOptions{}},
		{"broken rows", "a.csv", "uid,city\n1,a\n2\n", "rows that cannot be read: 1;", InferOptions{}},
		{"late encoding", "a.csv", "uid,city\n" + strings.Repeat("1,a\n", 2*sniffRows) + "2,M\xfcnchen\n", "encoding: windows-1252", InferOptions{}},
		{"a time in a column that cannot be named", "a.csv", "uid,event,at[]\n1,a,2024-01-01\n2,a,2024-01-02\n", "rows cannot be events", InferOptions{}},
		{"a date for a name", "a.csv", "user_id,2024-01-01\n1,5\n2,6\n", `user_attributes.2024-01-01: {column: "2024-01-01", type: number}`, InferOptions{}},
		{"first rows", "a.csv", "uid,score\n1,1\n2,2\n3,x\n", "score: {column: score, type: number}", InferOptions{Rows: 2}},
		{"utf-16", "a.csv", "u\x00i\x00d\x00,\x00n\x00\n\x001\x00,\x002\x00\n\x00", "encoding: utf-16", InferOptions{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "missing.csv")
			if c.file != "" {
				path = writeFile(t, c.file, c.text)
			}
			made, err := Infer(t.Context(), path, c.options)
			got := fmt.Sprint(err)
			if err == nil {
				got = string(made.Text) + strings.Join(made.Notes, "\n")
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got\n%s\nwant %q in it", got, c.want)
			}
		})
	}
}

// TestConditionsOnAnyName gives the user's column awkward names, and a row
// without a user, so that a condition has to name it.
func TestConditionsOnAnyName(t *testing.T) {
	for _, name := range awkward {
		if name == "" || strings.Contains(name, "[]") {
			continue
		}
		path := writeFile(t, "a.csv", `"`+strings.ReplaceAll(name, `"`, `""`)+"\",b\nu1,1\n,2\n")
		made, err := Infer(t.Context(), path, InferOptions{User: name})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		rows, rejects := mapFile(t, made.Text, path)
		if rows != 2 || rejects != nil || !strings.Contains(string(made.Text), "where: ") {
			t.Errorf("%q: rejects %q of %d rows by\n%s", name, rejects, rows, made.Text)
		}
	}
}

func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fileHeaders and csvCells are what files are made of at random: names that mean
// something and values that fit them, or do not.
var (
	fileHeaders = append([]string{"user_id", "email", "event", "ts", "created_at", "sku", "price", "quantity", "order_id", "items", "page", "lat", "lon",
		"idfa", "ip", "platform", "session_id", "currency", "city", "age", "properties", "traits", "kind", "total"}, awkward...)
	csvCells = []string{"", "NULL", "NA", "-", "0", "1", "00123", "12.5", "1.234,50", "1e400", "NaN", "true", "no", "ada@example.com", "2024-01-31",
		"31/01/2024", "01/02/2024 10:00", "1710359123", "1710359123946", "6D92078A-8246-4BA4-AE5B-76104861E7DC", "10.0.0.1", "ios", "purchase", "view",
		`[{"sku":"a","price":1}]`, `[{"sku":"a"},3,null]`, "[1,2]", "{}", `{"a":"b"}`, "größe", "🛒", "\x01", `say "hi"`, "null", "undefined", " ",
		strings.Repeat("x", 5000)}
	nestedCells = []string{"null", "true", "12", "1.5", "9007199254740993", "1e400", `"x"`, `""`, `"ada@example.com"`, `"2024-01-31T00:00:00Z"`, `"purchase"`,
		"[]", "[1,\"a\"]", `[{"sku":"a","price":1,"x":{"y":2}}]`, `[{"sku":1},{"price":"x"}]`, `{"city":"Rome","list":[1]}`, "{}", `{"a":{"b":{"c":1}}}`,
		"1710359123946", `"NULL"`, `[[1]]`, `{"a.b":1,"":2,"x[]":3}`}
)

// TestInferredMapsItsSample holds that whatever the columns and values are, what
// is inferred loads, and maps every row that was looked at.
func TestInferredMapsItsSample(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom(fileHeaders), rapid.StringMatching(`[^"\x00\r]{1,12}`))
		names := append(rapid.SliceOfN(name, 0, 8).Draw(t, "names"), rapid.SampledFrom([]string{"user_id", "E-Mail", "x"}).Draw(t, "user"))
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(csvCells), len(names), len(names)), 1, 6).Draw(t, "rows")
		var text strings.Builder
		for _, row := range append([][]string{names}, rows...) {
			for i, cell := range row {
				if i > 0 {
					text.WriteByte(',')
				}
				text.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
			}
			text.WriteByte('\n')
		}
		made := holdsForSample(t, path, text.String())
		for _, column := range names {
			if made != "" && !strings.Contains(made, "header: false") && column != "" && !strings.Contains(made, strings.Trim(yamlText(column), `"'`)) {
				t.Errorf("column %q is left out without a word of\n%s", column, made)
			}
		}
	})
}

// TestInferredMapsItsNestedSample is the same of NDJSON.
func TestInferredMapsItsNestedSample(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ndjson")
	rapid.Check(t, func(t *rapid.T) {
		names := append(rapid.SliceOfNDistinct(rapid.SampledFrom(fileHeaders), 0, 8, rapid.ID).Draw(t, "names"), "uid")
		var text strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			var members []string
			for _, name := range names {
				if rapid.IntRange(0, 5).Draw(t, "there") > 0 {
					key, _ := json.Marshal(name)
					members = append(members, string(key)+":"+rapid.SampledFrom(nestedCells).Draw(t, "value"))
				}
			}
			text.WriteString("{" + strings.Join(members, ",") + "}\n")
		}
		holdsForSample(t, path, text.String())
	})
}

// holdsForSample returns the mapping, "" where there is none.
func holdsForSample(t *rapid.T, path, text string) string {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := Infer(context.Background(), path, InferOptions{})
	var nobody *NoIdentityError
	if err != nil {
		if !errors.As(err, &nobody) && !strings.Contains(err.Error(), "no rows") && !strings.Contains(err.Error(), "reading the header") {
			t.Fatal(err)
		}
		return ""
	}
	again, err := Infer(context.Background(), path, InferOptions{})
	if err != nil || !bytes.Equal(made.Text, again.Text) {
		t.Fatalf("a second time it is\n%s\nafter\n%s", again.Text, made.Text)
	}
	if rows, rejects := mapFile(t, made.Text, path); rejects != nil || int64(rows) != made.Rows {
		t.Fatalf("%s\n%s\n%d rows of %d, rejects %q", text, made.Text, rows, made.Rows, rejects)
	}
	return string(made.Text)
}

func BenchmarkInfer(b *testing.B) {
	for b.Loop() {
		if _, err := Infer(b.Context(), "../testdata/events.csv", InferOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
