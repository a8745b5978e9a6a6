package resolve

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
			c := NewCooldown(settled{}, 7, now, tt.seen, []string{"node", "ghcr.io/library/python"})
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
			var waits []Waiting
			if tt.waits {
				waits = []Waiting{{"docker.io/library/python:3", since, since.Add(7 * day)}}
			}
			if diff := cmp.Diff(waits, c.Waiting(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("waiting (-want +got)\n%s", diff)
			}
			c.Off()
			if waiting := c.Waiting(); len(waiting) != 0 {
				t.Errorf("switched off, and waiting %v", waiting)
			}
			if err := c.Settled("python:3", first); err != nil {
				t.Errorf("switched off, and %v", err)
			}
		})
	}
	for _, except := range []string{"python", "docker.io/library/python", "index.docker.io/library/python"} {
		c := NewCooldown(settled{}, 7, start, nil, []string{except})
		if err := c.Settled("python:3", first); err != nil || len(c.Waiting()) != 0 {
			t.Errorf("%s needs no age, and %v", except, err)
		}
		// Off the list again, its clock has run all the time.
		if got := c.Seen(); !got[tag].Since.Equal(start) {
			t.Errorf("%s: seen %v", except, got)
		}
		if err := c.Settled("ghcr.io/library/python:3", first); err == nil {
			t.Errorf("%s lets another registry's through", except)
		}
	}
	// The registry's own word comes first.
	if err := NewCooldown(lint.Offline{}, 0, start, nil, nil).Settled("python:3", first); !lint.IsOffline(err) {
		t.Errorf("got %v", err)
	}
}
