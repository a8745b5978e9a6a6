package gitlab

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/review"
)

// discussionPages bounds how many pages of discussions are read.
const discussionPages = 20

// ListOwn lists the discussions that this token's identity began with a marker of this
// category. Anybody may paste a marker, so the author is looked at first.
func (c *Client) ListOwn(ctx context.Context, number int, category string) (*review.Threads, error) {
	me, err := c.viewer(ctx)
	if err != nil {
		return nil, err
	}
	var request *gitlab.MergeRequest
	err = c.repeat(ctx, func() (err error) {
		request, _, err = c.api.MergeRequests.GetMergeRequest(c.project, int64(number), nil, gitlab.WithContext(ctx))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read merge request %d: %w", number, explain(err))
	}
	all := &review.Threads{Head: request.SHA}
	discussions, err := c.discussions(ctx, number)
	if err != nil {
		return nil, err
	}
	for _, d := range discussions {
		if t := own(d, me, category); t != nil {
			all.All = append(all.All, t)
		}
	}
	return all, nil
}

// discussions are all of a merge request.
func (c *Client) discussions(ctx context.Context, number int) ([]*gitlab.Discussion, error) {
	var all []*gitlab.Discussion
	options := &gitlab.ListMergeRequestDiscussionsOptions{ListOptions: gitlab.ListOptions{PerPage: perPage, Page: 1}}
	for range discussionPages {
		var page []*gitlab.Discussion
		var answer *gitlab.Response
		err := c.repeat(ctx, func() (err error) {
			page, answer, err = c.api.Discussions.ListMergeRequestDiscussions(c.project, int64(number), options, gitlab.WithContext(ctx))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list the discussions of merge request %d: %w", number, explain(err))
		}
		all = append(all, page...)
		if answer.NextPage == 0 {
			return all, nil
		}
		options.Page = answer.NextPage
	}
	return nil, fmt.Errorf("merge request %d has more than %d discussions", number, discussionPages*perPage)
}

// own reads a discussion; nil for one that is not ours.
func own(d *gitlab.Discussion, me int64, category string) *review.Thread {
	if len(d.Notes) == 0 || d.IndividualNote {
		return nil
	}
	first := d.Notes[0]
	marks, ok := review.ReadMarkers(first.Body, category)
	if !ok || first.Author.ID != me {
		return nil
	}
	t := &review.Thread{
		ID: d.ID, Root: noteID(first), Database: first.ID, Marks: marks, Resolved: first.Resolved, CanResolve: first.Resolvable,
	}
	if first.CreatedAt != nil {
		t.Created = *first.CreatedAt
	}
	if first.Position != nil {
		t.Path = first.Position.NewPath
	}
	// There is no telling whether a person resolved it or their push made GitLab do so
	// ("Automatically resolve merge request diff threads when they become outdated").
	t.ByPerson = t.Resolved && first.ResolvedBy.ID != me
	for _, reply := range d.Notes[1:] {
		marks, ok := review.ReadMarkers(reply.Body, category)
		switch {
		case reply.System:
		case reply.Author.ID != me:
			t.Replied = true
		case ok:
			t.Add(noteID(reply), marks)
		}
	}
	return t
}

func noteID(n *gitlab.Note) string { return strconv.FormatInt(n.ID, 10) }

// summaryMarker begins the note with the summary of a category.
func summaryMarker(category string) string { return review.NoteMarker("summary", category) }

// Summarize writes the note with the summary. Of several, which two runs at once can make,
// the oldest stays.
func (c *Client) Summarize(ctx context.Context, number int, category, markdown string, unless bool) error {
	me, err := c.viewer(ctx)
	if err != nil {
		return err
	}
	body := summaryMarker(category) + markdown
	notes, err := c.summaries(ctx, number, category, me)
	if err != nil {
		return err
	}
	if len(notes) == 0 {
		if unless {
			return nil
		}
		err := c.makeNote(ctx, number, body)
		if err != nil {
			return fmt.Errorf("write the summary: %w", explainFor(err, writing))
		}
		// Another run may have written one meanwhile, or this one before its answer was lost.
		if notes, err = c.summaries(ctx, number, category, me); err != nil {
			return err
		}
	}
	for i, n := range notes {
		switch {
		case i > 0:
			err = c.repeat(ctx, func() error { return c.deleteNote(ctx, number, n.ID) })
		case n.Body != strings.TrimSpace(body) && n.Body != body:
			err = c.repeat(ctx, func() error {
				_, _, err := c.api.Notes.UpdateMergeRequestNote(
					c.project, int64(number), n.ID, &gitlab.UpdateMergeRequestNoteOptions{Body: &body}, gitlab.WithContext(ctx),
				)
				return err
			})
		}
		if err != nil && !isMissing(err) {
			return fmt.Errorf("write the summary: %w", explainFor(err, writing))
		}
	}
	return nil
}

// makeNote makes one that the caller looks for afterwards: where an answer is lost it is
// there, or is made again.
func (c *Client) makeNote(ctx context.Context, number int, body string) error {
	return c.repeat(ctx, func() error {
		_, _, err := c.api.Notes.CreateMergeRequestNote(
			c.project, int64(number), &gitlab.CreateMergeRequestNoteOptions{Body: &body}, gitlab.WithContext(ctx),
		)
		return err
	})
}

func (c *Client) deleteNote(ctx context.Context, number int, note int64) error {
	_, err := c.api.Notes.DeleteMergeRequestNote(c.project, int64(number), note, gitlab.WithContext(ctx))
	return err
}

// summaries are our notes with the summary of a category, the oldest first.
func (c *Client) summaries(ctx context.Context, number int, category string, me int64) ([]*gitlab.Note, error) {
	discussions, err := c.discussions(ctx, number)
	if err != nil {
		return nil, err
	}
	var notes []*gitlab.Note
	for _, d := range discussions {
		for _, n := range d.Notes {
			if n.Author.ID == me && strings.HasPrefix(n.Body, strings.TrimSpace(summaryMarker(category))) {
				notes = append(notes, n)
			}
		}
	}
	slices.SortFunc(notes, func(a, b *gitlab.Note) int { return int(a.ID - b.ID) })
	return notes, nil
}
