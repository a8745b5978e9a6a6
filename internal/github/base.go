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
)

const (
	// maxChanged is how many files a change may have whose base is looked at, as many
	// as GitHub lists of a pull request.
	maxChanged = pullFiles
	// blobsAtOnce is how many files one query asks for, and maxBlobBytes how large
	// they may be together. GraphQL cuts answers that take long.
	blobsAtOnce  = 250
	maxBlobBytes = 8 << 20
	// maxBatches is how many queries there are, and maxSingle how many files are asked
	// for one by one: those that are no UTF-8. With commits, trees and a comparison a
	// run makes at most 20 requests for its base.
	maxBatches = 12
	maxSingle  = 3
	// maxBaseFile is the size in bytes up to which a file of the base is read.
	maxBaseFile = 4 << 20
)

// Base is what a change is compared with: a commit, the files of the commit that was
// looked at, and what differs.
type Base struct {
	// Commit is the base, and Checkout what was looked at.
	Commit, Checkout string
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
var ErrStale = errors.New("the checkout is neither the head of the pull request nor its merge")

// Base finds the base of a change, and what differs. checkout is the commit in the work
// tree; it is empty where the head is read through the API. parents are that commit's, and
// now its files; both are nil where the work tree does not tell them.
func (c *Client) Base(ctx context.Context, e *Event, checkout string, parents []string, now map[string]earlier.Entry) (*Base, error) {
	b := &Base{client: c, Checkout: checkout, Now: now, sizes: map[string]int{}, blobs: map[string][]byte{}}
	if b.Checkout == "" {
		b.Checkout = e.Head
	}
	tree := ""
	if e.Name != "merge_group" && b.Checkout != e.Head && parents == nil || now == nil {
		commit, err := c.commit(ctx, b.Checkout)
		if err != nil {
			return nil, err
		}
		tree, parents = commit.Tree.SHA, nil
		for _, p := range commit.Parents {
			parents = append(parents, p.SHA)
		}
	}
	switch {
	case e.Base == "":
		return nil, errors.New("the event names no base commit")
	case e.Name == "merge_group":
		b.Commit = e.Base
	case b.Checkout == e.Head:
		merge, err := c.mergeBase(ctx, e.Base, e.Head)
		if err != nil {
			return nil, err
		}
		b.Commit = merge
	case len(parents) == 2 && parents[1] == e.Head && isSHA(parents[0]):
		b.Commit = parents[0] // the base may have moved on since the event
	default:
		return nil, fmt.Errorf("%w: it is at %s", ErrStale, short(b.Checkout))
	}
	commit, err := c.commit(ctx, b.Commit)
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
	if len(b.Changed) > maxChanged {
		return nil, fmt.Errorf("%d files differ from the base, more than %d", len(b.Changed), maxChanged)
	}
	return b, nil
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
		return nil, fmt.Errorf("GitHub cuts the list of the files of %s", short(tree))
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

// Blob reads a file of the base by its hash. What Fetch did not bring, since it is no
// text, is asked for by itself, a few times.
func (b *Base) Blob(ctx context.Context, hash string) ([]byte, error) {
	if content, ok := b.blobs[hash]; ok {
		return content, nil
	}
	if b.single++; b.single > maxSingle {
		return nil, fmt.Errorf("more than %d files of the base are no text", maxSingle)
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

// Fetch reads the files of the base that changed, many in each call. What is too large
// to be linted is not asked for: any content of that size does.
func (b *Base) Fetch(ctx context.Context) error {
	var wanted []string
	for _, path := range b.Changed {
		e, ok := b.Files[path]
		switch {
		case !ok || !e.Regular:
		case b.sizes[e.Hash] > maxBaseFile:
			b.blobs[e.Hash] = make([]byte, maxBaseFile+1)
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
		if got := answer.Repository[fmt.Sprintf("b%d", i)]; got != nil && got.Text != nil && files.BlobHash([]byte(*got.Text), len(hash)) == hash {
			b.blobs[hash] = []byte(*got.Text)
		}
	}
	return nil
}
