package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/earlier"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/review"
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

// baseReader reads a base.
type baseReader struct {
	*Client
	base   *forge.Base
	sizes  map[string]int
	blobs  map[string][]byte
	single int
}

// Base finds the base of a checkout, and reads the files of it that differ.
func (c *Client) Base(ctx context.Context, e *forge.Event, at forge.Checkout) (*forge.Base, error) {
	c.allow(baseCalls)
	r := &baseReader{Client: c, base: &forge.Base{Now: at.Files}, sizes: map[string]int{}, blobs: map[string][]byte{}}
	b := r.base
	b.Blob = r.blob
	tree := ""
	if at.Files == nil || (at.Commit != e.Head && len(at.Parents) == 0) {
		commit, err := c.commit(ctx, at.Commit)
		if err != nil {
			return nil, err
		}
		tree, at.Parents = commit.Tree, commit.Parents
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
	if b.Files, err = r.list(ctx, commit.Tree); err != nil {
		return nil, err
	}
	if b.Now == nil {
		if b.Now, err = r.list(ctx, tree); err != nil {
			return nil, err
		}
	}
	b.Compare()
	if n := len(b.Changed); n > limits.ChangedFiles {
		return nil, forge.TooMany(n)
	}
	return b, r.read(ctx)
}

func (c *Client) mergeBase(ctx context.Context, base, head string) (string, error) {
	comparison, _, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.name, base, head, onePage())
	if err != nil {
		return "", fmt.Errorf("compare %s with %s: %w", review.Short(base), review.Short(head), explain(err))
	}
	sha := comparison.GetMergeBaseCommit().GetSHA()
	if !review.IsCommit(sha) {
		return "", fmt.Errorf("compare %s with %s: GitHub names no merge base", review.Short(base), review.Short(head))
	}
	return sha, nil
}

// list reads all files of a tree in one call.
func (r *baseReader) list(ctx context.Context, tree string) (map[string]earlier.Entry, error) {
	all, err := r.tree(ctx, tree, true)
	if err != nil {
		return nil, err
	}
	if all.Truncated {
		return nil, fmt.Errorf("GitHub's list of the files of %s is cut off; set fetch-depth: 2 for actions/checkout to get the base", review.Short(tree))
	}
	entries := make(map[string]earlier.Entry, len(all.Tree))
	for _, e := range all.Tree {
		if e.Type == "tree" {
			continue
		}
		if !review.IsCommit(e.SHA) || e.Path == "" || e.Size < 0 {
			return nil, fmt.Errorf("GitHub's list of the files of %s cannot be parsed: %.80q", review.Short(tree), e.Path)
		}
		entries[e.Path] = earlier.Entry{Hash: e.SHA, Regular: e.Type == "blob" && e.Mode != "120000"}
		r.sizes[e.SHA] = e.Size
	}
	return entries, nil
}

// blob reads a file of the base by its hash. What no query brought, since it is not text
// in UTF-8, is asked for by itself, a few times.
func (r *baseReader) blob(ctx context.Context, hash string) ([]byte, error) {
	if content, ok := r.blobs[hash]; ok {
		return content, nil
	}
	if r.single++; r.single > maxSingle {
		return nil, fmt.Errorf("more than %d files of the base are not text in UTF-8", maxSingle)
	}
	content, err := r.readBlob(ctx, hash)
	if err != nil {
		return nil, err
	}
	if files.BlobHash(content, len(hash)) != hash {
		return nil, fmt.Errorf("read blob %s: GitHub returned another one", review.Short(hash))
	}
	r.blobs[hash] = content
	return content, nil
}

// read reads the files of the base that changed, many in each call. What is too large
// to be linted is not asked for: any content of that size does.
func (r *baseReader) read(ctx context.Context) error {
	var wanted []string
	var tooLarge []byte
	for _, path := range r.base.Changed {
		e, ok := r.base.Files[path]
		switch {
		case !ok || !e.Regular:
		case r.sizes[e.Hash] > limits.FileBytes:
			if tooLarge == nil {
				tooLarge = make([]byte, limits.FileBytes+1)
			}
			r.blobs[e.Hash] = tooLarge
		default:
			wanted = append(wanted, e.Hash)
		}
	}
	slices.SortFunc(wanted, func(x, y string) int { return cmp.Or(r.sizes[x]-r.sizes[y], strings.Compare(x, y)) })
	wanted = slices.Compact(wanted)
	for range maxBatches {
		n, bytes := 0, 0
		for n < min(len(wanted), blobsAtOnce) && (n == 0 || bytes+r.sizes[wanted[n]] <= maxBlobBytes) {
			bytes += r.sizes[wanted[n]]
			n++
		}
		if n == 0 {
			break
		}
		if err := r.fetch(ctx, wanted[:n]); err != nil {
			return err
		}
		wanted = wanted[n:]
	}
	return nil
}

// fetch asks for a batch, and keeps what GraphQL gives as it is, byte for byte.
func (r *baseReader) fetch(ctx context.Context, batch []string) error {
	var query strings.Builder
	query.WriteString("query Blobs($owner: String!, $name: String!) {\n  repository(owner: $owner, name: $name) {\n")
	for i, hash := range batch { // each is a hash, so nothing of it is GraphQL
		fmt.Fprintf(&query, "    b%d: object(oid: \"%s\") { ... on Blob { text } }\n", i, hash)
	}
	query.WriteString("  }\n}")
	var answer struct {
		Repository map[string]*struct{ Text *string }
	}
	if err := r.ask(ctx, query.String(), map[string]any{"owner": r.owner, "name": r.name}, &answer); err != nil {
		return fmt.Errorf("read files of the base: %w", explain(err))
	}
	for i, hash := range batch {
		got := answer.Repository[fmt.Sprintf("b%d", i)]
		if got == nil || got.Text == nil {
			continue
		}
		if content := []byte(*got.Text); files.BlobHash(content, len(hash)) == hash {
			r.blobs[hash] = content
		}
	}
	return nil
}
