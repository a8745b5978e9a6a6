package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/distribution/reference"
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

	// except are the full names of the repositories that wait for nothing.
	except map[string]bool

	mu   sync.Mutex
	off  bool
	seen map[string]Sighting
	// asked are the tags of this run.
	asked map[string]bool
	// waiting is what was held back.
	waiting map[string]Waiting
}

// Waiting is an image that is held back.
type Waiting struct {
	// Image is the reference in full, as "docker.io/library/python:3".
	Image string
	// Since is when its tag was first seen to name it, Until when the wait ends.
	Since, Until time.Time
}

// NewCooldown waits for so many days; seen is what earlier runs saw, by the
// tag's full name. The repositories in except wait for nothing: somebody wants
// what they have now.
func NewCooldown(registry lint.Registry, days int, now time.Time, seen map[string]Sighting, except []string) *Cooldown {
	c := &Cooldown{
		Registry: registry, days: days, now: now.UTC(), seen: map[string]Sighting{}, asked: map[string]bool{}, except: map[string]bool{},
		waiting: map[string]Waiting{},
	}
	for _, repository := range except {
		if named, err := reference.ParseNormalizedNamed(repository); err == nil { // the configuration says what is none
			c.except[named.Name()] = true
		}
	}
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

// Waiting are the images that this run held back, by name.
func (c *Cooldown) Waiting() []Waiting {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.off {
		return nil
	}
	return slices.SortedFunc(maps.Values(c.waiting), func(a, b Waiting) int { return strings.Compare(a.Image, b.Image) })
}

// Settled implements lint.Registry: it also refuses what is too young.
func (c *Cooldown) Settled(ref, digest string) error {
	if err := c.Registry.Settled(ref, digest); err != nil {
		return err
	}
	tag, err := name.ParseReference(ref, name.WeakValidation)
	named, err2 := reference.ParseNormalizedNamed(ref)
	if err != nil || err2 != nil {
		return &lint.Unavailable{Reason: fmt.Sprintf("%q is not a reference to an image", ref)}
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
	if c.off || age >= c.days || c.except[named.Name()] {
		return nil
	}
	until := s.Since.Add(time.Duration(c.days) * day)
	c.waiting[key] = Waiting{reference.TagNameOnly(named).String(), s.Since, until}
	return &lint.Unavailable{Reason: fmt.Sprintf("its tag has named this image for %d of the %d days of pin.cooldown-days, so it waits until %s; pin.cooldown-except allows it at once",
		age, c.days, until.Format(time.DateOnly))}
}
