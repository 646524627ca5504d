// Command mktestdata writes the files of testdata: the events and orders of one
// small shop. Its output is the same every time.
//
//	go run ./cmd/mktestdata testdata
//
// The same events are written as CSV, NDJSON and Parquet, the orders as NDJSON
// and Parquet, the profiles as CSV. Parquet is written by xitongsys/parquet-go,
// so that the reader, which is built on another library, meets foreign files.
//
// In the folder vendors, a smaller story is told as the exports of other systems
// tell it; each file has the name of the mapping that reads it.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("mktestdata: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: mktestdata FOLDER")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// write makes all files in dir.
func write(dir string) error {
	s := newShop()
	events, orders, profiles := s.events(3600), s.orders(900), s.profiles()
	told := newStory(60)
	files := []struct {
		name string
		make func(path string) error
	}{
		{"events.csv", func(p string) error { return writeEventsCSV(p, events) }},
		{"events.ndjson", func(p string) error { return writeEventsNDJSON(p, events) }},
		{"events.parquet", func(p string) error { return writeEventsParquet(p, events) }},
		{"orders.ndjson", func(p string) error { return writeOrdersNDJSON(p, orders) }},
		{"orders.parquet", func(p string) error { return writeOrdersParquet(p, orders) }},
		{"profiles.csv", func(p string) error { return writeProfilesCSV(p, profiles) }},

		{"vendors/segment.ndjson", func(p string) error { return writeSegment(p, told) }},
		{"vendors/amplitude.ndjson", func(p string) error { return writeAmplitude(p, told) }},
		{"vendors/mixpanel.ndjson", func(p string) error { return writeMixpanel(p, told) }},
		{"vendors/ga4-bigquery.parquet", func(p string) error { return writeGA4(p, told) }},
		{"vendors/snowplow.tsv", func(p string) error { return writeSnowplow(p, told) }},
		{"vendors/shopify-orders.csv", func(p string) error { return writeShopify(p, told) }},
		{"vendors/user-attributes.csv", writeUserAttributes},
		{"vendors/mparticle-replay.ndjson", func(p string) error { return writeBatches(p, told) }},
	}
	if err := os.MkdirAll(filepath.Join(dir, "vendors"), 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := f.make(filepath.Join(dir, f.name)); err != nil {
			return fmt.Errorf("writing %s: %w", f.name, err)
		}
	}
	return nil
}
