package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/posting"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
)

// writing is the permission for comments.
const writing = "pull-requests: write"

// Apply does what the plan says.
func (c *Client) Apply(ctx context.Context, p *review.Plan, e *forge.Event, threads *review.Threads) (notes []string) {
	return posting.Apply(ctx, poster{c}, p, e, threads)
}

// poster posts comments.
type poster struct{ *Client }

func (p poster) Left() int { return p.left() }

func (p poster) Wait(ctx context.Context, d time.Duration) error { return p.wait(ctx, d) }

func (p poster) Failure(err error) (wire.Failure, time.Duration) { return failureOf(err) }

func (p poster) Explain(err error) error { return explainFor(err, writing) }

// reviewComment and reviewRequest are the bodies of GitHub's REST description.
// start_line is left out where it equals line, else GitHub refuses it.
type reviewComment struct {
	Path      string `json:"path"`
	Body      string `json:"body"`
	Line      int    `json:"line"`
	Side      string `json:"side"`
	StartLine int    `json:"start_line,omitempty"`
	StartSide string `json:"start_side,omitempty"`
}

type reviewRequest struct {
	CommitID string          `json:"commit_id"`
	Body     string          `json:"body"`
	Event    string          `json:"event"`
	Comments []reviewComment `json:"comments"`
}

// send does one request whose answer is not needed: a body that was cut on its
// way says no less than a whole one that the thing was done.
func (c *Client) send(ctx context.Context, path string, body any) error {
	request, err := c.api.NewRequest(http.MethodPost, fmt.Sprintf("repos/%s/%s/%s", c.owner, c.name, path), body)
	if err != nil {
		return err
	}
	_, err = c.api.Do(ctx, request, nil)
	return err
}

// PostReview implements posting.Poster. GitHub does not say which line it refuses.
func (p poster) PostReview(ctx context.Context, e *forge.Event, comments []*review.Comment, body string) error {
	request := reviewRequest{CommitID: e.Head, Body: body, Event: "COMMENT"}
	for _, c := range comments {
		rc := reviewComment{Path: c.Path, Body: c.Body, Line: c.Last, Side: "RIGHT"}
		if c.First < c.Last {
			rc.StartLine, rc.StartSide = c.First, "RIGHT"
		}
		request.Comments = append(request.Comments, rc)
	}
	err := p.send(ctx, fmt.Sprintf("pulls/%d/reviews", e.Number), request)
	if kind, _ := failureOf(err); kind == invalid && aboutLines(err) {
		return &posting.Misplaced{Err: err}
	}
	return err
}

// PostFile implements posting.Poster.
func (p poster) PostFile(ctx context.Context, e *forge.Event, c *review.Comment) error {
	body := map[string]string{"body": c.Body, "commit_id": e.Head, "path": c.Path, "subject_type": "file"}
	return p.send(ctx, fmt.Sprintf("pulls/%d/comments", e.Number), body)
}

// PostReply implements posting.Poster.
func (p poster) PostReply(ctx context.Context, e *forge.Event, c *review.Comment) error {
	path := fmt.Sprintf("pulls/%d/comments/%d/replies", e.Number, c.Answers.Database)
	return p.send(ctx, path, map[string]string{"body": c.Body})
}

// Delete implements posting.Poster.
func (p poster) Delete(ctx context.Context, _ *forge.Event, _ *review.Thread, comment string) error {
	var done struct{}
	if err := p.ask(ctx, mutationDelete, map[string]any{"comment": comment}, &done); !isGone(err) {
		return err
	}
	return nil
}

// aboutLines reports whether a refusal is about the place of a comment.
func aboutLines(err error) bool {
	var answer *github.ErrorResponse
	if !errors.As(err, &answer) {
		return false
	}
	words := answer.Message
	for _, e := range answer.Errors {
		words += " " + e.Message + " " + e.Field
	}
	return slices.ContainsFunc([]string{"line", "hunk", "diff", "path", "position"}, func(w string) bool {
		return strings.Contains(strings.ToLower(words), w)
	})
}

// isGone reports whether what a mutation names is no longer there.
func isGone(err error) bool {
	var query *graphqlError
	return errors.As(err, &query) && query.Type == "NOT_FOUND"
}

// Close implements posting.Poster: the thread is resolved, or minimised where the token may
// not resolve (that takes contents: write, which no one should give for it).
func (p poster) Close(ctx context.Context, _ *forge.Event, t *review.Thread) error {
	var done struct{}
	var err error
	if t.CanResolve {
		if err = p.ask(ctx, mutationResolve, map[string]any{"thread": t.ID}, &done); err == nil {
			return nil
		}
	}
	if kind, _ := failureOf(err); kind == none || kind == refused {
		err = p.ask(ctx, mutationMinimize, map[string]any{"comment": t.Root}, &done)
	}
	if isGone(err) {
		return nil
	}
	return err
}

var _ posting.Poster = poster{}
