package pipeline

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mpimport/mapping"
)

// TestStore: whatever the budget, a partition gives back its records in order.
func TestStore(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		const partitions = 5
		s := newStore(partitions, dir, rapid.SampledFrom([]int{1, 100, 3000, 1 << 20}).Draw(t, "budget"))
		defer s.close()
		var want [partitions][]string
		for i, r := range rapid.SliceOf(rapid.Custom(anyRecord)).Draw(t, "records") {
			p := rapid.IntRange(0, partitions-1).Draw(t, "partition")
			if err := s.add(p, appendStored(nil, place{source: i}, r)); err != nil {
				t.Fatal(err)
			}
			want[p] = append(want[p], r.User+strings.Join(eventsOf(r.Events), ""))
		}
		for p := range partitions {
			for range 2 { // as often as one likes
				var got []string
				for r, err := range s.records(p) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, r.User+strings.Join(eventsOf(r.Events), ""))
				}
				if strings.Join(got, "\n") != strings.Join(want[p], "\n") {
					t.Fatalf("partition %d:\n got %q\nwant %q", p, got, want[p])
				}
			}
		}
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v %v", left, err)
	}
}

// TestStoreDamaged: what the disk changed is an error, not other records.
func TestStoreDamaged(t *testing.T) {
	s := newStore(1, t.TempDir(), 1)
	defer s.close()
	record := appendStored(nil, place{}, mapping.Record{User: "u", Fields: bytes.Repeat([]byte("x"), 100)})
	if err := s.add(0, record); err != nil {
		t.Fatal(err)
	}
	for at := range s.end {
		var b [1]byte
		if _, err := s.file.ReadAt(b[:], at); err != nil {
			t.Fatal(err)
		}
		if _, err := s.file.WriteAt([]byte{b[0] ^ 1}, at); err != nil {
			t.Fatal(err)
		}
		for _, err := range s.records(0) {
			if err == nil {
				t.Fatalf("byte %d was changed, and nobody noticed", at)
			}
		}
		if _, err := s.file.WriteAt(b[:], at); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoRoom: a folder that cannot be written stops the scan with a way out.
func TestNoRoom(t *testing.T) {
	job := eventsJob(t)
	job.WorkDir, job.Memory = filepath.Join(t.TempDir(), "none"), 1
	if _, err := Scan(context.Background(), job); err == nil || !strings.Contains(err.Error(), "--work-dir") {
		t.Errorf("error %v", err)
	}
}

// TestSpilledIsTheSame: a scan that spills makes the same plan and sends the same
// bytes as one that holds all in memory.
func TestSpilledIsTheSame(t *testing.T) {
	var plans, sent [2]string
	for i, memory := range []int64{0, 10_000} {
		job := eventsJob(t)
		job.Memory, job.WorkDir = memory, t.TempDir()
		plan := mustScan(t, job)
		if spilled := plan.store.file != nil; spilled != (memory > 0) {
			t.Fatalf("with %d bytes of memory it spilled: %v", memory, spilled)
		}
		text, err := plan.Preview(context.Background(), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range text {
			sent[i] += string(b.Batch) + "\n"
		}
		plans[i] = plan.Digest
		if err := plan.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if plans[0] != plans[1] || sent[0] != sent[1] || sent[0] == "" {
		t.Error("what is spilled comes out differently")
	}
}
