package resolve

import (
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
)

// settled is a registry in which every tag names what it is said to.
type settled struct{ lint.Offline }

func (settled) Settled(string, string) error { return nil }

func TestCooldown(t *testing.T) {
	const tag = "index.docker.io/library/python:3"
	first, second := "sha256:"+strings.Repeat("1", 64), "sha256:"+strings.Repeat("2", 64)
	start := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		seen  map[string]Sighting
		after time.Duration
		waits bool
		since time.Time // zero for now
	}{
		{"the first sight starts the clock", nil, 0, true, time.Time{}},
		{"it is too young", map[string]Sighting{tag: {first, start}}, 7*day - time.Second, true, start},
		{"it is old enough", map[string]Sighting{tag: {first, start}}, 7 * day, false, start},
		{"a new push restarts it", map[string]Sighting{tag: {second, start}}, 30 * day, true, time.Time{}},
		{"a time before there were images", map[string]Sighting{tag: {first, time.Unix(0, 0)}}, 30 * day, true, time.Time{}},
		{"a time to come", map[string]Sighting{tag: {first, start.Add(99 * day)}}, 30 * day, true, time.Time{}},
		{"another tag's", map[string]Sighting{tag + "-slim": {first, start}}, 30 * day, true, time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := start.Add(tt.after)
			c := NewCooldown(settled{}, 7, now, tt.seen)
			err := c.Settled("python:3", first)
			if (err != nil) != tt.waits {
				t.Errorf("got %v, waits %v", err, tt.waits)
			}
			if err != nil && !strings.Contains(err.Error(), "of the 7 days") {
				t.Errorf("the reason is %q", err)
			}
			since := tt.since
			if since.IsZero() {
				since = now
			}
			if got := c.Seen(); len(got) != 1 || got[tag].Digest != first || !got[tag].Since.Equal(since) {
				t.Errorf("seen %v, want %s since %v", got, first, since)
			}
			c.Off()
			if err := c.Settled("python:3", first); err != nil {
				t.Errorf("switched off, and %v", err)
			}
		})
	}
	// The registry's own word comes first.
	if err := NewCooldown(lint.Offline{}, 0, start, nil).Settled("python:3", first); !lint.IsOffline(err) {
		t.Errorf("got %v", err)
	}
}
