package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mpimport/mparticle/sandbox"
)

// scenario is one import with everything that must not change what arrives.
type scenario struct {
	*rand.Rand
	dir     string
	mapping string
	data    string
	kills   int
}

// TestKilledAnywhere: imports that are killed again and again, with little
// memory, any number of workers and a server that misbehaves, are in the end what
// an undisturbed import is: the batches that the server took, each user's order,
// the rejects byte by byte, and the totals. SOAK=1h does that for an hour.
func TestKilledAnywhere(t *testing.T) {
	const scenarios, kills = 10, 5
	long, err := time.ParseDuration(os.Getenv("SOAK"))
	if os.Getenv("SOAK") != "" && err != nil {
		t.Fatalf("SOAK: %v", err)
	}
	begun := time.Now()
	for seed := uint64(1); seed <= scenarios || time.Since(begun) < long; seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			s := newScenario(t, seed, kills)
			quiet := startServer(t, sandbox.Options{})
			calm := s.run(t, quiet, "calm", "--concurrency", "1", "--memory", "1GiB", "--rate", "100000")
			faults, err := sandbox.ParseFaults([]string{"", "429=3%,503=3%", "drop=5%,reset=5%", "429=2%,503=2%,drop=3%,reset=3%,slow=2ms"}[s.IntN(4)])
			if err != nil {
				t.Fatal(err)
			}
			rough := startServer(t, sandbox.Options{Faults: faults})
			disturbed := s.disturbed(t, rough)
			if calm != disturbed {
				t.Errorf("totals and rejects:\n got %s\nwant %s", disturbed, calm)
			}
			same := func(what string, got, want map[string][]string) {
				for _, key := range slices.Sorted(maps.Keys(want)) {
					if i := firstDifference(got[key], want[key]); i >= 0 {
						t.Errorf("%s of %s: %d and %d, the first that differs is %d:\n got %.300s\nwant %.300s", what, key, len(got[key]), len(want[key]), i, at(got[key], i), at(want[key], i))
						return
					}
				}
				if len(got) != len(want) {
					t.Errorf("%s: %d users, want %d", what, len(got), len(want))
				}
			}
			same("batches", byUser(t, rough.lines()), byUser(t, quiet.lines()))
			if n := rough.Stats().MultipleOfUser; n > 0 {
				t.Errorf("%d requests have more than one batch of a user", n)
			}
		})
	}
}

