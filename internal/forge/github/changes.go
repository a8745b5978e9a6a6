package github

import (
	"context"
	"fmt"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/review"
)

const (
	perPage = 100
	// pullFiles and compareFiles are the most files that GitHub lists (its
	// REST description: "List pull requests files", "Compare two commits").
	pullFiles    = limits.ChangedFiles
	compareFiles = 300
)

// Diff asks what the event's commits changed: the files of a pull request, else
// the comparison of base and head. The list is complete, or there is an error.
func (c *Client) Diff(ctx context.Context, e *forge.Event) (*review.Diff, error) {
	var files []*github.CommitFile
	var err error
	switch {
	case e.PullRequest():
		files, err = c.pullFiles(ctx, e)
	case e.Base == "":
		return nil, forge.ErrNoDiff
	default:
		files, err = c.comparedFiles(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	c.allow(len(files) / perPage)
	changed := make([]review.FileChange, len(files))
	for i, f := range files {
		changed[i] = review.FileChange{
			Path: f.GetFilename(), Was: f.GetPreviousFilename(), Status: statusOf(f.GetStatus()),
			Blob: f.GetSHA(), Patch: f.GetPatch(), Lines: f.GetChanges(),
		}
	}
	return review.NewDiff(platform(), changed, func(ctx context.Context, f review.FileChange) ([]byte, error) {
		return c.readBlob(ctx, f.Blob)
	}), nil
}

// statusOf reads what GitHub says of a file.
func statusOf(status string) review.Status {
	switch status {
	case "added":
		return review.Added
	case "removed":
		return review.Removed
	case "renamed":
		return review.Moved
	case "unchanged":
		return review.Unchanged
	}
	return review.Modified
}

func (c *Client) pullFiles(ctx context.Context, e *forge.Event) ([]*github.CommitFile, error) {
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

func (c *Client) comparedFiles(ctx context.Context, e *forge.Event) ([]*github.CommitFile, error) {
	// All files are on the first page, so one commit is enough of the rest.
	comparison, _, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.name, e.Base, e.Head, onePage())
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", review.Short(e.Base), review.Short(e.Head), explain(err))
	}
	if len(comparison.Files) >= compareFiles {
		return nil, fmt.Errorf("%s changes %d files or more against %s, and GitHub lists no more", review.Short(e.Head), compareFiles, review.Short(e.Base))
	}
	return comparison.Files, nil
}
