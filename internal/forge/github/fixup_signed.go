package github

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/review"
)

// A commit by REST is signed where the token is an app's or the job's, and not
// where it is a person's (docs.github.com, "Commit signature verification for
// bots"). createCommitOnBranch signs for all of them, and it can do less: it
// appends to a branch, so that a forced move needs a branch next to it, and it
// knows no modes: what was executable is not any more.

// makeSigned makes the commit by GraphQL on a scratch branch, which is gone
// afterwards. Ours is not touched: it would have to go back to its base first,
// at which GitHub closes the pull request for good.
func (p *proposal) makeSigned(ctx context.Context, message string) (sha string, err error) {
	scratch := p.branch + "-scratch"
	if err := p.beginScratch(ctx, scratch); err != nil {
		return "", err
	}
	defer func() {
		if dropped := p.deleteRef(ctx, scratch); dropped != nil && !isMissing(dropped) {
			p.out.Note("could not delete the branch %s: %v", scratch, explainFor(dropped, contentsWrite))
		}
	}()
	additions := make([]map[string]string, len(p.plan.Files))
	for i, file := range p.plan.Files {
		additions[i] = map[string]string{"path": file.Path, "contents": base64.StdEncoding.EncodeToString(file.After)}
	}
	headline, body, _ := strings.Cut(message, "\n\n")
	var answer struct{}
	asked := p.ask(ctx, mutationCommit, map[string]any{
		"branch":  map[string]string{"repositoryNameWithOwner": p.owner + "/" + p.name, "branchName": scratch},
		"head":    p.known.BaseSHA,
		"message": map[string]string{"headline": headline, "body": body},
		"files":   map[string]any{"additions": additions},
	}, &answer)
	if kind, _ := failureOf(asked); asked != nil && kind != unclear {
		return "", asked
	}
	// What is there counts: an answer may be lost, and the seal says whether the
	// tree is the one that was asked for.
	made, err := p.tipCommit(ctx, scratch)
	switch {
	case err != nil:
		return "", err
	case !p.plan.IsDone(p.f, p.known, made):
		if asked != nil {
			return "", asked
		}
		return "", fmt.Errorf("GitHub created another commit on %s than dockmend requested", scratch)
	}
	return made.SHA, nil
}

// beginScratch makes the scratch branch at the base. One that a run left behind
// is taken over, another's is not.
func (p *proposal) beginScratch(ctx context.Context, scratch string) error {
	err := p.makeRef(ctx, scratch, p.known.BaseSHA)
	if err == nil || !strings.Contains(refusalWords(err), "already exists") {
		return err
	}
	there, err := p.tipCommit(ctx, scratch)
	if err != nil {
		return err
	}
	if there == nil || (there.SHA != p.known.BaseSHA && !review.IsOurCommit(p.f.Category, there)) {
		return fmt.Errorf("dockmend needs the branch %s for signed commits, but did not create it", scratch)
	}
	return p.moveRef(ctx, scratch, p.known.BaseSHA, true)
}
