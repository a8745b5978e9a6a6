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
	"github.com/dockmend/dockmend/internal/review"
)

const (
	// splits bounds how many reviews are tried to find the comment that GitHub
	// refuses: its answer does not say which one it is.
	splits = 12
	// spareCalls is what a run must have left to begin a review.
	spareCalls = 10
	// pauseBetweenWrites is what GitHub asks for ("Best practices for using the
	// REST API").
	pauseBetweenWrites = time.Second
	// writing is the permission for comments.
	writing = "pull-requests: write"
)

// applying is one run of Apply.
type applying struct {
	*Client
	plan   *review.Plan
	number int
	head   string
	notes  []string
	// posted is set once something of ours may have arrived.
	posted bool
	// waited is set after the one pause that a limit is given.
	waited bool
	// denied is the reason why no comment can be posted at all.
	denied error
}

// Apply does what the plan says, each step by itself. What cannot be done goes
// to the plan's next channel, and the notes say why, a line each; no step's
// failure keeps another back.
//
// There is no compare-and-set for reviews, so two runs may post the same at
// once: afterwards the threads are listed again, of equal ones the oldest stays.
func (c *Client) Apply(ctx context.Context, p *review.Plan, e *forge.Event, threads *review.Threads) (notes []string) {
	a := &applying{Client: c, plan: p, number: e.Number, head: e.Head}
	all := slices.Concat(p.Comments, p.Files, p.Replies)
	switch {
	case threads.Head != e.Head && len(all)+len(p.Resolve) > 0:
		a.degrade(all, "a newer commit was pushed; its own run writes the comments")
		p.Resolve = nil
	case c.left() < spareCalls && len(all) > 0:
		a.degrade(all, "the run has made all of its calls of GitHub's API")
		p.Resolve = nil
	}
	if len(p.Comments) > 0 {
		a.review(ctx, p.Comments)
	}
	for _, comment := range slices.Clone(p.Files) {
		body := map[string]string{"body": comment.Body, "commit_id": a.head, "path": comment.Path, "subject_type": "file"}
		a.post(ctx, comment, fmt.Sprintf("pulls/%d/comments", a.number), body)
	}
	for _, reply := range slices.Clone(p.Replies) {
		path := fmt.Sprintf("pulls/%d/comments/%d/replies", a.number, reply.Answers.Database)
		a.post(ctx, reply, path, map[string]string{"body": reply.Body})
	}
	if a.posted || threads.Repeat() {
		a.deduplicate(ctx)
	}
	for _, t := range p.Resolve {
		if !a.resolve(ctx, t) {
			break
		}
	}
	return a.notes
}

func (a *applying) note(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	if !slices.Contains(a.notes, note) {
		a.notes = append(a.notes, note)
	}
}

func (a *applying) degrade(comments []*review.Comment, why string) {
	if len(comments) == 0 {
		return
	}
	a.note("%s not posted: %s", review.Counted(len(comments), "comment"), why)
	a.plan.Degrade(comments, why)
}

// deny notes a refusal that the next comment would meet too.
func (a *applying) deny(err error) {
	if kind, _ := failureOf(err); kind == refused || kind == limited {
		a.denied = explainFor(err, writing)
	}
}

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

func (a *applying) createReview(ctx context.Context, comments []*review.Comment, body string) error {
	request := reviewRequest{CommitID: a.head, Body: body, Event: "COMMENT"}
	for _, c := range comments {
		rc := reviewComment{Path: c.Path, Body: c.Body, Line: c.Last, Side: "RIGHT"}
		if c.First < c.Last {
			rc.StartLine, rc.StartSide = c.First, "RIGHT"
		}
		request.Comments = append(request.Comments, rc)
	}
	return a.send(ctx, fmt.Sprintf("pulls/%d/reviews", a.number), request)
}

