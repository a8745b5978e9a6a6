package gitlab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/posting"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
)

// Apply does what the plan says.
func (c *Client) Apply(ctx context.Context, p *review.Plan, e *forge.Event, threads *review.Threads) (notes []string) {
	c.budget.Allow(len(p.Comments)) // a review is a call for each, and one to publish it
	return posting.Apply(ctx, &poster{Client: c, category: p.Request.Category}, p, e, threads)
}

// poster posts the comments of one run.
type poster struct {
	*Client
	category string
	// begun is set once comments may have been posted.
	begun bool
}

func (p *poster) Left() int { return p.budget.Left() }

func (p *poster) Wait(ctx context.Context, d time.Duration) error { return p.wait(ctx, d) }

func (p *poster) Failure(err error) (wire.Failure, time.Duration) { return failureOf(err) }

func (p *poster) Explain(err error) error { return explainFor(err, writing) }

// draft is a comment that is not published yet, or a discussion.
type draft struct {
	of *review.Comment
	at *gitlab.PositionOptions
}

// PostReview implements posting.Poster. All comments are drafts first, which are published
// at once, so that people get one mail. Where the token may make no drafts, each is a
// discussion. What a try before may have done is looked for, and is not done again.
func (p *poster) PostReview(ctx context.Context, e *forge.Event, comments []*review.Comment, _ string) error {
	v, err := p.version(ctx, e)
	if err != nil {
		return err
	}
	left, err := p.unposted(ctx, e, comments)
	if err != nil {
		return err
	}
	p.begun = true
	var drafts []draft
	misplaced := &posting.Misplaced{}
	for _, c := range left {
		at, err := v.position(c)
		if err != nil {
			misplaced.Comments, misplaced.Err = append(misplaced.Comments, c), err
			continue
		}
		drafts = append(drafts, draft{c, at})
	}
	refused, err := p.publish(ctx, e, drafts)
	if kind, _ := failureOf(err); kind == wire.Refused {
		// What was made and may not be published is not left behind, where it can be deleted.
		_, _, _ = p.drafts(ctx, e, nil)
		refused, err = p.discuss(ctx, e, drafts)
	}
	if err != nil {
		return err
	}
	if refused != nil {
		misplaced.Comments, misplaced.Err = append(misplaced.Comments, refused.Comments...), refused.Err
	}
	if len(misplaced.Comments) > 0 {
		return misplaced
	}
	return nil
}

// unposted are the comments that an earlier try of this run has not posted.
func (p *poster) unposted(ctx context.Context, e *forge.Event, comments []*review.Comment) ([]*review.Comment, error) {
	if !p.begun {
		return comments, nil
	}
	now, err := p.ListOwn(ctx, e.Number, p.category)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, t := range now.All {
		for _, m := range t.Marks {
			there[m] = there[m] || t.Live()
		}
	}
	return slices.DeleteFunc(slices.Clone(comments), func(c *review.Comment) bool {
		return !slices.ContainsFunc(c.Marks, func(m string) bool { return !there[m] })
	}), nil
}

// publish makes drafts and publishes them. Drafts are visible to their author alone, so
// that those a stopped run left behind are used or deleted, and another's never published.
func (p *poster) publish(ctx context.Context, e *forge.Event, drafts []draft) (refused *posting.Misplaced, err error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	there, others, err := p.drafts(ctx, e, drafts)
	if err != nil {
		return nil, err
	}
	var ready []int64
	for _, d := range drafts {
		id, ok := there[d.of]
		if !ok {
			made, _, err := p.api.DraftNotes.CreateDraftNote(
				p.project, int64(e.Number), &gitlab.CreateDraftNoteOptions{Note: &d.of.Body, Position: d.at}, gitlab.WithContext(ctx),
			)
			if aboutLines(err) {
				refused = refusedToo(refused, d.of, err)
				continue
			}
			if err != nil {
				return nil, err
			}
			id = made.ID
		}
		ready = append(ready, id)
	}
	switch {
	case len(ready) == 0:
	case others: // bulk_publish would publish a person's, too
		for _, id := range ready {
			if _, err := p.api.DraftNotes.PublishDraftNote(p.project, int64(e.Number), id, gitlab.WithContext(ctx)); err != nil {
				return nil, err
			}
		}
	default:
		if _, err := p.api.DraftNotes.PublishAllDraftNotes(p.project, int64(e.Number), gitlab.WithContext(ctx)); err != nil {
			return nil, err
		}
	}
	return refused, nil
}

