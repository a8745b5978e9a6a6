package github

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	perPage = 100
	// pullFiles and compareFiles are the most files that GitHub lists (its
	// REST description: "List pull requests files", "Compare two commits").
	pullFiles    = limits.ChangedFiles
	compareFiles = 300
)

// Diff is what changed between two commits, by the path in the later one.
type Diff struct {
	client *Client
	files  map[string]*github.CommitFile
	// moved has the path in the later commit of a file that was moved.
	moved map[string]string
	// heads are files of the head that were read, by their hash.
	heads map[string][]byte
}

// ErrNoDiff is wrapped by the error of an event that has nothing to compare.
var ErrNoDiff = errors.New("the event has no two commits to compare")

// Diff asks what the event's commits changed: the files of a pull request, else
// the comparison of base and head. The list is complete, or there is an error.
func (c *Client) Diff(ctx context.Context, e *Event) (*Diff, error) {
	var files []*github.CommitFile
	var err error
	switch {
	case e.PullRequest():
		files, err = c.pullFiles(ctx, e)
	case e.Base == "":
		return nil, ErrNoDiff
	default:
		files, err = c.comparedFiles(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	c.allow(len(files) / perPage)
	d := &Diff{client: c, files: make(map[string]*github.CommitFile, len(files)), moved: map[string]string{}, heads: map[string][]byte{}}
	for _, f := range files {
		d.files[f.GetFilename()] = f
		if f.GetStatus() == "renamed" {
			d.moved[f.GetPreviousFilename()] = f.GetFilename()
		}
	}
	return d, nil
}

func (c *Client) pullFiles(ctx context.Context, e *Event) ([]*github.CommitFile, error) {
	var all []*github.CommitFile
	opts := &github.ListOptions{PerPage: perPage}
	for {
		files, answer, err := c.api.PullRequests.ListFiles(ctx, c.owner, c.name, e.Number, opts)
		if err != nil {
			return nil, fmt.Errorf("list the files of pull request %d: %w", e.Number, explain(err))
		}
		all = append(all, files...)
		if answer.NextPage == 0 || len(all) >= pullFiles {
			break
		}
		opts.Page = answer.NextPage
	}
	if len(all) >= pullFiles && e.Files != len(all) {
		return nil, fmt.Errorf("pull request %d changes %d files, and GitHub lists %d", e.Number, e.Files, pullFiles)
	}
	return all, nil
}

// onePage asks for as little as can be.
func onePage() *github.ListOptions { return &github.ListOptions{PerPage: 1} }

func (c *Client) comparedFiles(ctx context.Context, e *Event) ([]*github.CommitFile, error) {
	// All files are on the first page, so one commit is enough of the rest.
	comparison, _, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.name, e.Base, e.Head, onePage())
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", short(e.Base), short(e.Head), explain(err))
	}
	if len(comparison.Files) >= compareFiles {
		return nil, fmt.Errorf("%s changes %d files or more against %s, and GitHub lists no more", short(e.Head), compareFiles, short(e.Base))
	}
	return comparison.Files, nil
}

// Changed tells which lines of a file changed, as lines of the checkout, which
// on a pull request is the merge of head and base. Where that file is the
// head's, byte for byte, the patch says it; else the head's is read and lines
// are matched. A file without a patch (binary, too large) changed as a whole.
func (d *Diff) Changed(ctx context.Context, path string, checkout []byte) ([]gitdiff.Range, error) {
	file, ok := d.files[path]
	if !ok {
		return nil, nil
	}
	whole := []gitdiff.Range{{First: 1}}
	switch file.GetStatus() {
	case "removed", "unchanged":
		return nil, nil
	case "added":
		return whole, nil
	}
	if file.GetPatch() == "" {
		if file.GetStatus() == "renamed" && file.GetChanges() == 0 {
			return nil, nil // as it was
		}
		return whole, nil
	}
	ranges, err := gitdiff.Added(file.GetPatch())
	if err != nil {
		return nil, fmt.Errorf("the patch of %s: %w", path, err)
	}
	if files.BlobHash(checkout, len(file.GetSHA())) == file.GetSHA() {
		return ranges, nil
	}
	head, err := d.head(ctx, file.GetSHA())
	if err != nil {
		return nil, err
	}
	return mapped(ranges, text.LineMap(head, checkout)), nil
}

// head reads a file of the head by its hash, once.
func (d *Diff) head(ctx context.Context, sha string) ([]byte, error) {
	if content, ok := d.heads[sha]; ok {
		return content, nil
	}
	content, err := d.client.readBlob(ctx, sha)
	if err == nil {
		d.heads[sha] = content
	}
	return content, err
}

// mapped are the ranges' lines that the checkout has too.
func mapped(ranges []gitdiff.Range, to []int) []gitdiff.Range {
	var out []gitdiff.Range
	for _, r := range ranges {
		for line := r.First; line <= min(r.Last, len(to)-1); line++ {
			if at := to[line]; at > 0 {
				out = append(out, gitdiff.Range{First: at, Last: at})
			}
		}
	}
	return out
}
