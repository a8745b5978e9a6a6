package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// proposing are the permissions for a pull request.
	proposing = "contents: write, pull-requests: write"
	// maxInline bounds what one request for a tree holds, in bytes.
	maxInline = 4 << 20
	// permittedBy is the setting that lets the job's token open pull requests.
	permittedBy = "\"Allow GitHub Actions to create and approve pull requests\""
	// jobsLogin is who acts with the token of a job.
	jobsLogin = "github-actions[bot]"
)

// What makes a run look at everything again.
var (
	errMoved    = errors.New("the base branch changed in the meantime")
	errUnsigned = errors.New("the rules of the branch require signed commits")
)

// proposal is one run of applyFixup.
type proposal struct {
	*Client
	f      *review.Fixup
	known  *review.FixupFacts
	plan   *review.FixupPlan
	out    *review.Proposed
	branch string
}

// applyFixup does what the plan says. It is not nil where all must be looked at
// again: errMoved or errUnsigned.
func (c *Client) applyFixup(
	ctx context.Context, f *review.Fixup, known *review.FixupFacts, plan *review.FixupPlan, out *review.Proposed,
) (again error) {
	p := &proposal{c, f, known, plan, out, f.BranchName()}
	out.Notes, out.Changed = append(out.Notes, plan.Notes...), plan.Writes()
	if plan.Pull != nil && !plan.Close {
		out.URL, out.Number = plan.Pull.URL, plan.Pull.Number
	}
	if plan.Commit {
		err := p.commitFiles(ctx)
		switch {
		case errors.Is(err, errMoved), errors.Is(err, errUnsigned):
			return err
		case err != nil:
			out.Refused = true
			out.Note("%s: %v", f.None(), err)
			return nil
		}
	}
	switch {
	case plan.Open:
		p.open(ctx)
	case plan.Close:
		if !p.edit(ctx, map[string]string{"state": "closed", "body": plan.Body}) {
			return nil // it is still open, so it keeps its branch
		}
	case plan.Body != "":
		p.edit(ctx, map[string]string{"body": plan.Body})
	}
	if plan.Comment != "" {
		if err := c.call(
			ctx, http.MethodPost, fmt.Sprintf("issues/%d/comments", plan.Pull.Number), map[string]string{"body": plan.Comment},
			nil,
		); err != nil {
			out.Note("no comment on pull request %d: %v", plan.Pull.Number, explainFor(err, writing))
		}
	}
	if plan.Drop {
		p.drop(ctx)
	}
	return nil
}

// needed are the permissions for the commit and what it is made for.
func (p *proposal) needed() string {
	if p.f.Direct {
		return contentsWrite
	}
	return proposing
}

// drop deletes the branch, if it is still what it was.
func (p *proposal) drop(ctx context.Context) {
	tip, err := p.tip(ctx, p.branch)
	if err == nil && tip == p.known.Tip.SHA {
		err = p.deleteRef(ctx, p.branch)
	}
	if err != nil && !isMissing(err) {
		p.out.Note("could not delete the branch %s: %v", p.branch, explainFor(err, contentsWrite))
	}
}

func (p *proposal) edit(ctx context.Context, change map[string]string) bool {
	err := p.repeat(ctx, http.MethodPatch, fmt.Sprintf("pulls/%d", p.plan.Pull.Number), change, nil)
	if err != nil {
		p.out.Note("could not update pull request %d: %v", p.plan.Pull.Number, explainFor(err, proposing))
	}
	return err == nil
}

// commitFiles makes the commit and lets the branch point to it, in one move: a
// pull request whose head has nothing ahead of its base is closed by GitHub for
// good, so that the branch never goes back to its base on the way.
func (p *proposal) commitFiles(ctx context.Context) error {
	entries, err := p.treeEntries(ctx)
	if err != nil {
		return err
	}
	tree, err := p.makeTree(ctx, p.known.BaseTree, entries)
	if err != nil {
		return explainFor(err, p.needed())
	}
	if tree == p.known.BaseTree {
		return fmt.Errorf("the base already has all of it")
	}
	message := p.plan.Message(p.f, p.known, tree)
	var commit string
	if p.known.Signed {
		commit, err = p.makeSigned(ctx, message)
	} else {
		commit, err = p.makeCommit(ctx, message, tree, []string{p.known.BaseSHA})
	}
	if err != nil {
		return explainFor(err, p.needed())
	}
	base, err := p.tip(ctx, p.known.Base)
	if err == nil && base != p.known.BaseSHA {
		err = errMoved
	}
	if err != nil {
		return err
	}
	if p.f.Direct {
		return p.advance(ctx, commit)
	}
	return p.point(ctx, commit)
}

