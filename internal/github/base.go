package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/earlier"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

const (
	// blobsAtOnce is how many files one query asks for, and maxBlobBytes how large
	// they may be together: GraphQL cuts answers that take long.
	blobsAtOnce  = 250
	maxBlobBytes = 8 << 20
	// maxBatches is how many queries there are, and maxSingle how many files are asked
	// for one by one: those that are not UTF-8. With two commits, two trees and a
	// comparison these are baseCalls.
	maxBatches = 12
	maxSingle  = 3
	baseCalls  = maxBatches + maxSingle + 5
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

	client *Client
	sizes  map[string]int
	blobs  map[string][]byte
	single int
}

// ErrStale is wrapped by the error for a checkout that is neither the head of the event
// nor its merge: what was looked at is not what the event is about.
var ErrStale = errors.New("the checkout is neither the head of the event nor its merge with the base")

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
	case len(parents) == 2 && parents[1] == e.Head && isSHA(parents[0]):
		return parents[0], false, nil
	}
	return "", false, fmt.Errorf("%w: it is at %s", ErrStale, short(checkout))
}

// Base finds the base of a checkout, and reads the files of it that differ.
func (c *Client) Base(ctx context.Context, e *Event, at Checkout) (*Base, error) {
	c.allow(baseCalls)
	b := &Base{client: c, Now: at.Files, sizes: map[string]int{}, blobs: map[string][]byte{}}
	tree := ""
	if at.Files == nil || at.Commit != e.Head && len(at.Parents) == 0 {
		commit, err := c.commit(ctx, at.Commit)
		if err != nil {
			return nil, err
		}
		tree, at.Parents = commit.Tree.SHA, nil
		for _, p := range commit.Parents {
			at.Parents = append(at.Parents, p.SHA)
		}
	}
	base, between, err := e.BaseOf(at.Commit, at.Parents)
	if err == nil && between {
		base, err = c.mergeBase(ctx, base, at.Commit)
	}
	if err != nil {
		return nil, err
	}
	commit, err := c.commit(ctx, base)
	if err != nil {
		return nil, err
	}
	if b.Files, err = b.list(ctx, commit.Tree.SHA); err != nil {
		return nil, err
	}
	if b.Now == nil {
		if b.Now, err = b.list(ctx, tree); err != nil {
			return nil, err
		}
	}
	b.compare()
	if n := len(b.Changed); n > limits.ChangedFiles {
		return nil, TooMany(n)
	}
	return b, b.read(ctx)
}

// compare lists the paths that differ.
func (b *Base) compare() {
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

func (c *Client) mergeBase(ctx context.Context, base, head string) (string, error) {
	comparison, _, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.name, base, head, onePage())
	if err != nil {
		return "", fmt.Errorf("compare %s with %s: %w", short(base), short(head), explain(err))
	}
	sha := comparison.GetMergeBaseCommit().GetSHA()
	if !isSHA(sha) {
		return "", fmt.Errorf("compare %s with %s: GitHub names no merge base", short(base), short(head))
	}
	return sha, nil
}

// list reads all files of a tree in one call.
func (b *Base) list(ctx context.Context, tree string) (map[string]earlier.Entry, error) {
	all, err := b.client.tree(ctx, tree, true)
	if err != nil {
		return nil, err
	}
	if all.Truncated {
		return nil, fmt.Errorf("GitHub cuts the list of the files of %s; fetch-depth: 2 of actions/checkout gives the base", short(tree))
	}
	entries := make(map[string]earlier.Entry, len(all.Tree))
	for _, e := range all.Tree {
		if e.Type == "tree" {
			continue
		}
		if !isSHA(e.SHA) || e.Path == "" || e.Size < 0 {
			return nil, fmt.Errorf("GitHub's list of the files of %s is not understood: %.80q", short(tree), e.Path)
		}
		entries[e.Path] = earlier.Entry{Hash: e.SHA, Regular: e.Type == "blob" && e.Mode != "120000"}
		b.sizes[e.SHA] = e.Size
	}
	return entries, nil
}

// Blob reads a file of the base by its hash. What no query brought, since it is not text
// in UTF-8, is asked for by itself, a few times.
func (b *Base) Blob(ctx context.Context, hash string) ([]byte, error) {
	if content, ok := b.blobs[hash]; ok {
		return content, nil
	}
	if b.single++; b.single > maxSingle {
		return nil, fmt.Errorf("more than %d files of the base are not text in UTF-8", maxSingle)
	}
	content, err := b.client.readBlob(ctx, hash)
	if err != nil {
		return nil, err
	}
	if files.BlobHash(content, len(hash)) != hash {
		return nil, fmt.Errorf("read blob %s: GitHub gave another one", short(hash))
	}
	b.blobs[hash] = content
	return content, nil
}

// read reads the files of the base that changed, many in each call. What is too large
// to be linted is not asked for: any content of that size does.
func (b *Base) read(ctx context.Context) error {
	var wanted []string
	var tooLarge []byte
	for _, path := range b.Changed {
		e, ok := b.Files[path]
		switch {
		case !ok || !e.Regular:
		case b.sizes[e.Hash] > limits.FileBytes:
			if tooLarge == nil {
				tooLarge = make([]byte, limits.FileBytes+1)
			}
			b.blobs[e.Hash] = tooLarge
		default:
			wanted = append(wanted, e.Hash)
		}
	}
	slices.SortFunc(wanted, func(x, y string) int { return cmp.Or(b.sizes[x]-b.sizes[y], strings.Compare(x, y)) })
	wanted = slices.Compact(wanted)
	for range maxBatches {
		n, bytes := 0, 0
		for n < min(len(wanted), blobsAtOnce) && (n == 0 || bytes+b.sizes[wanted[n]] <= maxBlobBytes) {
			bytes += b.sizes[wanted[n]]
			n++
		}
		if n == 0 {
			break
		}
		if err := b.fetch(ctx, wanted[:n]); err != nil {
			return err
		}
		wanted = wanted[n:]
	}
	return nil
}

// fetch asks for a batch, and keeps what GraphQL gives as it is, byte for byte.
func (b *Base) fetch(ctx context.Context, batch []string) error {
	var query strings.Builder
	query.WriteString("query Blobs($owner: String!, $name: String!) {\n  repository(owner: $owner, name: $name) {\n")
	for i, hash := range batch { // each is a hash, so nothing of it is GraphQL
		fmt.Fprintf(&query, "    b%d: object(oid: \"%s\") { ... on Blob { text } }\n", i, hash)
	}
	query.WriteString("  }\n}")
	var answer struct {
		Repository map[string]*struct{ Text *string }
	}
	if err := b.client.ask(ctx, query.String(), map[string]any{"owner": b.client.owner, "name": b.client.name}, &answer); err != nil {
		return fmt.Errorf("read files of the base: %w", explain(err))
	}
	for i, hash := range batch {
		got := answer.Repository[fmt.Sprintf("b%d", i)]
		if got == nil || got.Text == nil {
			continue
		}
		if content := []byte(*got.Text); files.BlobHash(content, len(hash)) == hash {
			b.blobs[hash] = content
		}
	}
	return nil
}
