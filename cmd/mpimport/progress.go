package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// meter shows how far a stage is: a bar on a terminal, a line every half minute
// elsewhere, or nothing.
type meter struct {
	w     io.Writer
	kind  string // bar, plain, none
	label string
	bar   *progressbar.ProgressBar
	start time.Time
	shown time.Time
}

const heartbeat = 30 * time.Second

// newMeter returns a meter of a kind: auto, bar, plain or none.
func newMeter(w io.Writer, kind, label string) *meter {
	if kind == "auto" {
		kind = "plain"
		if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			kind = "bar"
		}
	}
	now := time.Now()
	return &meter{w: w, kind: kind, label: label, start: now, shown: now}
}

// set shows that done of total is done; total 0 is unknown.
func (m *meter) set(done, total int64, text string) {
	switch m.kind {
	case "bar":
		if m.bar == nil {
			m.bar = newBar(m.w, m.label, total)
		}
		m.bar.Describe(fmt.Sprintf("%-7s %s", m.label, text))
		m.bar.Set64(min(done, max(total, done))) // its error is a closed terminal's
	case "plain":
		if time.Since(m.shown) < heartbeat {
			return
		}
		m.shown = time.Now()
		share := ""
		if total > 0 {
			share = fmt.Sprintf(" (%d%%)", 100*done/total)
		}
		fmt.Fprintf(m.w, "%-7s %s%s after %s\n", m.label, text, share, span(time.Since(m.start)))
	}
}

// finish ends the stage with a line of its own.
func (m *meter) finish(text string) {
	if m.bar != nil {
		m.bar.Clear()
	}
	if m.kind != "none" {
		fmt.Fprintf(m.w, "%-7s %s\n", m.label, text)
	}
}

func newBar(w io.Writer, label string, total int64) *progressbar.ProgressBar {
	if total == 0 {
		total = -1
	}
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(label),
		progressbar.OptionSetWidth(26),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░"}),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}