// treeEntries are the files with the modes that they had. What JSON or GitHub
// could take for something else goes as a blob.
func (p *proposal) treeEntries(ctx context.Context) ([]gitEntry, error) {
	entries := make([]gitEntry, 0, len(p.plan.Files))
	inline := 0
	for _, file := range p.plan.Files {
		e := gitEntry{Path: file.Path, Mode: file.Mode, Type: "blob"}
		plain := utf8.Valid(file.After) && !bytes.ContainsAny(file.After, "\x00\r\ufeff\u2028\u2029")
		if inline += len(file.After); plain && inline <= maxInline {
			content := string(file.After)
			e.Content = &content
		} else {
			p.allow(1) // its number is bounded by maxFixupFiles
			sha, err := p.makeBlob(ctx, file.After)
			if err != nil {
				return nil, explainFor(err, p.needed())
			}
			e.SHA = sha
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// point lets the branch point to a commit, unless somebody else's is there. REST
// has no compare-and-set for a forced move, so the branch is read right before.
func (p *proposal) point(ctx context.Context, commit string) error {
	for try := 0; ; try++ {
		now, err := p.tipCommit(ctx, p.branch)
		if err != nil {
			return err
		}
		unmoved := p.known.Tip != nil && now != nil && now.SHA == p.known.Tip.SHA
		again := unmoved && p.plan.Pull != nil && review.AskedAgain(p.plan.Pull.Body)
		switch {
		case now != nil && !p.known.Ours(p.f.Category, now) && !again:
			return &forge.Conflict{What: fmt.Sprintf("someone pushed to %s in the meantime", p.branch)}
		case p.plan.IsDone(p.f, p.known, now):
			return nil // another run did the same
		case now == nil:
			err = p.makeRef(ctx, p.branch, commit)
		default:
			err = p.moveRef(ctx, p.branch, commit, true)
		}
		if err == nil {
			return nil
		}
		// Another run made the branch, or took it away, between the two calls.
		words := refusalWords(err)
		if try == 0 && (strings.Contains(words, "already exists") || strings.Contains(words, "does not exist")) {
			continue
		}
		return p.refused(err, p.branch)
	}
}

// refused words GitHub's answer to a move of a branch.
func (p *proposal) refused(err error, branch string) error {
	words := refusalWords(err)
	if !p.known.Signed && strings.Contains(words, "verified signatures") {
		return errUnsigned
	}
	if kind, _ := failureOf(err); kind == invalid {
		return fmt.Errorf("GitHub refused to write the branch %s: %.200s", branch, words)
	}
	return explainFor(err, p.needed())
}

// open opens the pull request. An answer that does not say whether it was done
// is followed by a look, so that there is one in the end.
func (p *proposal) open(ctx context.Context) {
	body := map[string]any{
		"title": review.FixupTitle(p.f), "head": p.branch, "base": p.known.Base, "body": p.plan.Body, "draft": p.f.Draft, "maintainer_can_modify": true,
	}
	made, err := p.create(ctx, body)
	if err != nil && p.f.Draft && strings.Contains(refusalWords(err), "draft") {
		p.out.Note("the pull request is not a draft: GitHub does not offer drafts for this repository")
		body["draft"] = false
		made, err = p.create(ctx, body)
	}
	for try := 0; err != nil && try < 2; try++ {
		kind, pause := failureOf(err)
		if kind != unclear && kind != limited && !strings.Contains(refusalWords(err), "already exists") {
			break
		}
		if p.wait(ctx, pause) != nil {
			break
		}
		pulls, listed := p.pullsOf(ctx, p.branch, p.known.Base)
		if i := slices.IndexFunc(pulls, func(x *review.PullRequest) bool { return x.State == "open" }); listed == nil && i >= 0 {
			made, err = pulls[i], nil
			break
		}
		if listed == nil && kind != invalid {
			made, err = p.create(ctx, body)
		}
	}
	if err != nil || made.Number <= 0 {
		p.failed(err)
		return
	}
	p.out.URL, p.out.Number = made.URL, made.Number
	p.out.Note("pull request %d proposes %s: %s", made.Number, text.Counted(len(p.plan.Files), "fixed file"), made.URL)
	if made.Author == jobsLogin {
		p.out.Note("the checks of pull request %d wait for approval, because it was opened with the token of the job; use the token of an app to start them at once", made.Number)
	}
	p.decorate(ctx, made.Number)
}

func (p *proposal) create(ctx context.Context, body map[string]any) (*review.PullRequest, error) {
	var made pullRequest
	err := p.call(ctx, http.MethodPost, "pulls", body, &made)
	return made.plain(), err
}

// failed says how a person opens what the run could not.
func (p *proposal) failed(err error) {
	link := fmt.Sprintf(
		"%s/%s/%s/compare/%s...%s?expand=1", strings.TrimSuffix(p.f.Server, "/"), p.owner, p.name,
		url.PathEscape(p.known.Base), url.PathEscape(p.branch),
	)
	p.out.Compare = link
	why := "GitHub gave no reason"
	switch {
	case strings.Contains(refusalWords(err), "not permitted to create"):
		why = "the setting " + permittedBy + " is off (Settings, Actions, General)"
	case err != nil:
		why = explainFor(err, proposing).Error()
	}
	p.out.Refused = true
	p.out.Note("the fixes are on the branch %s, but there is no pull request: %s; open it here: %s", p.branch, why, link)
}

// decorate gives a new pull request its labels and people, each by itself.
func (p *proposal) decorate(ctx context.Context, number int) {
	try := func(what, path string, body any) {
		if err := p.call(ctx, http.MethodPost, fmt.Sprintf(path, number), body, nil); err != nil {
			p.out.Note("no %s for pull request %d: %v", what, number, explainFor(err, writing))
		}
	}
	if len(p.f.Labels) > 0 {
		try("labels", "issues/%d/labels", map[string][]string{"labels": p.f.Labels})
	}
	if len(p.f.Assignees) > 0 {
		try("assignees", "issues/%d/assignees", map[string][]string{"assignees": p.f.Assignees})
	}
	people, teams := []string{}, []string{}
	for _, name := range p.f.Reviewers {
		if _, team, ok := strings.Cut(name, "/"); ok {
			teams = append(teams, team)
		} else {
			people = append(people, name)
		}
	}
	if len(people) > 0 {
		try("reviewers", "pulls/%d/requested_reviewers", map[string][]string{"reviewers": people})
	}
	if len(teams) > 0 {
		try("reviewing teams (the token of the job cannot request them)", "pulls/%d/requested_reviewers", map[string][]string{"team_reviewers": teams})
	}
}
