package pipeline

import (
	"bytes"
	"context"
	"time"

	"mpimport/mapping"
	"mpimport/readers"
)

// RunTest maps and assembles the rows of one of a mapping's own tests, the way an
// import does, and returns what differs from what the test expects.
func RunTest(ctx context.Context, m *mapping.Mapping, t mapping.Test) ([]string, error) {
	var result mapping.TestResult
	job := Job{
		Mapping: m, Sources: []string{"-"}, Read: readers.Options{Format: readers.NDJSON, Stdin: bytes.NewReader(t.Rows)},
		ImportName: m.Name, Environment: "development",
		Start:    time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), // events are as old as they like: all go one way
		Endpoint: EndpointEvents, Partitions: 1,
		AnyColumns: true, // a test need not have all
		Rejected:   func(r Rejected) error { result.Rejects = append(result.Rejects, r.Reason); return nil },
	}
	plan, err := Scan(ctx, job)
	if err != nil {
		return nil, err
	}
	defer plan.Close()
	batches, err := plan.Preview(ctx, 1<<31-1)
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		result.Batches = append(result.Batches, b.Batch)
	}
	result.Skipped = int(plan.Skipped)
	return t.Check(result), nil
}
