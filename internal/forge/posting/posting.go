// Package posting does what the plan of a review says, on every platform alike: each thing
// once, also where an answer is lost or where two runs do the same at once, and what is
// refused goes to the plan's next channel.
package posting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// Splits bounds how many reviews are tried to find the comment that a platform
	// refuses without saying which one it is.
	Splits = 12
	// SpareCalls is what a run must have left to begin a review.
	SpareCalls = 10
	// pauseBetweenWrites is what GitHub asks for ("Best practices for using the
	// REST API").
	pauseBetweenWrites = time.Second
)

// Poster makes the calls of one platform.
type Poster interface {
	Platform() review.Platform
	// Left is how many more requests the run may make.
	Left() int
	Wait(ctx context.Context, d time.Duration) error
	// ListOwn lists our threads of a pull request.
	ListOwn(ctx context.Context, number int, category string) (*review.Threads, error)
	// PostReview posts comments as one review; the error is Misplaced where lines are refused.
	PostReview(ctx context.Context, e *forge.Event, comments []*review.Comment, body string) error
	// PostFile posts a comment on a file as a whole, PostReply one in an earlier thread.
	PostFile(ctx context.Context, e *forge.Event, c *review.Comment) error
	PostReply(ctx context.Context, e *forge.Event, c *review.Comment) error
	// Delete deletes the first comment of a thread or a reply; Close closes a thread. What is
	// gone already is no error.
	Delete(ctx context.Context, e *forge.Event, t *review.Thread, comment string) error
	Close(ctx context.Context, e *forge.Event, t *review.Thread) error
	// Failure classes an error, with the pause before a second try; Explain words it.
	Failure(err error) (wire.Failure, time.Duration)
	Explain(err error) error
}

// Misplaced is the error of a review with lines that a platform refuses: either these
// comments, where the others were posted, or nil where it does not say which and none was.
type Misplaced struct {
	Comments []*review.Comment
	Err      error
}

func (e *Misplaced) Error() string { return e.Err.Error() }

func (e *Misplaced) Unwrap() error { return e.Err }

