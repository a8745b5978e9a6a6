package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

// The fixes of a pull request's own findings go to its head branch, as a commit
// or as a pull request into it. A run that a push with the job's token starts
// there is none (GitHub starts no workflows for it); one with an app's token
// starts the next run, which must come to an end: it commits nothing that a
// commit of this pull request did before.

// lookAtPull reads the pull request that the fixes are for. The API's word counts
// and not the event's: both may be some minutes apart.
func (c *Client) lookAtPull(ctx context.Context, f *review.Fixup, known *review.FixupFacts, defaultBranch string) error {
	var pull pullRequest
	if err := c.call(ctx, http.MethodGet, fmt.Sprintf("pulls/%d", f.Pull), nil, &pull); err != nil {
		return fmt.Errorf("read it: %w", explain(err))
	}
	known.Base, known.Over = pull.Head.Ref, pull.State != "open"
	switch {
	case !strings.EqualFold(pull.Head.Repo.FullName, c.owner+"/"+c.name):
		return errors.New("it comes from another repository")
	case strings.HasPrefix(known.Base, (&review.Fixup{Category: "dockmend", Branch: f.Branch}).BranchName()):
		return fmt.Errorf("its branch %s is dockmend's own", known.Base)
	case f.Direct && known.Base == defaultBranch:
		return fmt.Errorf("the commit would be on %s, the default branch", defaultBranch)
	case !f.Direct || known.Over:
		return nil
	}
	var err error
	known.Made, err = c.madeIn(ctx, f.Pull)
	return err
}

// madeIn are the keys in the commits of a pull request. Their seals are not asked
// for: a commit that was rebased since did the same.
func (c *Client) madeIn(ctx context.Context, number int) (map[string]bool, error) {
	const pages, each = 3, 100 // GitHub lists 250 commits
	made := map[string]bool{}
	for page := 1; page <= pages; page++ {
		var commits []struct {
			Commit gitCommit `json:"commit"`
		}
		if err := c.call(
			ctx, http.MethodGet, fmt.Sprintf("pulls/%d/commits?per_page=%d&page=%d", number, each, page), nil, &commits,
		); err != nil {
			return nil, fmt.Errorf("list its commits: %w", explain(err))
		}
		for _, x := range commits {
			for _, key := range review.KeysOf(x.Commit.Message) {
				made[key] = true
			}
		}
		if len(commits) < each {
			break
		}
	}
	return made, nil
}

// advance moves the pull request's branch to the commit, which stands on its tip.
// A move without force is a compare-and-set.
func (p *proposal) advance(ctx context.Context, commit string) error {
	err := p.moveRef(ctx, p.known.Base, commit, false)
	if strings.Contains(refusalWords(err), "fast forward") {
		return errMoved
	}
	if err != nil {
		return p.refused(err, p.known.Base)
	}
	p.out.Commit = commit
	for _, file := range p.plan.Files {
		p.out.Committed = append(p.out.Committed, file.Path)
	}
	slices.Sort(p.out.Committed)
	p.out.Note("commit %s on %s fixes %s", review.Short(commit), p.known.Base, text.Counted(len(p.plan.Files), "file"))
	if made, err := p.commit(ctx, commit); err == nil && made.Author == jobsLogin {
		p.out.Note("no checks run for commit %s until the next push, or until the pull request is closed and reopened, because it was made with the token of the job; use the token of an app to start them at once", review.Short(commit))
	}
	return nil
}
