package resolve

import (
	"fmt"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/dockmend/dockmend/internal/lint"
)

// day is what cooldowns are counted in.
const day = 24 * time.Hour

// Sighting is when a tag was first seen to name a digest.
type Sighting struct {
	Digest string
	Since  time.Time
}

// Cooldown is a lint.Registry with which nothing is pinned before its tag has
// named it for some days, so that a bad push has time to be found out. The clock
// is our own: it starts when a run first sees the digest behind the tag, and
// starts anew with the next push. What an image says of its age is not asked,
// since whoever pushes it writes that. It is safe for concurrent use.
type Cooldown struct {
	lint.Registry
	days int
	now  time.Time

	mu   sync.Mutex
	off  bool
	seen map[string]Sighting
	// asked are the tags of this run.
	asked map[string]bool
}

// NewCooldown waits for so many days; seen is what earlier runs saw, by the
// tag's full name.
func NewCooldown(registry lint.Registry, days int, now time.Time, seen map[string]Sighting) *Cooldown {
	c := &Cooldown{Registry: registry, days: days, now: now.UTC(), seen: map[string]Sighting{}, asked: map[string]bool{}}
	for tag, s := range seen {
		c.seen[tag] = s
	}
	return c
}

// Off lets everything through, where nobody remembers what was seen.
func (c *Cooldown) Off() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = true
}

// Seen are the tags that this run asked for, with when each digest was first
// seen.
func (c *Cooldown) Seen() map[string]Sighting {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]Sighting{}
	for tag := range c.asked {
		out[tag] = c.seen[tag]
	}
	return out
}

// Settled implements lint.Registry: it also refuses what is too young.
func (c *Cooldown) Settled(ref, digest string) error {
	if err := c.Registry.Settled(ref, digest); err != nil {
		return err
	}
	tag, err := name.ParseReference(ref, name.WeakValidation)
	if err != nil {
		return &lint.Unavailable{Reason: fmt.Sprintf("%q is no reference to an image", ref)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := tag.Name()
	c.asked[key] = true
	s, known := c.seen[key]
	// A time to come says nothing; nobody saw it yet.
	if !known || s.Digest != digest || s.Since.After(c.now) || s.Since.Year() < 2000 {
		s = Sighting{digest, c.now}
		c.seen[key] = s
	}
	age := int(c.now.Sub(s.Since) / day)
	if c.off || age >= c.days {
		return nil
	}
	return &lint.Unavailable{Reason: fmt.Sprintf("its tag names this image for %d of the %d days that pin.cooldown-days asks for", age, c.days)}
}
