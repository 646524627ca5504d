package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"mpimport/pipeline"
)

// count writes a number with thousands separators.
func count(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// plural writes a number with its noun.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "ch") {
		noun += "e"
	}
	if stem, ok := strings.CutSuffix(noun, "ry"); ok {
		noun = stem + "rie"
	}
	return count(n) + " " + noun + "s"
}

// span writes a duration as people say it.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d m %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d m", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%.1f days", d.Hours()/24)
}

// planLine is the line that says what will be sent.
func planLine(p *pipeline.Plan, rate float64) string {
	line := fmt.Sprintf("plan    %s → %s → %s → %s; %s at %g batches/s", plural(p.Mapped(), "row"), plural(p.Users, "user"),
		plural(p.Batches, "batch"), plural(p.Requests, "request"), span(p.Duration(rate)), rate)
	if p.Skipped > 0 {
		line += fmt.Sprintf("; %s left out by where", plural(p.Skipped, "row"))
	}
	if p.Historical > 0 {
		line += fmt.Sprintf("; %s to the historical endpoint", plural(p.Historical, "batch"))
	}
	return line
}

// printReasons writes the kinds of rejects with their counts, the most frequent
// first.
func printReasons(w io.Writer, reasons pipeline.Reasons) {
	const most = 10
	for i, r := range reasons.Sorted() {
		if i == most {
			fmt.Fprintf(w, "        … and %d other reasons\n", len(reasons)-most)
			return
		}
		at := fmt.Sprintf("row %d", r.Row)
		if r.Line > 0 {
			at = fmt.Sprintf("line %d", r.Line)
		}
		fmt.Fprintf(w, "%10s × %s; first in %s, %s\n", count(r.Count), r.Example, r.Source, at)
	}
}

// printWarnings writes what is suspicious, but no mistake.
func printWarnings(w io.Writer, p *pipeline.Plan, rate float64) {
	for _, text := range p.Warnings {
		fmt.Fprintf(w, "warning %s\n", text)
	}
	const most = 3
	splits := p.Splits[:min(most, len(p.Splits))]
	for _, split := range splits {
		if 2*split.Batches < p.Batches { // less than twice the batches without it
			break
		}
		time := span(time.Duration(float64(split.Batches) / rate * float64(time.Second)))
		fmt.Fprintf(w, "warning %s changes so often that it makes %s of the %s, %s at %g batches/s; group: {merge: last} or {attributes: last} in the mapping saves them\n",
			split.Field, count(split.Batches), plural(p.Batches, "batch"), time, rate)
	}
}
