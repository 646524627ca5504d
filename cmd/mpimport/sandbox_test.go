package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// startSandbox runs the command and returns its base URL.
func startSandbox(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	root := newRoot(strings.NewReader(""), io.Discard, writer)
	root.SetArgs(append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...))
	ended := make(chan error, 1)
	go func() {
		ended <- root.ExecuteContext(ctx)
		writer.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the sandbox ended with %v", err)
		}
	})
	line, err := bufio.NewReader(reader).ReadString('\n')
	url := regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/v2`).FindString(line)
	if err != nil || url == "" {
		t.Fatalf("it says %q, %v", line, err)
	}
	return url
}

func ask(t *testing.T, method, url, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("key", "secret")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

func TestSandboxCommand(t *testing.T) {
	const batch = `{"environment":"development","user_identities":{"customer_id":"1"}}`
	capture := filepath.Join(t.TempDir(), "taken.ndjson")
	url := startSandbox(t, "--acceleration", "1", "--limit", "10", "--retry-after", "6500ms", "--capture", capture)
	if answer := ask(t, "POST", url+"/events", batch); answer.StatusCode != 202 || answer.Header.Get("X-mp-rate-limit-percentage-used") != "100" {
		t.Errorf("got %d %v", answer.StatusCode, answer.Header)
	}
	answer := ask(t, "POST", url+"/bulkevents", "["+batch+","+batch+","+batch+"]") // within a second or two, three are too many
	if answer.StatusCode != 429 || answer.Header.Get("Retry-After") != "7" || answer.Header.Get("X-mp-rate-limit-exceeded") != "acceleration" {
		t.Errorf("got %d %v", answer.StatusCode, answer.Header)
	}
	var stats struct {
		Batches       int64
		LimitExceeded map[string]int64 `json:"limit_exceeded"`
	}
	if err := json.NewDecoder(ask(t, "GET", url+"/stats", "").Body).Decode(&stats); err != nil || stats.Batches != 1 || stats.LimitExceeded["acceleration"] != 1 {
		t.Errorf("got %+v, %v", stats, err)
	}
	text, err := os.ReadFile(capture)
	if err != nil || string(text) != batch+"\n" {
		t.Errorf("captured %s, %v", text, err)
	}
	if info, err := os.Stat(capture); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestSandboxFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--listen 0.0.0.0:0":          "listens on this machine only",
		"--listen 192.0.2.1:8700":     "listens on this machine only",
		"--listen example.com:80":     "listens on this machine only",
		"--listen 8700":               "write HOST:PORT",
		"--fault 429=5":               "--fault",
		"--limit -1":                  "--limit",
		"--acceleration -1":           "--acceleration",
		"--retry-after -1s":           "--retry-after",
		"--capture /nowhere/x.ndjson": "capture file /nowhere/x.ndjson",
		"nonsense":                    "unknown command",
	} {
		root := newRoot(strings.NewReader(""), io.Discard, io.Discard)
		root.SetArgs(append([]string{"sandbox"}, strings.Fields(args)...))
		if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", args, err, want)
		}
	}
}

func TestTargetFlags(t *testing.T) {
	t.Setenv("MPARTICLE_API_KEY", "key")
	t.Setenv("MPARTICLE_API_SECRET", "secret")
	tests := []struct {
		name  string
		flags targetFlags
		want  string // part of the error; "" if there is none
	}{
		{"plain http", targetFlags{url: "http://example.com"}, "hint: --allow-http"},
		{"plain http allowed", targetFlags{url: "http://example.com", allowHTTP: true}, ""},
		{"bodies without a log", targetFlags{pod: "us1", logBodies: "masked"}, "give both"},
		{"bodies", targetFlags{pod: "us1", logBodies: "masked", verbose: true}, ""},
		{"other bodies", targetFlags{pod: "us1", logBodies: "all", verbose: true}, "it is masked or full"},
	}
	for _, test := range tests {
		test.flags.logFormat = "text"
		_, err := test.flags.open(streams{err: io.Discard}, false)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}
