// Package forge is what a run needs of the platform where changes are proposed and
// reviewed: some calls, each of which a platform's own package makes. What is said about
// a change, and where, is decided by internal/review.
package forge

import (
	"context"

	"github.com/dockmend/dockmend/internal/review"
)

// Forge is one repository on a platform. What it cannot do is an error that wraps
// NoPermission, Limited or Conflict where it is one of these.
type Forge interface {
	// Platform is what plans have to know of it.
	Platform() review.Platform
	// Calls is how many requests were made.
	Calls() int

	// Diff is what the event's commits changed, complete; the error wraps ErrNoDiff for
	// an event without two commits.
	Diff(ctx context.Context, e *Event) (*review.Diff, error)
	// ListOwn lists the threads of a pull request that earlier runs of the category began.
	ListOwn(ctx context.Context, number int, category string) (*review.Threads, error)
	// Apply does what a plan says, and moves what is refused to the plan's next channel.
	// It returns a line for each thing that could not be done.
	Apply(ctx context.Context, p *review.Plan, e *Event, threads *review.Threads) (notes []string)
	// Propose makes, recomputes or closes the pull request with fixes, or commits them.
	Propose(ctx context.Context, f *review.Fixup) *review.Proposed

	// LoadState reads what earlier runs remember; the error wraps ErrNoState where there
	// is nothing yet. SaveState changes it, and writes nothing where nothing changes.
	LoadState(ctx context.Context) (*review.State, error)
	SaveState(ctx context.Context, change func(*review.State)) error
}

// Workflows is a platform whose jobs may have no clone, and hand over to jobs with another
// token.
type Workflows interface {
	Forge

	// Exists reports, by a nil error, that the repository can be read at all, so that a
	// file that is not there and a token that may not look can be told apart.
	Exists(ctx context.Context, commit string) error
	// ReadFile reads a file of a commit; the error wraps fs.ErrNotExist if there is none.
	ReadFile(ctx context.Context, path, commit string) ([]byte, error)
	// Base finds what the event's change is compared with.
	Base(ctx context.Context, e *Event, at Checkout) (*Base, error)
	// UploadSARIF gives a report to the platform's own list of alerts; note says what of
	// its processing is not known.
	UploadSARIF(ctx context.Context, sarif []byte, commit, ref string) (note string, err error)

	// FindPull completes the event of a run by the open pull request that it was for; the
	// error wraps ErrSuperseded where there is none any more. ReadArtifact reads what that
	// run left behind.
	FindPull(ctx context.Context, e *Event) error
	ReadArtifact(ctx context.Context, run *Run, name string) ([]byte, error)
}

// Summaries is a platform whose jobs have no page for a summary, so that it is a note on
// the pull request.
type Summaries interface {
	// Summarize writes the note of the category, which there is once and which later runs
	// change. With unless it is not begun, only changed.
	Summarize(ctx context.Context, number int, category, markdown string, unless bool) error
}
