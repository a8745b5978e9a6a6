package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/remote"
)

// Tree implements forge.Host: in one request, or where GitHub cuts the list (at 100,000
// entries or 7 MB), folder by folder.
func (a *Account) Tree(ctx context.Context, r forge.Repository) ([]remote.Entry, error) {
	w := &treeWalk{account: a, repository: r.Name}
	if err := w.folder(ctx, r.Commit, ""); err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", r.Name, err)
	}
	return w.entries, nil
}

// treeWalk lists a tree.
type treeWalk struct {
	account    *Account
	repository string
	requests   int
	entries    []remote.Entry
}

// folder lists a folder with all below it; prefix is its path with a slash, empty for the
// root.
func (w *treeWalk) folder(ctx context.Context, sha, prefix string) error {
	whole, err := w.list(ctx, sha, true)
	if err != nil {
		return err
	}
	if !whole.Truncated {
		return w.add(whole.Tree, prefix)
	}
	one, err := w.list(ctx, sha, false)
	if err != nil {
		return err
	}
	if one.Truncated { // a folder of more than 100,000 files
		return fmt.Errorf("%w: GitHub's list of the folder %q is cut", forge.ErrTooLarge, path.Clean(prefix))
	}
	if err := w.add(one.Tree, prefix); err != nil {
		return err
	}
	for _, e := range one.Tree {
		if e.Type != "tree" {
			continue
		}
		if err := w.folder(ctx, e.SHA, prefix+e.Path+"/"); err != nil {
			return err
		}
	}
	return nil
}

func (w *treeWalk) list(ctx context.Context, sha string, recursive bool) (*gitTree, error) {
	if w.requests++; w.requests > limits.TreeRequests {
		return nil, fmt.Errorf("%w: its list takes more than %d requests", forge.ErrTooLarge, limits.TreeRequests)
	}
	if !isHash(sha) {
		return nil, fmt.Errorf("GitHub names no tree: %.80q", sha)
	}
	path := "/repos/" + w.repository + "/git/trees/" + sha
	if recursive {
		path += "?recursive=1"
	}
	tree := &gitTree{}
	found, err := w.account.get(ctx, path, tree)
	if err == nil && !found {
		err = forge.ErrGone
	}
	return tree, err
}

func (w *treeWalk) add(entries []gitEntry, prefix string) error {
	for _, e := range entries {
		if e.Type == "tree" {
			continue
		}
		if e.Path == "" || !isHash(e.SHA) || e.Size < 0 {
			return fmt.Errorf("GitHub's list cannot be parsed: %.80q", e.Path)
		}
		kind := remote.File
		switch {
		case e.Type == "commit":
			kind = remote.Submodule
		case e.Mode == "120000":
			kind = remote.Link
		}
		w.entries = append(w.entries, remote.Entry{Path: prefix + e.Path, Hash: e.SHA, Kind: kind, Size: int64(e.Size)})
	}
	if len(w.entries) > limits.TreeEntries {
		return fmt.Errorf("%w: it has more than %d files", forge.ErrTooLarge, limits.TreeEntries)
	}
	return nil
}

// Blobs implements forge.Host: many files in each query; one by one those that are no text
// in UTF-8, or longer than GraphQL gives.
func (a *Account) Blobs(ctx context.Context, r forge.Repository, wanted []remote.Entry) (map[string][]byte, error) {
	found := make(map[string][]byte, len(wanted))
	for from := 0; from < len(wanted); {
		n, bytes := 0, int64(0)
		for from+n < len(wanted) && n < blobsAtOnce && (n == 0 || bytes+wanted[from+n].Size <= maxBlobBytes) {
			bytes += wanted[from+n].Size
			n++
		}
		if err := a.batch(ctx, r, wanted[from:from+n], found); err != nil {
			return nil, fmt.Errorf("read %d files of %s: %w", n, r.Name, err)
		}
		from += n
	}
	// Only the first was asked for by somebody; the others are read if they are, too.
	first := wanted[0]
	if _, ok := found[first.Hash]; !ok {
		content, err := a.raw(ctx, r, first.Hash)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", first.Path, r.Name, err)
		}
		found[first.Hash] = content
	}
	return found, nil
}

// batch asks for files; a batch that fails, since GraphQL has little time for each, is
// halved.
func (a *Account) batch(ctx context.Context, r forge.Repository, batch []remote.Entry, found map[string][]byte) error {
	owner, name, _ := strings.Cut(r.Name, "/")
	var query strings.Builder
	fmt.Fprintf(&query, "query Blobs {\n  repository(owner: \"%s\", name: \"%s\") {\n", owner, name)
	for i, e := range batch { // each is a hash, so nothing of it is GraphQL
		fmt.Fprintf(&query, "    b%d: object(oid: \"%s\") { ... on Blob { text } }\n", i, e.Hash)
	}
	query.WriteString("  }\n}")
	var answer struct {
		Repository map[string]*struct{ Text *string }
	}
	err := a.query(ctx, query.String(), &answer)
	var limited *forge.Limited
	var refused *forge.NoPermission
	final := ctx.Err() != nil || errors.As(err, &limited) || errors.As(err, &refused)
	if err != nil && len(batch) > 1 && !final {
		half := len(batch) / 2
		if err := a.batch(ctx, r, batch[:half], found); err != nil {
			return err
		}
		return a.batch(ctx, r, batch[half:], found)
	}
	if err != nil {
		return err
	}
	if answer.Repository == nil {
		return forge.ErrGone
	}
	for i, e := range batch {
		got := answer.Repository[fmt.Sprintf("b%d", i)]
		if got == nil || got.Text == nil {
			continue
		}
		if content := []byte(*got.Text); files.BlobHash(content, len(e.Hash)) == e.Hash {
			found[e.Hash] = content
		}
	}
	return nil
}

func (a *Account) raw(ctx context.Context, r forge.Repository, hash string) ([]byte, error) {
	answer, err := a.pace.do(ctx, rest, http.MethodGet, a.base+"/repos/"+r.Name+"/git/blobs/"+hash, nil, rawContent)
	switch {
	case err != nil:
		return nil, err
	case answer.status != http.StatusOK:
		return nil, refusal(answer)
	}
	return answer.body, nil
}
