package gitlab

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

// fixupTries is how often a run starts again because the base branch changed in the meantime.
const fixupTries = 3

// errMoved makes a run look at everything again.
var errMoved = errors.New("the base branch changed in the meantime")

// Propose makes, recomputes or closes the merge request with fixes of a branch that stays.
func (c *Client) Propose(ctx context.Context, f *review.Fixup) *review.Proposed {
	out := &review.Proposed{}
	if f.Pull > 0 {
		out.Note("%s: on GitLab, fixes are proposed for branches; a merge request has them as suggestions", f.None())
		return out
	}
	for range fixupTries {
		known, source, err := c.look(ctx, f)
		if err != nil {
			out.Note("%s: %v", f.None(), err)
			return out
		}
		p := &proposal{c, f, known, review.PlanFixup(f, known), out, f.BranchName(), source}
		if !errors.Is(p.apply(ctx), errMoved) {
			return out
		}
		out = &review.Proposed{}
	}
	out.Note("%s: %s changed during this run; the next run proposes them", f.None(), cmp.Or(f.Base, "the base"))
	return out
}

// look reads what a plan needs, and the number of the project.
func (c *Client) look(ctx context.Context, f *review.Fixup) (known *review.FixupFacts, project int64, err error) {
	about, _, err := c.api.Projects.GetProject(c.project, nil, gitlab.WithContext(ctx))
	if err != nil {
		return nil, 0, fmt.Errorf("read the project: %w", explain(err))
	}
	known = &review.FixupFacts{Base: cmp.Or(f.Base, about.DefaultBranch)}
	branch := f.BranchName()
	if err := review.CheckBranch(branch, known.Base, about.DefaultBranch, review.StateBranch); err != nil {
		return nil, 0, err
	}
	base, err := c.tip(ctx, known.Base)
	if err != nil {
		return nil, 0, err
	}
	if base == nil {
		return nil, 0, fmt.Errorf("there is no branch %q to propose them for; set pull-request.base", known.Base)
	}
	known.BaseSHA = base.ID
	var paths []string
	for _, file := range f.Files {
		paths = append(paths, file.Path)
	}
	if known.Entries, err = c.entries(ctx, known.BaseSHA, paths); err != nil {
		return nil, 0, err
	}
	if known.Tip, err = c.tipCommit(ctx, branch); err != nil {
		return nil, 0, err
	}
	if known.Pulls, err = c.requestsOf(ctx, branch, known.Base, about.ID); err != nil {
		return nil, 0, err
	}
	if open := known.Open(); open != nil && known.Tip != nil && !known.Ours(f.Category, known.Tip) {
		known.Told, err = c.hasTold(ctx, open.Number, f.Category)
	}
	return known, about.ID, err
}

// requestsOf are the merge requests from a branch of this project into another one, the
// newest first: a fork can have a branch of the same name.
func (c *Client) requestsOf(ctx context.Context, branch, base string, project int64) ([]*review.PullRequest, error) {
	all, _, err := c.api.MergeRequests.ListProjectMergeRequests(c.project, &gitlab.ListProjectMergeRequestsOptions{
		SourceBranch: &branch, TargetBranch: &base, State: gitlab.Ptr("all"), ListOptions: gitlab.ListOptions{PerPage: perPage},
	}, gitlab.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list the merge requests from %s: %w", branch, explain(err))
	}
	var own []*review.PullRequest
	for _, m := range all {
		if m.SourceBranch == branch && m.SourceProjectID == project && m.IID > 0 {
			own = append(own, plain(m))
		}
	}
	return own, nil
}

func plain(m *gitlab.BasicMergeRequest) *review.PullRequest {
	p := &review.PullRequest{
		Number: int(m.IID), State: "closed", Body: m.Description, URL: m.WebURL, Merged: m.State == "merged", Branch: m.SourceBranch, SHA: m.SHA,
	}
	if m.State == "opened" || m.State == "locked" { // locked while it is merged
		p.State = "open"
	}
	if m.Author != nil {
		p.Author = m.Author.Username
	}
	return p
}

func (c *Client) hasTold(ctx context.Context, number int, category string) (bool, error) {
	discussions, err := c.discussions(ctx, number)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(discussions, func(d *gitlab.Discussion) bool {
		return slices.ContainsFunc(d.Notes, func(n *gitlab.Note) bool {
			return strings.HasPrefix(n.Body, strings.TrimSpace(review.ToldMarker(category)))
		})
	}), nil
}