// review posts the review. If GitHub refuses a line of it, halves are tried, so
// that only what is refused is left out.
func (a *applying) review(ctx context.Context, comments []*review.Comment) {
	queue := [][]*review.Comment{comments}
	for try := 0; len(queue) > 0; try++ {
		batch := queue[0]
		queue = queue[1:]
		if try == splits {
			a.degrade(slices.Concat(append([][]*review.Comment{batch}, queue...)...), "GitHub refused some lines of the review")
			return
		}
		err := a.certain(ctx, batch, func() error { return a.createReview(ctx, batch, a.plan.ReviewBody()) })
		switch kind, _ := failureOf(err); {
		case err == nil:
		case kind == invalid && aboutLines(err) && len(batch) > 1:
			queue = append(queue, batch[:len(batch)/2], batch[len(batch)/2:])
		case kind == invalid && aboutLines(err):
			a.degrade(batch, "GitHub refused its lines")
		default:
			a.deny(err)
			a.degrade(slices.Concat(append([][]*review.Comment{batch}, queue...)...), explainFor(err, writing).Error())
			return
		}
	}
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

// post posts a comment that is not part of a review.
func (a *applying) post(ctx context.Context, c *review.Comment, path string, body map[string]string) {
	if a.denied != nil {
		a.degrade([]*review.Comment{c}, a.denied.Error())
		return
	}
	if a.posted && a.wait(ctx, pauseBetweenWrites) != nil {
		a.degrade([]*review.Comment{c}, "the run was stopped")
		return
	}
	if err := a.certain(ctx, []*review.Comment{c}, func() error { return a.send(ctx, path, body) }); err != nil {
		a.deny(err)
		a.degrade([]*review.Comment{c}, explainFor(err, writing).Error())
	}
}

// certain does a call that must not be done twice. Where an answer does not tell
// whether it was done, the threads do; a limit is waited for once.
func (a *applying) certain(ctx context.Context, comments []*review.Comment, call func() error) error {
	err := call()
	for range 2 {
		kind, pause := failureOf(err)
		switch {
		case err == nil:
			a.posted = true
			return nil
		case kind == limited && !a.waited:
			a.waited = true
		case kind == unclear:
			a.posted = true // perhaps
		default:
			return err
		}
		if waited := a.wait(ctx, pause); waited != nil {
			return err
		}
		if kind == unclear {
			there, listed := a.arrived(ctx, comments)
			if listed != nil || there {
				return listed
			}
		}
		err = call()
	}
	if kind, _ := failureOf(err); err == nil || kind == unclear {
		a.posted = true
	}
	if kind, _ := failureOf(err); kind == unclear {
		if there, listed := a.arrived(ctx, comments); listed == nil && there {
			return nil
		}
	}
	return err
}

// arrived reports whether comments stand on the pull request.
func (a *applying) arrived(ctx context.Context, comments []*review.Comment) (bool, error) {
	now, err := a.ListOwn(ctx, a.number, a.plan.Request.Category)
	if err != nil {
		return false, err
	}
	there := map[string]bool{}
	for _, t := range now.All {
		for _, m := range t.Marks {
			there[m] = there[m] || t.Live()
		}
	}
	for _, c := range comments {
		if slices.ContainsFunc(c.Marks, func(m string) bool { return !there[m] }) {
			return false, nil
		}
	}
	return true, nil
}

// deduplicate deletes our newer ones of equal threads, and of equal replies.
func (a *applying) deduplicate(ctx context.Context) {
	now, err := a.ListOwn(ctx, a.number, a.plan.Request.Category)
	if err != nil {
		a.note("could not check whether another run posted the same comments: %v", err)
		return
	}
	var twice []string
	superfluous := now.Superfluous()
	for _, t := range now.All {
		switch {
		case !review.Below(t.Path, a.plan.Request.Paths):
		case slices.Contains(superfluous, t):
			twice = append(twice, t.Root)
		default:
			twice = append(twice, t.Repeats...)
		}
	}
	for _, comment := range twice {
		var done struct{}
		if err := a.ask(ctx, mutationDelete, map[string]any{"comment": comment}, &done); err != nil && !isGone(err) {
			a.note("could not delete a comment that another run also posted: %v", explainFor(err, writing))
		}
	}
}

// isGone reports whether what a mutation names is no longer there.
func isGone(err error) bool {
	var query *graphqlError
	return errors.As(err, &query) && query.Type == "NOT_FOUND"
}

// resolve closes a thread whose findings are gone: resolved, or minimised where
// the token may not resolve (that takes contents: write, which no one should give
// for it). It is false where going on has no sense.
func (a *applying) resolve(ctx context.Context, t *review.Thread) bool {
	var done struct{}
	var err error
	if t.CanResolve {
		err = a.ask(ctx, mutationResolve, map[string]any{"thread": t.ID}, &done)
		if err == nil {
			return true
		}
	}
	if kind, _ := failureOf(err); kind == none || kind == refused {
		err = a.ask(ctx, mutationMinimize, map[string]any{"comment": t.Root}, &done)
	}
	if err == nil || isGone(err) {
		return true
	}
	a.note("could not resolve the thread of a finding that is gone: %v", explainFor(err, writing))
	return false
}
