package forge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/earlier"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/review"
)

// Checkout is what lies in the work tree.
type Checkout struct {
	// Commit is its hash.
	Commit string
	// Parents are that commit's, and Files its files by path; both are nil where the work
	// tree does not tell them.
	Parents []string
	Files   map[string]earlier.Entry
}

// Base is what a change is compared with: a commit, and what differs from it.
type Base struct {
	// Files are those of the base, by path; Now those of the checkout.
	Files, Now map[string]earlier.Entry
	// Changed are the paths that differ, in order.
	Changed []string
	// Blob reads a file of the base by its hash.
	Blob func(ctx context.Context, hash string) ([]byte, error)
}

// ErrStale is wrapped by the error for a checkout that is neither the head of the event
// nor its merge: what was looked at is not what the event is about.
var ErrStale = errors.New("the checkout is neither the head commit of the event nor its merge with the base")

// TooMany is the error for a change of so many files.
func TooMany(files int) error {
	return fmt.Errorf("%d files differ from the base, and at most %d are compared", files, limits.ChangedFiles)
}

// BaseOf names the commit that a checkout is compared with: the first parent of a merge
// of the head, since the base may have moved on after the event; else the event's base,
// or the merge base with that one.
func (e *Event) BaseOf(checkout string, parents []string) (commit string, mergeBase bool, err error) {
	switch {
	case e.Base == "":
		return "", false, errors.New("the event names no base commit")
	case checkout == e.Head:
		return e.Base, e.Name != "merge_group", nil
	case len(parents) == 2 && parents[1] == e.Head && review.IsCommit(parents[0]):
		return parents[0], false, nil
	}
	return "", false, fmt.Errorf("%w: it is at %s", ErrStale, review.Short(checkout))
}

// Compare lists the paths that differ.
func (b *Base) Compare() {
	for path, e := range b.Files {
		if now, ok := b.Now[path]; !ok || now != e {
			b.Changed = append(b.Changed, path)
		}
	}
	for path := range b.Now {
		if _, ok := b.Files[path]; !ok {
			b.Changed = append(b.Changed, path)
		}
	}
	slices.Sort(b.Changed)
}

// Differs reports whether the change touches a path.
func (b *Base) Differs(path string) bool {
	_, differs := slices.BinarySearch(b.Changed, path)
	return differs
}

// Before are the files of the base; those that the checkout has too are the disk's.
func (b *Base) Before() map[string]earlier.Entry {
	all := make(map[string]earlier.Entry, len(b.Files))
	for path, e := range b.Files {
		e.Same = !b.Differs(path)
		all[path] = e
	}
	return all
}
