package forge

import (
	"errors"

	"github.com/dockmend/dockmend/internal/review"
)

// Event is what started a run.
type Event struct {
	// Name is "push", "pull_request", ...
	Name string
	// Repository is "owner/name".
	Repository string
	// SHA is the commit that the workflow runs for: on pull requests the
	// merge of head into base.
	SHA string
	// Number is the pull request's; 0 for other events.
	Number int
	// Base and Head are the commits between which the changes lie. They are
	// empty where an event has none: a schedule, a new branch.
	Base, Head string
	// Closed is set where the event is that the pull request was closed or merged.
	Closed bool
	// Fork is set for a pull request from another repository, whose token
	// cannot write.
	Fork bool
	// Files is how many files the pull request changes, as its payload says.
	Files int
	// Ref is the ref that goes with SHA, as "refs/pull/7/merge".
	Ref string
	// DefaultBranch is the repository's, on pushes.
	DefaultBranch string
	// Run is the run that a workflow_run is about; nil for other events.
	Run *Run
}

// Run is a run of a workflow that came to its end.
type Run struct {
	ID int64
	// Head is the commit that it ran for, Branch its branch in Repository
	// ("owner/name"), which is a fork's or this one.
	Head, Branch, Repository string
}

// Gate reports whether the event asks for a verdict before something lands.
func (e *Event) Gate() bool { return e.PullRequest() || e.Name == "merge_group" }

// Remote reports whether the work tree is not what the event is about, so that the
// head's files are read through the API.
func (e *Event) Remote() bool { return e.Name == "pull_request_target" || e.Name == "workflow_run" }

// PullRequest reports whether the event is about one pull request.
func (e *Event) PullRequest() bool { return e.Number > 0 }

// Subject is the pull request that the event is about.
func (e *Event) Subject() review.Subject {
	return review.Subject{Repository: e.Repository, Number: e.Number, Head: e.Head}
}

// ErrSuperseded is wrapped by the error for a run whose pull request was closed, or
// has a newer commit, which has a run of its own.
var ErrSuperseded = errors.New("there is nothing left to do")

// ErrNoDiff is wrapped by the error of an event that has nothing to compare.
var ErrNoDiff = errors.New("the event does not have two commits to compare")
