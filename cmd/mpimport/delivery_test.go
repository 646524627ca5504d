package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mpimport/mparticle/sandbox"
)

// The tests of this file run the program as a process of its own against a
// sandbox, and compare what that took with what the files hold, read here with
// the standard library.

// server is a sandbox that keeps what it takes.
type server struct {
	*sandbox.Sandbox
	url   string
	mu    sync.Mutex
	taken bytes.Buffer
}

func (s *server) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken.Write(line)
}

// lines are the batches taken, in the order in which they were.
func (s *server) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSuffix(s.taken.String(), "\n"), "\n")
}

func startServer(t *testing.T, o sandbox.Options) *server {
	s := &server{}
	o.Key, o.Secret, o.Capture = "key", "secret", s
	s.Sandbox = sandbox.New(o)
	http := httptest.NewServer(s.Sandbox)
	t.Cleanup(http.Close)
	s.url = http.URL + "/v2"
	return s
}

// command is mpimport with a work dir and rejects file of dir.
func command(t *testing.T, dir, secret string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "mpimport", args...)
	cmd.Env = append(os.Environ(), "MPIMPORT_WORK_DIR="+dir, "MPIMPORT_REJECTS="+filepath.Join(dir, "rejects.ndjson"),
		"MPARTICLE_API_KEY=key", "MPARTICLE_API_SECRET="+secret, "MPIMPORT_MAX_REJECTS=1%")
	return cmd
}

func mustRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, "secret", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("mpimport %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

const project = "../../"

func runArgs(s *server, mapping, data string, more ...string) []string {
	return append([]string{"run", "--url", s.url, "-m", project + "mappings/" + mapping, "--rate", "20000", project + "testdata/" + data}, more...)
}

// batch is a captured batch, decoded here and not by the product's models.
type capturedBatch struct {
	ID         string            `json:"source_request_id"`
	Identities map[string]string `json:"user_identities"`
	Attributes map[string]any    `json:"user_attributes"`
	Events     []capturedEvent   `json:"events"`
}

type capturedEvent struct {
	Type string                     `json:"event_type"`
	Data map[string]json.RawMessage `json:"data"`
}

func decodeCaptured(t *testing.T, lines []string) []capturedBatch {
	t.Helper()
	all := make([]capturedBatch, len(lines))
	for i, line := range lines {
		if err := json.Unmarshal([]byte(line), &all[i]); err != nil {
			t.Fatalf("captured line %d: %v", i+1, err)
		}
	}
	return all
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// expectedEvents are the events that events.csv should become, by user, in
// order: each as compact text.
func expectedEvents(t *testing.T) map[string][]string {
	t.Helper()
	rows := readCSV(t, project+"testdata/events.csv")
	broken := map[int]bool{101: true, 444: true, 445: true, 1207: true, 1500: true, 2222: true, 3001: true} // as the generator makes them
	names := map[string]string{"view": "Page Viewed", "search": "Searched", "signup": "Signed Up"}
	expected := map[string][]string{}
	for i, row := range rows[1:] {
		if broken[i] {
			continue
		}
		id, user, email, ts, kind, page, note, amount := row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]
		at, err := time.Parse(time.RFC3339, ts)
		if err != nil {
			t.Fatalf("row %d: %v", i+1, err)
		}
		if kind == "signup" {
			id, note = "", "" // not mapped for sign-ups
		}
		key := user + " " + strings.ToLower(email)
		expected[key] = append(expected[key], fmt.Sprintf("%s|%d|%s|%q|%q|%s", names[kind], at.UnixMilli(), id, page, note, amount))
	}
	return expected
}

// takenEvents are the events that a sandbox took, in the same form, and the
// number of batches by user.
func takenEvents(t *testing.T, lines []string) (map[string][]string, map[string]int) {
	t.Helper()
	taken, batches := map[string][]string{}, map[string]int{}
	for _, b := range decodeCaptured(t, lines) {
		key := b.Identities["customer_id"] + " " + b.Identities["email"]
		batches[key]++
		for _, e := range b.Events {
			var name, id string
			var attributes map[string]json.RawMessage
			json.Unmarshal(e.Data["event_name"], &name)
			json.Unmarshal(e.Data["source_message_id"], &id)
			json.Unmarshal(e.Data["custom_attributes"], &attributes)
			var page, note string
			json.Unmarshal(attributes["page"], &page)
			json.Unmarshal(attributes["note"], &note)
			if name == "Signed Up" {
				if id == "" {
					t.Errorf("an event has no source_message_id")
				}
				id = ""
			}
			taken[key] = append(taken[key], fmt.Sprintf("%s|%s|%s|%q|%q|%s", name, e.Data["timestamp_unixtime_ms"], id, page, note, attributes["amount"]))
		}
	}
	return taken, batches
}

// checkEvents holds what a sandbox took against events.csv.
func checkEvents(t *testing.T, s *server) {
	t.Helper()
	expected := expectedEvents(t)
	taken, batches := takenEvents(t, s.lines())
	if len(taken) != len(expected) {
		t.Errorf("%d users, want %d", len(taken), len(expected))
	}
	for user, want := range expected {
		if !slices.Equal(taken[user], want) {
			t.Errorf("user %q:\n got %v\nwant %v", user, taken[user], want)
		}
		if batches[user] != 1 {
			t.Errorf("user %q has %d batches, want 1", user, batches[user])
		}
	}
}

func TestEveryEventOnce(t *testing.T) {
	var first []string
	for _, format := range []string{"csv", "ndjson", "parquet"} {
		for _, concurrency := range []string{"1", "8"} {
			t.Run(format+" at concurrency "+concurrency, func(t *testing.T) {
				s := startServer(t, sandbox.Options{})
				mustRun(t, t.TempDir(), runArgs(s, "shop-events.yaml", "events."+format, "--concurrency", concurrency)...)
				checkEvents(t, s)
				lines := s.lines()
				slices.Sort(lines)
				if first == nil {
					first = lines
				}
				if !slices.Equal(lines, first) {
					t.Errorf("the batches are not those of CSV at concurrency 1, byte for byte")
				}
				if stats := s.Stats(); stats.Duplicates != 0 || stats.MultipleOfUser != 0 || stats.HistoricalDropped != 0 {
					t.Errorf("stats %+v", stats)
				}
			})
		}
	}
}

func TestOrders(t *testing.T) {
	var first []string
	for _, format := range []string{"ndjson", "parquet"} {
		s := startServer(t, sandbox.Options{})
		mustRun(t, t.TempDir(), runArgs(s, "shop-orders.yaml", "orders."+format)...)
		lines := s.lines()
		slices.Sort(lines)
		if first == nil {
			first = lines
			checkOrders(t, lines)
		} else if !slices.Equal(lines, first) {
			t.Errorf("%s makes other batches than ndjson", format)
		}
	}
}

// checkOrders holds batches against orders.ndjson: amounts to the last digit.
func checkOrders(t *testing.T, lines []string) {
	t.Helper()
	text, err := os.ReadFile(project + "testdata/orders.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	type raw = json.RawMessage
	expected := map[string]string{}
	for scanner := bufio.NewScanner(bytes.NewReader(text)); scanner.Scan(); {
		var o struct {
			ID     string           `json:"order_id"`
			User   string           `json:"user_id"`
			TS     raw              `json:"ts"`
			Total  raw              `json:"total"`
			Coupon raw              `json:"coupon"`
			Items  []map[string]raw `json:"items"`
		}
		if err := json.Unmarshal(scanner.Bytes(), &o); err != nil {
			t.Fatal(err)
		}
		if o.User == "" || o.User == "undefined" {
			continue
		}
		line := fmt.Sprintf("%s|%s|%s|%s", o.User, o.TS, o.Total, o.Coupon)
		for _, i := range o.Items {
			line += fmt.Sprintf("|%s|%s|%s|%s", i["sku"], i["name"], i["price"], i["quantity"])
		}
		expected[o.ID] = line
	}
	for _, b := range decodeCaptured(t, lines) {
		for _, e := range b.Events {
			var action struct {
				ID       string           `json:"transaction_id"`
				Total    raw              `json:"total_amount"`
				Coupon   raw              `json:"coupon_code"`
				Products []map[string]raw `json:"products"`
			}
			if err := json.Unmarshal(e.Data["product_action"], &action); err != nil {
				t.Fatal(err)
			}
			line := fmt.Sprintf("%s|%s|%s|%s", b.Identities["customer_id"], e.Data["timestamp_unixtime_ms"], action.Total, action.Coupon)
			for _, p := range action.Products {
				line += fmt.Sprintf("|%s|%s|%s|%s", p["id"], p["name"], p["price"], p["quantity"])
			}
			if want := expected[action.ID]; line != want {
				t.Errorf("order %s:\n got %s\nwant %s", action.ID, line, want)
			}
			delete(expected, action.ID)
		}
	}
	if len(expected) > 0 {
		t.Errorf("%d orders were not taken", len(expected))
	}
}

func TestInterrupted(t *testing.T) {
	for _, kill := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(kill.String(), func(t *testing.T) {
			s := startServer(t, sandbox.Options{})
			dir := t.TempDir()
			cmd := command(t, dir, "secret", runArgs(s, "shop-events.yaml", "events.csv", "--rate", "100", "--concurrency", "2")...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for s.Stats().Batches < 60 {
				time.Sleep(5 * time.Millisecond)
			}
			cmd.Process.Signal(kill)
			cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); kill != syscall.SIGKILL && code != 128+int(kill) {
				t.Errorf("exit code %d, want %d", code, 128+int(kill))
			}
			before := s.Stats()
			if before.Batches >= 400 {
				t.Fatalf("it was not interrupted in the middle")
			}
			out := mustRun(t, dir, runArgs(s, "shop-events.yaml", "events.csv")...)
			if !strings.Contains(out, "settled by an earlier run") {
				t.Errorf("it does not say that it goes on:\n%s", out)
			}
			checkEvents(t, s)
			if again := s.Stats().Duplicates; kill != syscall.SIGKILL && again != 0 {
				t.Errorf("%d batches were sent again, want 0", again)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	faults, err := sandbox.ParseFaults("429=5%,503=5%,drop=10%,reset=5%")
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, sandbox.Options{Faults: faults})
	dir := t.TempDir()
	report := filepath.Join(dir, "report.json")
	mustRun(t, dir, runArgs(s, "shop-events.yaml", "events.csv", "--rate", "100", "--report", report)...)
	checkEvents(t, s)
	stats := s.Stats()
	if stats.Status["none"] == 0 || stats.Status["503"] == 0 {
		t.Fatalf("no faults happened: %+v", stats)
	}
	var r struct{ Delivered, Rejected, Rows, Retries, Uncertain int64 }
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if r.Delivered != 3593 || r.Rejected != 7 || r.Rows != 3600 {
		t.Errorf("report %+v", r)
	}
	if failures := stats.Status["none"] + stats.Status["503"] + stats.Status["429"]; r.Retries != failures || r.Uncertain != stats.Status["none"] {
		t.Errorf("%d retries and %d uncertain, the sandbox failed %d requests, %d without an answer", r.Retries, r.Uncertain, failures, stats.Status["none"])
	}
}

func TestWrongCredentials(t *testing.T) {
	s := startServer(t, sandbox.Options{})
	cmd := command(t, t.TempDir(), "wrong", runArgs(s, "shop-events.yaml", "events.csv")...)
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitCredentials {
		t.Errorf("exit code %d (%v), want %d", code, err, exitCredentials)
	}
	if !strings.Contains(string(out), "credentials refused: mParticle answered 403 Forbidden") || !strings.Contains(string(out), "hint: compare key and secret") {
		t.Errorf("it says:\n%s", out)
	}
	if n := s.Stats().Batches; n != 0 {
		t.Errorf("%d batches were taken", n)
	}
}