// firstDifference returns where two lists begin to differ, -1 if they do not.
func firstDifference(a, b []string) int {
	for i := range max(len(a), len(b)) {
		if at(a, i) != at(b, i) {
			return i
		}
	}
	return -1
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// byUser are the batches that a sandbox took, by user, in their order. The id of
// one without events has the time of the import in it, and is left out.
func byUser(t *testing.T, lines []string) map[string][]string {
	t.Helper()
	users := map[string][]string{}
	for i, b := range decodeCaptured(t, lines) {
		line := lines[i]
		if len(b.Events) == 0 {
			line = strings.Replace(line, b.ID, "", 1)
		}
		users[b.Identities["customer_id"]] = append(users[b.Identities["customer_id"]], line)
	}
	return users
}

func newScenario(t *testing.T, seed uint64, kills int) *scenario {
	s := &scenario{Rand: rand.New(rand.NewPCG(seed, 7)), dir: t.TempDir(), kills: kills}
	s.mapping, s.data = filepath.Join(s.dir, "m.yaml"), filepath.Join(s.dir, "lines.csv")
	group := []string{"", "group: {merge: last}\n", "group: {attributes: last}\n", "group: {order_by: n}\n", "group: {merge: last, attributes: last, order_by: n}\n"}[s.IntN(5)]
	collect := []string{"", "    collect_by: order\n"}[s.IntN(2)]
	mapping := `version: 1
name: killed
environment: development
where: kind != "left out"
` + group + `batch:
  user_identities.customer_id: user
  user_attributes.tier: tier
  user_attributes.city: {column: city, when_null: delete}
events:
  - type: commerce_event
` + collect + `    data:
      timestamp_unixtime_ms: at
      product_action.action: {value: purchase}
      product_action.transaction_id: order
      product_action.products[].id: sku
      product_action.products[].price: price
  - type: custom_event
    when: kind == "both"
    data:
      event_name: {value: Both}
      custom_event_type: {value: other}
      timestamp_unixtime_ms: at
      custom_attributes.note: note
`
	for path, text := range map[string]string{s.mapping: mapping, s.data: s.lines()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// lines are rows of users scattered over the file, some of which are broken. The
// first users have many.
func (s *scenario) lines() string {
	var b strings.Builder
	b.WriteString("n,user,order,at,kind,tier,city,sku,price,note\n")
	users := 1 + s.IntN(200)
	now := time.Now().UTC().Truncate(24 * time.Hour)
	for n := range 1500 + s.IntN(2500) {
		user := min(s.IntN(users), s.IntN(users))
		price := fmt.Sprintf("%d.%02d", s.IntN(100), s.IntN(100))
		if s.IntN(500) == 0 {
			price = "much"
		}
		at := now.AddDate(0, 0, -s.IntN(60)) // on both sides of the border between the endpoints, and far from it
		if d := now.Sub(at); d > 29*24*time.Hour && d < 32*24*time.Hour {
			at = now
		}
		fmt.Fprintf(&b, "%d,u%04d,o%d,%s,%s,%s,%s,SKU-%d,%s,%q\n", n, user, s.IntN(300), at.Format(time.RFC3339),
			[]string{"one", "both", "left out"}[s.IntN(3)], []string{"gold", "gold", "gold", "tin"}[s.IntN(4)], []string{"Köln", ""}[s.IntN(2)],
			s.IntN(50), price, strings.Repeat("note ", s.IntN(40)))
	}
	return b.String()
}

// args are those of an import with a work dir of its own.
func (s *scenario) args(server *server, name string, more ...string) []string {
	return append([]string{"run", "--url", server.url, "-m", s.mapping, "--work-dir", filepath.Join(s.dir, name), "--progress", "none", "--max-rejects", "50%",
		"--rejects", filepath.Join(s.dir, name+".rejects.ndjson"), "--report", filepath.Join(s.dir, name+".json"), s.data}, more...)
}

// run imports to the end and returns the totals and rejects.
func (s *scenario) run(t *testing.T, server *server, name string, more ...string) string {
	t.Helper()
	mustRun(t, s.dir, s.args(server, name, more...)...)
	report, err := os.ReadFile(filepath.Join(s.dir, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var totals struct{ Rows, Delivered, Skipped, Rejected, Pending, Users, Events, Batches int64 }
	if err := json.Unmarshal(report, &totals); err != nil {
		t.Fatal(err)
	}
	rejects, err := os.ReadFile(filepath.Join(s.dir, name+".rejects.ndjson"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v\n%s", totals, rejects)
}

// disturbed imports with kills in between.
func (s *scenario) disturbed(t *testing.T, server *server) string {
	t.Helper()
	settings := func() []string {
		return []string{"--concurrency", strconv.Itoa(1 + s.IntN(16)), "--memory", []string{"1MiB", "2MiB", "64MiB"}[s.IntN(3)], "--rate", strconv.Itoa(200 + s.IntN(600))}
	}
	for range s.kills {
		cmd := command(t, s.dir, "secret", s.args(server, "rough", settings()...)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(10+s.IntN(400)) * time.Millisecond)
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
	}
	return s.run(t, server, "rough", "--concurrency", "8", "--memory", "1MiB", "--rate", "100000")
}

// TestDiskFull: a disk without room stops the scan, with nothing sent and nothing
// left behind; with room, the same command does it all.
func TestDiskFull(t *testing.T) {
	s := newScenario(t, 3, 0)
	var rows strings.Builder
	for n := range 20_000 {
		fmt.Fprintf(&rows, "%d,u%d,o%d,2024-01-01,both,gold,Köln,SKU-%d,1.50,%s\n", n, n%500, n, n*7919%100_003, strings.Repeat(strconv.Itoa(n*n%9973), 20))
	}
	if err := os.WriteFile(s.data, []byte("n,user,order,at,kind,tier,city,sku,price,note\n"+rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	server := startServer(t, sandbox.Options{})
	args := s.args(server, "full", "--memory", "1MiB", "--rate", "100000")
	limited := command(t, s.dir, "secret")
	limited.Args = append([]string{"sh", "-c", `ulimit -f 100; exec "$0" "$@"`, limited.Path}, args...)
	limited.Path = "/bin/sh"
	out, err := limited.CombinedOutput()
	if code := limited.ProcessState.ExitCode(); code != exitStopped || !strings.Contains(string(out), "--work-dir") {
		t.Errorf("exit code %d (%v), want %d and a way out:\n%s", code, err, exitStopped, out)
	}
	if stats := server.Stats(); stats.Requests > 0 {
		t.Errorf("%d requests were sent", stats.Requests)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "full", "*.spill")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if total := s.run(t, server, "full", "--memory", "1MiB", "--rate", "100000"); !strings.Contains(total, "Rows:20000 Delivered:20000") {
		t.Errorf("%.200s", total)
	}
}
