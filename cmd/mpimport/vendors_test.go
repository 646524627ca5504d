package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mpimport/mparticle/sandbox"
)

// The tests of this file import what people bring with the ready mappings. What
// must arrive is read from the files here, vendor by vendor, with encoding/json
// and encoding/csv.

// told is what a fixture holds.
type told struct {
	rows, skipped, rejected int
	users                   map[string]bool
	events                  []string
}

var vendors = []struct {
	file string
	read func(t *testing.T, path string) told
}{
	{"segment.ndjson", toldBySegment},
	{"amplitude.ndjson", toldByAmplitude},
	{"mixpanel.ndjson", toldByMixpanel},
	{"ga4-bigquery.parquet", toldByGA4},
	{"snowplow.tsv", toldBySnowplow},
	{"shopify-orders.csv", toldByShopify},
	{"user-attributes.csv", toldByAttributes},
	{"mparticle-replay.ndjson", toldByBatches},
}

func TestVendors(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor.file, func(t *testing.T) {
			want := vendor.read(t, project+"testdata/vendors/"+vendor.file)
			s, dir := startServer(t, sandbox.Options{}), t.TempDir()
			report := filepath.Join(dir, "report.json")
			mapping := strings.TrimSuffix(vendor.file, filepath.Ext(vendor.file)) + ".yaml"
			mustRun(t, dir, runArgs(s, mapping, "vendors/"+vendor.file, "--max-rejects", "20%", "--report", report)...)

			got := taken(t, s.lines())
			got.readReport(t, report)
			if got.rows != want.rows || got.skipped != want.skipped || got.rejected != want.rejected {
				t.Errorf("%d rows, %d skipped, %d rejected; want %d, %d, %d", got.rows, got.skipped, got.rejected, want.rows, want.skipped, want.rejected)
			}
			if len(want.users) == 0 || !sameKeys(got.users, want.users) {
				t.Errorf("users %v, want %v", got.users, want.users)
			}
			slices.Sort(want.events)
			if !slices.Equal(got.events, want.events) {
				t.Errorf("events\n got %s\nwant %s", strings.Join(got.events, "\n     "), strings.Join(want.events, "\n     "))
			}
			if stats := s.Stats(); stats.Duplicates != 0 || stats.MultipleOfUser != 0 || stats.HistoricalDropped != 0 {
				t.Errorf("stats %+v", stats)
			}
		})
	}
}

// TestReadyMappings runs the own tests of every ready mapping, and holds that
// those for vendors have some, and a fixture.
func TestReadyMappings(t *testing.T) {
	files, err := filepath.Glob(project + "mappings/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mappings: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			out := mustRun(t, t.TempDir(), "check", "-m", file)
			name := strings.TrimSuffix(filepath.Base(file), ".yaml")
			if strings.HasPrefix(name, "shop-") {
				return
			}
			if !strings.Contains(out, " passed\n") {
				t.Errorf("it has no tests of its own: %s", out)
			}
			if fixtures, _ := filepath.Glob(project + "testdata/vendors/" + name + ".*"); len(fixtures) != 1 {
				t.Errorf("it has %d fixtures", len(fixtures))
			}
		})
	}
	if len(files) != len(vendors)+3 {
		t.Errorf("%d mappings, but %d vendors are tested", len(files), len(vendors))
	}
}

func sameKeys(a, b map[string]bool) bool {
	for key := range a {
		if !b[key] {
			return false
		}
	}
	return len(a) == len(b)
}

// add notes an event: whose, of which type, what tells it from others, and when.
func (s *told) add(user, kind, what string, at any) {
	s.see(user)
	s.events = append(s.events, fmt.Sprintf("%s | %s | %s | %v", user, kind, what, at))
}

func (s *told) see(user string) {
	if s.users == nil {
		s.users = map[string]bool{}
	}
	s.users[user] = true
}

// bought is what tells a commerce event from others. Products are sorted: where
// rows are ordered by a column, those that tie are not in the order of the file.
func bought(action, order string, skus []string) string {
	slices.Sort(skus)
	return strings.TrimSpace(action + " " + order + " " + strings.Join(skus, ","))
}

// batch is a batch of events, sent or to be sent once more.
type batch struct {
	MPID       json.Number       `json:"mpid"`
	Identities map[string]string `json:"user_identities"`
	Events     []struct {
		Type string `json:"event_type"`
		Data struct {
			At     json.Number `json:"timestamp_unixtime_ms"`
			Name   string      `json:"event_name"`
			Screen string      `json:"screen_name"`
			Action struct {
				Action   string
				Order    string `json:"transaction_id"`
				Products []struct{ ID string }
			} `json:"product_action"`
		}
	}
}

func (b *batch) user() string {
	return firstOf(b.Identities["customer_id"], b.Identities["other"], b.Identities["email"], b.MPID.String())
}

func (s *told) addBatch(b *batch) {
	s.see(b.user())
	for _, e := range b.Events {
		var skus []string
		for _, p := range e.Data.Action.Products {
			skus = append(skus, p.ID)
		}
		s.add(b.user(), e.Type, e.Data.Name+e.Data.Screen+bought(e.Data.Action.Action, e.Data.Action.Order, skus), e.Data.At)
	}
}

// taken is what a sandbox took.
func taken(t *testing.T, lines []string) *told {
	t.Helper()
	s := &told{}
	for _, line := range lines {
		var b batch
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			t.Fatal(err)
		}
		s.addBatch(&b)
	}
	slices.Sort(s.events)
	return s
}

func (s *told) readReport(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	var r struct{ Rows, Skipped, Rejected, Delivered, Pending int }
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r.Delivered != r.Rows-r.Skipped-r.Rejected {
		t.Errorf("the report does not add up: %s", text)
	}
	s.rows, s.skipped, s.rejected = r.Rows, r.Skipped, r.Rejected
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" && text != "undefined" {
			return text
		}
	}
	return ""
}

// eachObject decodes the lines of an NDJSON file; T has what the test needs of
// them.
func eachObject[T any](t *testing.T, path string, s *told, visit func(row T)) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		s.rows++
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			s.rejected++
			continue
		}
		visit(row)
	}
}

// eachRow reads a CSV file with a header.
func eachRow(t *testing.T, path string, visit func(row map[string]string)) {
	t.Helper()
	rows := readCSV(t, path)
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = cells[i]
		}
		visit(row)
	}
}

// milliseconds reads a time that the fixture has in this layout.
func milliseconds(t *testing.T, layout, text string) int64 {
	t.Helper()
	at, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