// proposal is one run of apply.
type proposal struct {
	*Client
	f      *review.Fixup
	known  *review.FixupFacts
	plan   *review.FixupPlan
	out    *review.Proposed
	branch string
	source int64
}

// apply does what the plan says; the error is errMoved or nil.
func (p *proposal) apply(ctx context.Context) error {
	p.out.Notes = append(p.out.Notes, p.plan.Notes...)
	if p.plan.Pull != nil && !p.plan.Close {
		p.out.URL, p.out.Number = p.plan.Pull.URL, p.plan.Pull.Number
	}
	if p.plan.Commit {
		err := p.commit(ctx)
		if errors.Is(err, errMoved) {
			return err
		}
		if err != nil {
			p.out.Refused = true
			p.out.Note("%s: %v", p.f.None(), err)
			return nil
		}
	}
	switch {
	case p.plan.Open:
		p.open(ctx)
	case p.plan.Close:
		if !p.edit(ctx, &gitlab.UpdateMergeRequestOptions{StateEvent: gitlab.Ptr("close"), Description: &p.plan.Body}) {
			return nil // it is still open, so it keeps its branch
		}
	case p.plan.Body != "":
		p.edit(ctx, &gitlab.UpdateMergeRequestOptions{Description: &p.plan.Body})
	}
	if p.plan.Comment != "" {
		if _, _, err := p.api.Notes.CreateMergeRequestNote(
			p.project, int64(p.plan.Pull.Number), &gitlab.CreateMergeRequestNoteOptions{Body: &p.plan.Comment}, gitlab.WithContext(ctx),
		); err != nil {
			p.out.Note("no comment on merge request %d: %v", p.plan.Pull.Number, explainFor(err, writing))
		}
	}
	if p.plan.Drop {
		p.drop(ctx)
	}
	return nil
}

func (p *proposal) edit(ctx context.Context, change *gitlab.UpdateMergeRequestOptions) bool {
	err := p.repeat(ctx, func() error {
		_, _, err := p.api.MergeRequests.UpdateMergeRequest(p.project, int64(p.plan.Pull.Number), change, gitlab.WithContext(ctx))
		return err
	})
	if err != nil {
		p.out.Note("could not update merge request %d: %v", p.plan.Pull.Number, explainFor(err, pushing))
	}
	return err == nil
}

// drop deletes the branch, if it is still what it was.
func (p *proposal) drop(ctx context.Context) {
	tip, err := p.tip(ctx, p.branch)
	if err == nil && tip != nil && tip.ID == p.known.Tip.SHA {
		err = p.repeat(ctx, func() error {
			_, err := p.api.Branches.DeleteBranch(p.project, p.branch, gitlab.WithContext(ctx))
			return err
		})
	}
	if err != nil && !isMissing(err) {
		p.out.Note("could not delete the branch %s: %v", p.branch, explainFor(err, pushing))
	}
}

// commit makes the commit on its base and lets the branch be it, in one call. There is no
// compare-and-set for that, so the branch is read right before.
func (p *proposal) commit(ctx context.Context) error {
	options := &gitlab.CreateCommitOptions{Branch: &p.branch, StartSHA: &p.known.BaseSHA, Force: gitlab.Ptr(true)}
	var paths []string
	there := map[string]review.Entry{}
	for _, file := range p.plan.Files {
		content := base64.StdEncoding.EncodeToString(file.After)
		options.Actions = append(options.Actions, &gitlab.CommitActionOptions{
			Action: gitlab.Ptr(gitlab.FileUpdate), FilePath: gitlab.Ptr(file.Path), Content: &content, Encoding: gitlab.Ptr("base64"),
		})
		paths = append(paths, file.Path)
		there[file.Path] = review.Entry{Mode: file.Mode, SHA: files.BlobHash(file.After, len(p.known.Entries[file.Path].SHA))}
	}
	options.CommitMessage = gitlab.Ptr(p.plan.Message(p.f, p.known, treeOf(paths, there)))
	var err error
	for range 2 {
		now, looked := p.tipCommit(ctx, p.branch)
		base, read := p.tip(ctx, p.known.Base)
		if err := errors.Join(looked, read); err != nil {
			return err
		}
		unmoved := p.known.Tip != nil && now != nil && now.SHA == p.known.Tip.SHA
		again := unmoved && p.plan.Pull != nil && review.AskedAgain(p.plan.Pull.Body)
		switch {
		case base == nil || base.ID != p.known.BaseSHA:
			return errMoved
		case now != nil && !p.known.Ours(p.f.Category, now) && !again:
			return &forge.Conflict{What: fmt.Sprintf("someone pushed to %s in the meantime", p.branch)}
		case p.plan.IsDone(p.f, p.known, now):
			return nil // another run did the same, or this one before its answer was lost
		}
		if _, _, err = p.api.Commits.CreateCommit(p.project, options, gitlab.WithContext(ctx)); err == nil {
			return nil
		}
		kind, pause := failureOf(err)
		if kind != wire.Unclear && kind != wire.Limited {
			break
		}
		if p.wait(ctx, pause) != nil {
			break
		}
	}
	if now, looked := p.tipCommit(ctx, p.branch); looked == nil && p.plan.IsDone(p.f, p.known, now) {
		return nil
	}
	return explainFor(err, pushing)
}

