package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gocloud.dev/blob"

	"mpimport/readers"
)

// gateway is an S3 server on this machine, behind a proxy that counts.
type gateway struct {
	query    string // that leads URLs to it
	bytes    atomic.Int64
	requests atomic.Int64
	cut      atomic.Int64 // so many answers with content break off
}

// startGateway runs the S3 server that testdata/versitygw pins, with one bucket.
func startGateway(t *testing.T, bucket string) *gateway {
	t.Helper()
	tool := exec.Command("go", "tool", "-n", "versitygw")
	tool.Dir = "testdata/versitygw"
	tool.Stderr = os.Stderr
	out, err := tool.Output()
	if err != nil {
		t.Fatalf("building the s3 server: %v", err)
	}
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, bucket), 0o755); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	server := exec.Command(strings.TrimSpace(string(out)), "--port", address, "--access", "user", "--secret", "secret-of-user", "--quiet", "posix", "--sidecar", t.TempDir(), root)
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	awaitServer(t, address)
	t.Setenv("AWS_ACCESS_KEY_ID", "user")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret-of-user")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return startProxy(t, address)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func awaitServer(t *testing.T, address string) {
	t.Helper()
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the s3 server does not answer")
}

// startProxy counts what is read of a server, and breaks answers off when asked.
func startProxy(t *testing.T, address string) *gateway {
	g := &gateway{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host // it is signed
		},
		ModifyResponse: func(r *http.Response) error {
			if r.Request.Method == http.MethodGet && r.Request.URL.Query().Get("list-type") == "" {
				g.requests.Add(1)
				g.bytes.Add(max(r.ContentLength, 0))
				if r.ContentLength > 1000 && g.cut.Add(-1) >= 0 {
					r.Body = io.NopCloser(io.LimitReader(r.Body, 500))
				}
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) { w.WriteHeader(http.StatusBadGateway) },
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: proxy}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	g.query = fmt.Sprintf("?region=us-east-1&use_path_style=true&endpoint=http://%s", l.Addr())
	return g
}

