package mapping

import (
	"time"
	_ "time/tzdata" // so that zones are known on machines without their files
)

// inZone is the instant at which clocks in zone show what t shows. Where clocks
// were put back and showed it twice, it is the first time; where they were put
// forward and never showed it, the instant as if they had not been, which is
// later by the clock.
func inZone(t time.Time, zone *time.Location) time.Time {
	utc := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	if zone == time.UTC {
		return utc
	}
	const day = 24 * time.Hour
	before, after := offset(utc.Add(-day), zone), offset(utc.Add(day), zone)
	early := utc.Add(-before)
	if before == after || offset(early, zone) == before {
		return early
	}
	if late := utc.Add(-after); offset(late, zone) == after {
		return late
	}
	return early
}

// offset is what zone's clocks are ahead of UTC at an instant.
func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