// applying is one run of Apply.
type applying struct {
	Poster
	plan  *review.Plan
	event *forge.Event
	notes []string
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
func Apply(ctx context.Context, poster Poster, p *review.Plan, e *forge.Event, threads *review.Threads) (notes []string) {
	a := &applying{Poster: poster, plan: p, event: e}
	all := slices.Concat(p.Comments, p.Files, p.Replies)
	switch {
	case threads.Head != e.Head && len(all)+len(p.Resolve) > 0:
		a.degrade(all, "a newer commit was pushed; its own run writes the comments")
		p.Resolve = nil
	case a.Left() < SpareCalls && len(all) > 0:
		a.degrade(all, "the run has made all of its calls of "+a.Platform().Name+"'s API")
		p.Resolve = nil
	}
	if len(p.Comments) > 0 {
		a.review(ctx, p.Comments)
	}
	for _, comment := range slices.Clone(p.Files) {
		a.post(ctx, comment, func() error { return a.PostFile(ctx, e, comment) })
	}
	for _, reply := range slices.Clone(p.Replies) {
		a.post(ctx, reply, func() error { return a.PostReply(ctx, e, reply) })
	}
	if a.posted || threads.Repeat() {
		a.deduplicate(ctx)
	}
	for _, t := range p.Resolve {
		if err := a.Close(ctx, e, t); err != nil {
			a.note("could not resolve the thread of a finding that is gone: %v", a.Explain(err))
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
	a.note("%s not posted: %s", text.Counted(len(comments), "comment"), why)
	a.plan.Degrade(comments, why)
}

// deny notes a refusal that the next comment would meet too.
func (a *applying) deny(err error) {
	if kind, _ := a.Failure(err); kind == wire.Refused || kind == wire.Limited {
		a.denied = a.Explain(err)
	}
}

// review posts the review. If a platform refuses a line of it and does not say which,
// halves are tried, so that only what is refused is left out.
func (a *applying) review(ctx context.Context, comments []*review.Comment) {
	queue := [][]*review.Comment{comments}
	lines := a.Platform().Name + " refused "
	for try := 0; len(queue) > 0; try++ {
		batch := queue[0]
		queue = queue[1:]
		if try == Splits {
			a.degrade(slices.Concat(append([][]*review.Comment{batch}, queue...)...), lines+"some lines of the review")
			return
		}
		err := a.certain(ctx, batch, func() error { return a.PostReview(ctx, a.event, batch, a.plan.ReviewBody()) })
		misplaced, isMisplaced := errors.AsType[*Misplaced](err)
		switch {
		case err == nil:
		case isMisplaced && misplaced.Comments != nil:
			a.posted = a.posted || len(misplaced.Comments) < len(batch)
			a.degrade(misplaced.Comments, lines+"its lines")
		case isMisplaced && len(batch) > 1:
			queue = append(queue, batch[:len(batch)/2], batch[len(batch)/2:])
		case isMisplaced:
			a.degrade(batch, lines+"its lines")
		default:
			a.deny(err)
			a.degrade(slices.Concat(append([][]*review.Comment{batch}, queue...)...), a.Explain(err).Error())
			return
		}
	}
}

// post posts a comment that is not part of a review.
func (a *applying) post(ctx context.Context, c *review.Comment, call func() error) {
	if a.denied != nil {
		a.degrade([]*review.Comment{c}, a.denied.Error())
		return
	}
	if a.posted && a.Wait(ctx, pauseBetweenWrites) != nil {
		a.degrade([]*review.Comment{c}, "the run was stopped")
		return
	}
	if err := a.certain(ctx, []*review.Comment{c}, call); err != nil {
		a.deny(err)
		a.degrade([]*review.Comment{c}, a.Explain(err).Error())
	}
}

// certain does a call that must not be done twice. Where an answer does not tell
// that it was done, the threads do; a limit is waited for once.
func (a *applying) certain(ctx context.Context, comments []*review.Comment, call func() error) error {
	err := call()
	for range 2 {
		kind, pause := a.Failure(err)
		switch {
		case err == nil:
			a.posted = true
			return nil
		case kind == wire.Limited && !a.waited:
			a.waited = true
		case kind == wire.Unclear:
			a.posted = true // perhaps
		default:
			return err
		}
		if waited := a.Wait(ctx, pause); waited != nil {
			return err
		}
		if kind == wire.Unclear {
			there, listed := a.arrived(ctx, comments)
			if listed != nil || there {
				return listed
			}
		}
		err = call()
	}
	if kind, _ := a.Failure(err); err == nil || kind == wire.Unclear {
		a.posted = true
	}
	if kind, _ := a.Failure(err); kind == wire.Unclear {
		if there, listed := a.arrived(ctx, comments); listed == nil && there {
			return nil
		}
	}
	return err
}

// arrived reports whether comments stand on the pull request.
func (a *applying) arrived(ctx context.Context, comments []*review.Comment) (bool, error) {
	now, err := a.ListOwn(ctx, a.event.Number, a.plan.Request.Category)
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
	now, err := a.ListOwn(ctx, a.event.Number, a.plan.Request.Category)
	if err != nil {
		a.note("could not check whether another run posted the same comments: %v", err)
		return
	}
	superfluous := now.Superfluous()
	for _, t := range now.All {
		var twice []string
		switch {
		case !review.Below(t.Path, a.plan.Request.Paths):
		case slices.Contains(superfluous, t):
			twice = append(twice, t.Root)
		default:
			twice = t.Repeats
		}
		for _, comment := range twice {
			if err := a.Delete(ctx, a.event, t, comment); err != nil {
				a.note("could not delete a comment that another run also posted: %v", a.Explain(err))
			}
		}
	}
}