// put writes an object.
func (g *gateway) put(t *testing.T, bucket, key string, data []byte) {
	t.Helper()
	b, err := blob.OpenBucket(t.Context(), "s3://"+bucket+g.query)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.WriteAll(t.Context(), key, data, nil); err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, store readers.Store, source string, o readers.Options) []string {
	t.Helper()
	o.Store = store
	r, err := readers.Open(t.Context(), source, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []string
	for {
		c, err := r.Next(t.Context())
		if err == io.EOF {
			if read, total := r.Progress(); read == 0 || read > total {
				t.Errorf("%s: progress %d of %d", source, read, total)
			}
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Len() {
			all = append(all, string(c.AppendRow(nil, i)))
		}
	}
}

func TestS3(t *testing.T) {
	g := startGateway(t, "exports")
	store := &Store{}
	defer store.Close()
	big := "n,text\n" + strings.Repeat("1,some text that is not short at all\n", 400_000)
	for key, data := range map[string]string{
		"shop/dt=2024-01-10/part10.csv": "id\n10\n",
		"shop/dt=2024-01-10/part2.csv":  "id\n2\n",
		"shop/dt=2024-01-2/part1.csv":   "id\n1\n",
		"shop/readme.txt":               "x",
		"shop/.hidden.csv":              "id\n0\n",
		"shop/top.csv":                  "id\n9\n",
		"odd/a+b c%20é=x.csv":           "id\n7\n",
		"big.csv":                       big,
	} {
		g.put(t, "exports", key, []byte(data))
	}

	t.Run("expand", func(t *testing.T) { expand(t, g, store) })
	t.Run("partitions", func(t *testing.T) {
		got := rows(t, store, "s3://exports/shop/dt=2024-01-10/part2.csv"+g.query, readers.Options{})
		if want := []string{`{"dt":"2024-01-10","id":"2"}`}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("odd key", func(t *testing.T) {
		if got := rows(t, store, "s3://exports/odd/a+b c%20é=x.csv"+g.query, readers.Options{}); len(got) != 1 {
			t.Errorf("got %v", got)
		}
	})
	t.Run("streamed", func(t *testing.T) {
		g.requests.Store(0)
		g.cut.Store(2) // two answers break off and are asked for again
		if got := rows(t, store, "s3://exports/big.csv"+g.query, readers.Options{Columns: []string{"n"}}); len(got) != 400_000 {
			t.Errorf("%d rows", len(got))
		}
		parts := int64((len(big)-blockSize)/partSize + 2)
		if n := g.requests.Load(); n < parts || n > parts+4 {
			t.Errorf("%d requests for %d parts", n, parts)
		}
	})
	t.Run("parquet by range", func(t *testing.T) { parquetByRange(t, g, store) })
	t.Run("changed", func(t *testing.T) { changed(t, g, store) })
	t.Run("errors", func(t *testing.T) { s3Errors(t, g, store) })
}

func expand(t *testing.T, g *gateway, store *Store) {
	tests := []struct {
		name, arg string
		want      []string
	}{
		{"one", "shop/top.csv", []string{"shop/top.csv"}},
		{"folder", "shop/", []string{"shop/top.csv"}},
		{"folder without a slash", "shop", []string{"shop/top.csv"}},
		{"pattern", "shop/dt=*/part*.csv", []string{"shop/dt=2024-01-2/part1.csv", "shop/dt=2024-01-10/part2.csv", "shop/dt=2024-01-10/part10.csv"}},
		{"any depth", "**/part{1,2}*.csv", []string{"shop/dt=2024-01-2/part1.csv", "shop/dt=2024-01-10/part2.csv", "shop/dt=2024-01-10/part10.csv"}},
		{"one level only", "*/*.csv", []string{"odd/a+b c%20é=x.csv", "shop/top.csv"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := readers.Expand(t.Context(), []string{"s3://exports/" + tt.arg + g.query}, store)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range found {
				if s.Size == 0 || s.Modified.IsZero() {
					t.Errorf("%s: size %d, modified %v", s.Name, s.Size, s.Modified)
				}
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(s.Name, "s3://exports/"), g.query))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// parquetByRange reads a column of a Parquet file and counts what went over the
// wire.
func parquetByRange(t *testing.T, g *gateway, store *Store) {
	data := parquetFile(t)
	g.put(t, "exports", "wide.parquet", data)
	source := "s3://exports/wide.parquet" + g.query
	g.bytes.Store(0)
	got := rows(t, store, source, readers.Options{Columns: []string{"c3"}})
	if len(got) != parquetRows || got[parquetRows-1] != `{"c3":`+strconv.Itoa(3*(parquetRows-1)*7919%1_000_003)+`}` {
		t.Errorf("%d rows, the last is %s", len(got), got[len(got)-1])
	}
	if read := g.bytes.Load(); read > int64(len(data))/3 {
		t.Errorf("read %d of %d bytes for one of %d columns", read, len(data), parquetColumns)
	}
	all := rows(t, store, source, readers.Options{})
	local := filepath.Join(t.TempDir(), "wide.parquet")
	if err := os.WriteFile(local, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if want := rows(t, nil, local, readers.Options{}); !slices.Equal(all, want) {
		t.Errorf("%d rows differ from the %d of the local file", len(all), len(want))
	}
}

// changed writes an object anew while it is read.
func changed(t *testing.T, g *gateway, store *Store) {
	g.put(t, "exports", "changing.csv", []byte("id\n"+strings.Repeat("1\n", 1<<20)))
	o, err := store.Open(t.Context(), "s3://exports/changing.csv"+g.query)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	g.put(t, "exports", "changing.csv", []byte("id\n2\n"))
	if _, err := io.Copy(io.Discard, o.Stream()); err == nil || !strings.Contains(err.Error(), "written anew") && !strings.Contains(err.Error(), "range") {
		t.Errorf("got %v", err)
	}
}

func s3Errors(t *testing.T, g *gateway, store *Store) {
	tests := []struct{ name, arg, want string }{
		{"no object", "s3://exports/none.csv" + g.query, "there is no object of that name"},
		{"no match", "s3://exports/none*.csv" + g.query, "the pattern matches nothing"},
		{"no bucket", "s3://nowhere/none.csv" + g.query, "no such file"},
		{"no scheme", "ftp://exports/none.csv", "it is s3://, gs:// or azblob://"},
		{"no bucket name", "s3:///none.csv", "the url names no bucket"},
		{"credentials", "s3://user:secret@exports/x.csv", "credentials do not belong into a url"},
		{"unknown setting", "s3://exports/x.csv" + g.query + "&color=red", "color"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readers.Expand(t.Context(), []string{tt.arg}, store)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := store.Open(t.Context(), "s3://exports/none.csv"+g.query); !errors.Is(err, readers.ErrNoSource) {
		t.Errorf("a missing object is %v", err)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	other := &Store{}
	defer other.Close()
	if _, err := other.Open(t.Context(), "s3://exports/big.csv"+g.query); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("with a wrong secret: %v", err)
	}
}

// TestStreamStops holds that closing an object ends what reads ahead.
func TestStreamStops(t *testing.T) {
	g := startGateway(t, "exports")
	g.put(t, "exports", "big.csv", make([]byte, 40<<20))
	store := &Store{}
	defer store.Close()
	o, err := store.Open(context.Background(), "s3://exports/big.csv"+g.query)
	if err != nil {
		t.Fatal(err)
	}
	r := o.Stream()
	if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	o.Close()
	if _, err := io.Copy(io.Discard, r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