func refusedToo(all *posting.Misplaced, c *review.Comment, err error) *posting.Misplaced {
	if all == nil {
		all = &posting.Misplaced{Err: err}
	}
	all.Comments = append(all.Comments, c)
	return all
}

// drafts finds the ones that are there already; those of this category that no comment
// asks for are deleted. others is set where the token's owner has more.
func (p *poster) drafts(ctx context.Context, e *forge.Event, wanted []draft) (there map[*review.Comment]int64, others bool, err error) {
	there = map[*review.Comment]int64{}
	all, _, err := p.api.DraftNotes.ListDraftNotes(
		p.project, int64(e.Number), &gitlab.ListDraftNotesOptions{ListOptions: gitlab.ListOptions{PerPage: perPage}}, gitlab.WithContext(ctx),
	)
	if err != nil {
		return nil, false, err
	}
	for _, n := range all {
		if _, ours := review.ReadMarkers(n.Note, p.category); !ours {
			others = true
			continue
		}
		i := slices.IndexFunc(wanted, func(d draft) bool {
			_, used := there[d.of]
			same := strings.TrimSpace(d.of.Body) == strings.TrimSpace(n.Note) && n.Position != nil
			return !used && same && n.Position.HeadSHA == *d.at.HeadSHA
		})
		if i >= 0 {
			there[wanted[i].of] = n.ID
			continue
		}
		if _, err := p.api.DraftNotes.DeleteDraftNote(p.project, int64(e.Number), n.ID, gitlab.WithContext(ctx)); err != nil && !isMissing(err) {
			return nil, false, err
		}
	}
	return there, others, nil
}

// discuss begins a discussion for each.
func (p *poster) discuss(ctx context.Context, e *forge.Event, drafts []draft) (refused *posting.Misplaced, err error) {
	for _, d := range drafts {
		_, _, err := p.api.Discussions.CreateMergeRequestDiscussion(
			p.project, int64(e.Number), &gitlab.CreateMergeRequestDiscussionOptions{Body: &d.of.Body, Position: d.at}, gitlab.WithContext(ctx),
		)
		if aboutLines(err) {
			refused = refusedToo(refused, d.of, err)
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return refused, nil
}

// aboutLines reports whether a refusal is about the place of a comment.
func aboutLines(err error) bool {
	kind, _ := failureOf(err)
	words := refusalWords(err)
	return kind == wire.Invalid && slices.ContainsFunc([]string{"line_code", "line code", "position"}, func(w string) bool {
		return strings.Contains(words, w)
	})
}

// PostFile implements posting.Poster.
func (p *poster) PostFile(ctx context.Context, e *forge.Event, c *review.Comment) error {
	v, err := p.version(ctx, e)
	if err != nil {
		return err
	}
	at, err := v.position(c)
	if err != nil {
		return err
	}
	_, err = p.discuss(ctx, e, []draft{{c, at}})
	return err
}

// PostReply implements posting.Poster.
func (p *poster) PostReply(ctx context.Context, e *forge.Event, c *review.Comment) error {
	_, _, err := p.api.Discussions.AddMergeRequestDiscussionNote(
		p.project, int64(e.Number), c.Answers.ID, &gitlab.AddMergeRequestDiscussionNoteOptions{Body: &c.Body}, gitlab.WithContext(ctx),
	)
	return err
}

// Delete implements posting.Poster.
func (p *poster) Delete(ctx context.Context, e *forge.Event, t *review.Thread, comment string) error {
	note, err := strconv.ParseInt(comment, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a note", comment)
	}
	_, err = p.api.Discussions.DeleteMergeRequestDiscussionNote(p.project, int64(e.Number), t.ID, note, gitlab.WithContext(ctx))
	if isMissing(err) {
		return nil
	}
	return err
}

// Close implements posting.Poster. It may be done twice.
func (p *poster) Close(ctx context.Context, e *forge.Event, t *review.Thread) error {
	if !t.CanResolve {
		return errors.New("GitLab does not let this discussion be resolved")
	}
	err := p.repeat(ctx, func() error {
		_, _, err := p.api.Discussions.ResolveMergeRequestDiscussion(
			p.project, int64(e.Number), t.ID, &gitlab.ResolveMergeRequestDiscussionOptions{Resolved: gitlab.Ptr(true)}, gitlab.WithContext(ctx),
		)
		return err
	})
	if isMissing(err) {
		return nil
	}
	return err
}

var _ posting.Poster = (*poster)(nil)
