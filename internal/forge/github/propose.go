package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/dockmend/dockmend/internal/review"
)

// fixupTries is how often a run starts again because the base branch changed in the meantime.
const fixupTries = 3

// Propose makes, recomputes or closes the pull request with fixes. What cannot
// be done is a note; nothing of it fails a job.
func (c *Client) Propose(ctx context.Context, f *review.Fixup) *review.Proposed {
	out := &review.Proposed{}
	signed := false
	for range fixupTries {
		known, err := c.look(ctx, f)
		if err != nil {
			out.Note("%s: %v", f.None(), err)
			return out
		}
		known.Signed = known.Signed || signed
		again := c.applyFixup(ctx, f, known, review.PlanFixup(f, known), out)
		if again == nil {
			return out
		}
		signed = signed || errors.Is(again, errUnsigned)
		out = &review.Proposed{}
	}
	out.Note("%s: %s changed during this run; the next run proposes them", f.None(), cmp.Or(f.Base, "the base"))
	return out
}

// Preview is what Propose would do; nothing is written.
func (c *Client) Preview(ctx context.Context, f *review.Fixup) (*review.FixupPlan, error) {
	known, err := c.look(ctx, f)
	if err != nil {
		return nil, err
	}
	return review.PlanFixup(f, known), nil
}

// look reads what a plan needs.
func (c *Client) look(ctx context.Context, f *review.Fixup) (known *review.FixupFacts, err error) {
	var repository struct {
		DefaultBranch string `json:"default_branch"`
	}
	if err := c.call(ctx, http.MethodGet, "", nil, &repository); err != nil {
		return nil, fmt.Errorf("read the repository: %w", explain(err))
	}
	known = &review.FixupFacts{Base: cmp.Or(f.Base, repository.DefaultBranch)}
	if f.Pull > 0 {
		if err := c.lookAtPull(ctx, f, known, repository.DefaultBranch); err != nil {
			return nil, err
		}
	}
	branch := f.BranchName()
	if err := review.CheckBranch(branch, known.Base, repository.DefaultBranch, review.StateBranch); err != nil {
		return nil, err
	}
	if !known.Over { // else its branch may be gone
		if err := c.lookAtBase(ctx, f, known); err != nil {
			return nil, err
		}
	}
	if f.Direct {
		return known, nil
	}
	if known.Tip, err = c.tipCommit(ctx, branch); err != nil {
		return nil, err
	}
	known.Signed = known.Tip != nil && review.WasSigned(f.Category, known.Tip)
	into := known.Base
	if f.Pull > 0 {
		// GitHub turns it to another base when its own is merged and deleted.
		into = ""
	}
	if known.Pulls, err = c.pullsOf(ctx, branch, into); err != nil {
		return nil, err
	}
	if open := known.Open(); open != nil && known.Tip != nil && !known.Ours(f.Category, known.Tip) {
		known.Told, err = c.hasTold(ctx, open.Number, f.Category)
	}
	return known, err
}

// lookAtBase reads the branch that the fixes go into.
func (c *Client) lookAtBase(ctx context.Context, f *review.Fixup, known *review.FixupFacts) (err error) {
	if known.BaseSHA, err = c.tip(ctx, known.Base); err != nil {
		return err
	}
	if known.BaseSHA == "" {
		return fmt.Errorf("there is no branch %q to propose them for; set pull-request.base", known.Base)
	}
	base, err := c.commit(ctx, known.BaseSHA)
	if err != nil {
		return err
	}
	known.BaseTree = base.Tree
	var paths []string
	for _, file := range f.Files {
		paths = append(paths, file.Path)
	}
	known.Entries, err = c.entries(ctx, known.BaseTree, paths)
	return err
}

func (c *Client) tipCommit(ctx context.Context, branch string) (*review.Commit, error) {
	tip, err := c.tip(ctx, branch)
	if err != nil || tip == "" {
		return nil, err
	}
	return c.commit(ctx, tip)
}

// hasTold looks for that comment.
func (c *Client) hasTold(ctx context.Context, number int, category string) (bool, error) {
	const pages, each = 5, 100
	for page := 1; page <= pages; page++ {
		var comments []struct {
			Body string `json:"body"`
		}
		if err := c.call(
			ctx, http.MethodGet, fmt.Sprintf("issues/%d/comments?per_page=%d&page=%d", number, each, page), nil, &comments,
		); err != nil {
			return false, fmt.Errorf("list the comments of pull request %d: %w", number, explain(err))
		}
		for _, comment := range comments {
			if strings.HasPrefix(strings.ReplaceAll(comment.Body, "\r\n", "\n"), review.ToldMarker(category)) {
				return true, nil
			}
		}
		if len(comments) < each {
			return false, nil
		}
	}
	return true, nil // so many comments need no more of ours
}
