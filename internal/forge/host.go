package forge

import (
	"context"
	"errors"
	"time"

	"github.com/dockmend/dockmend/internal/remote"
)

// Host is a platform with many repositories, asked with one token. Each call waits for the
// platform's limits. A call that the limits do not let through is an error that wraps
// Limited. It is safe for concurrent use.
type Host interface {
	// Name is the platform's.
	Name() string
	// List names the repositories of a selection, in no order; what is known of why one
	// is not audited is in Skip.
	List(ctx context.Context, s Selection) ([]Repository, error)
	// Heads completes repositories by the commit of their default branch. What is wrong
	// with one of them is in its Skip or Err.
	Heads(ctx context.Context, all []Repository) error
	// Tree lists the files of the repository's commit.
	Tree(ctx context.Context, r Repository) ([]remote.Entry, error)
	// Blobs reads files of the commit, by their hash.
	Blobs(ctx context.Context, r Repository, wanted []remote.Entry) (map[string][]byte, error)
	// ReadFile reads a file of a repository at a commit, branch or tag; the error wraps
	// fs.ErrNotExist if there is none.
	ReadFile(ctx context.Context, repository, path, commit string) ([]byte, error)
	// Budget is what the limits leave.
	Budget(ctx context.Context) (Budget, error)
	// Requests is how many were made.
	Requests() int
}

// Selection says which repositories are meant. One of Org, Group and Names is set.
type Selection struct {
	// Org is an organisation or a person on GitHub, Group a group on GitLab with those
	// below it.
	Org, Group string
	// Names are repositories, as "owner/name".
	Names []string
	// Topic keeps those that have it; empty for all.
	Topic string
	// Forks and Archived add these.
	Forks, Archived bool
}

// Repository is one of a platform.
type Repository struct {
	// Name is "owner/name", URL the page that people look at.
	Name, URL string
	// Branch is the default one, Commit the hash of its tip.
	Branch, Commit string
	// Skip says why it is not audited, in words, as "archived"; empty for one that is.
	Skip string
	// Err is why nothing is known of it.
	Err error
}

// Reasons not to audit a repository.
const (
	SkipArchived = "archived"
	SkipDisabled = "disabled"
	SkipEmpty    = "empty"
	SkipFork     = "fork"
)

// ErrGone is wrapped by the error for a repository that is not there for this token.
var ErrGone = errors.New("there is no such repository, or the token may not read it")

// ErrTooLarge is wrapped by the error for a repository with more files than are listed, however
// often it is tried.
var ErrTooLarge = errors.New("the repository is too large")

// Budget is what the limits of a platform leave.
type Budget struct {
	// Left are requests of Most in an hour; Most is 0 where the platform has no limit.
	Left, Most int
	// Until is when there are Most again.
	Until time.Time
}
