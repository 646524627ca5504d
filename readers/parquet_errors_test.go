package readers

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParquetErrors(t *testing.T) {
	data := lowFlatFile(t)
	if _, _, err := readParquet(t, data[:len(data)-5], Options{}); err == nil || !strings.Contains(err.Error(), "in.parquet") {
		t.Errorf("cut off: %v", err)
	}
	if _, err := Open(context.Background(), "-", Options{Format: Parquet, Stdin: bytes.NewReader(data)}); err == nil || !strings.Contains(err.Error(), "cannot be read from a pipe") {
		t.Errorf("standard input: %v", err)
	}
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := openParquet(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Next(context.Background()); err == nil {
		t.Error("read after close")
	}
}

func TestParquetChosenColumns(t *testing.T) {
	data := lowFlatFile(t)
	rows := mustRows(t, data, Options{Columns: []string{"d?y", "i*", "none"}})
	sameRows(t, rows[1:2], []string{`{"id":9007199254740994,"day":"1970-01-02T00:00:00"}`})
	rows = mustRows(t, data, Options{Columns: []string{}})
	sameRows(t, rows[899:], []string{"{}"})
}