// open opens the merge request. An answer that does not say whether it was done is followed
// by a look, so that there is one in the end.
func (p *proposal) open(ctx context.Context) {
	title := review.FixupTitle(p.f)
	if p.f.Draft {
		title = "Draft: " + title
	}
	options := &gitlab.CreateMergeRequestOptions{
		SourceBranch: &p.branch, TargetBranch: &p.known.Base, Title: &title, Description: &p.plan.Body, RemoveSourceBranch: gitlab.Ptr(true),
	}
	if len(p.f.Labels) > 0 {
		options.Labels = gitlab.Ptr(gitlab.LabelOptions(p.f.Labels))
	}
	options.AssigneeIDs, options.ReviewerIDs = p.people(ctx, "assignees", p.f.Assignees), p.people(ctx, "reviewers", p.f.Reviewers)
	var made *review.PullRequest
	var err error
	for range 2 {
		var m *gitlab.MergeRequest
		if m, _, err = p.api.MergeRequests.CreateMergeRequest(p.project, options, gitlab.WithContext(ctx)); err == nil {
			made = plain(&m.BasicMergeRequest)
			break
		}
		kind, pause := failureOf(err)
		// GitLab answers 409 where there is an open one already.
		if kind != wire.Unclear && kind != wire.Limited && !strings.Contains(refusalWords(err), "already exists") {
			break
		}
		if p.wait(ctx, pause) != nil {
			break
		}
		all, listed := p.requestsOf(ctx, p.branch, p.known.Base, p.source)
		if i := slices.IndexFunc(all, func(x *review.PullRequest) bool { return x.State == "open" }); listed == nil && i >= 0 {
			made = all[i]
			break
		}
	}
	if made == nil || made.Number <= 0 {
		p.failed(err)
		return
	}
	p.out.URL, p.out.Number = made.URL, made.Number
	p.out.Note("merge request %d proposes %s: %s", made.Number, text.Counted(len(p.plan.Files), "fixed file"), made.URL)
}

// people are the numbers of who is named; one that GitLab does not know is a note.
func (p *proposal) people(ctx context.Context, what string, names []string) *[]int64 {
	if len(names) == 0 {
		return nil
	}
	var ids []int64
	for _, name := range names {
		named := &gitlab.ListUsersOptions{Username: gitlab.Ptr(strings.TrimPrefix(name, "@"))}
		users, _, err := p.api.Users.ListUsers(named, gitlab.WithContext(ctx))
		switch {
		case err != nil:
			p.out.Note("no %s for the merge request: %v", what, explain(err))
		case len(users) != 1:
			p.out.Note("no %s for the merge request: GitLab does not know %q", what, name)
		default:
			ids = append(ids, users[0].ID)
		}
	}
	return &ids
}

// failed says how a person opens what the run could not.
func (p *proposal) failed(err error) {
	query := url.Values{"merge_request[source_branch]": {p.branch}, "merge_request[target_branch]": {p.known.Base}}
	link := fmt.Sprintf("%s/%s/-/merge_requests/new?%s", strings.TrimSuffix(p.f.Server, "/"), wire.Escaped(p.project), query.Encode())
	p.out.Compare, p.out.Refused = link, true
	why := "GitLab gave no reason"
	if err != nil {
		why = explainFor(err, pushing).Error()
	}
	p.out.Note("the fixes are on the branch %s, but there is no merge request: %s; open it here: %s", p.branch, why, link)
}
