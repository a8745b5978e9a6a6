package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/earlier"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// keepNew marks the findings that the base of the change has too. Where the base cannot
// be had, changed lines decide, and the run is no success.
func (a *action) keepNew(ctx context.Context, s *session, r *lint.Result) {
	err := a.markAgainstBase(ctx, s, r)
	if err == nil {
		return
	}
	a.keepChanged(ctx, r)
	if a.unjudged == "" {
		a.unjudged = "what the base has is not known: " + err.Error()
		a.byLines = true
	}
}

// markAgainstBase takes the base from git where the clone has it, else from GitHub.
func (a *action) markAgainstBase(ctx context.Context, s *session, r *lint.Result) error {
	if a.event.Base == "" {
		return errors.New("the event names no base commit")
	}
	var clone *gitdiff.Comparison
	if !a.event.Remote() {
		var err error
		if clone, err = gitdiff.Open(s.place.root); err == nil {
			defer func() { _ = clone.Close() }() // it was only read from
		} else {
			clone = nil
		}
	}
	base, err := a.base(ctx, s, clone)
	if err != nil {
		return err
	}
	return s.markNew(ctx, &a.in.lintFlags, r, base)
}

// base is the first parent of the merge that was checked out, or the merge base where
// the head is linted; clone may be nil.
func (a *action) base(ctx context.Context, s *session, clone *gitdiff.Comparison) (*changeBase, error) {
	if clone == nil {
		return a.baseByAPI(ctx, s, nil)
	}
	var base *changeBase
	missing := s.around(ctx, engine.StepHistory, func() (err error) {
		base, err = a.baseInGit(ctx, s, clone)
		return err
	})
	if missing != nil {
		return a.baseByAPI(ctx, s, clone)
	}
	if n := len(base.changed); n > limits.ChangedFiles {
		return nil, forge.TooMany(n)
	}
	return base, nil
}

// baseInGit is the base as the clone has it; the error says what the clone lacks.
func (a *action) baseInGit(ctx context.Context, s *session, clone *gitdiff.Comparison) (*changeBase, error) {
	checkout, parents := clone.Head()
	commit, mergeBase, err := a.event.BaseOf(checkout, parents)
	if err != nil {
		return nil, err
	}
	if err := clone.Compare(ctx, commit, mergeBase); err != nil {
		return nil, err
	}
	return s.baseIn(clone)
}

// baseByAPI is the base as GitHub gives it; clone may be nil.
func (a *action) baseByAPI(ctx context.Context, s *session, clone *gitdiff.Comparison) (*changeBase, error) {
	checkout := forge.Checkout{Commit: a.event.SHA}
	if a.event.Remote() {
		checkout.Commit = a.event.Head // whose files are read
	}
	if clone != nil {
		var err error
		checkout.Commit, checkout.Parents = clone.Head()
		if checkout.Files, err = clone.Files(); err != nil {
			return nil, err
		}
	}
	base, err := a.client.Base(ctx, a.event, checkout)
	if err != nil {
		return nil, err
	}
	linted := s.lints()
	added := func(path string) bool { _, committed := base.Now[path]; return committed || linted(path) }
	entries := base.Before()
	if a.event.Remote() { // of the head, only the changed Dockerfiles are there
		for path := range entries {
			_, stays := base.Now[path]
			if !base.Differs(path) || discover.Classify(path) != lint.TargetDockerfile || stays && !linted(path) {
				delete(entries, path)
			}
		}
	}
	tree := earlier.New(s.place.root, entries, added, func(hash string) ([]byte, error) { return base.Blob(ctx, hash) })
	lines := func(path string, now []byte) ([]gitdiff.Range, error) {
		if !base.Differs(path) {
			return nil, nil
		}
		was, err := tree.Read(path, limits.FileBytes)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return gitdiff.Lines(now, was), nil
	}
	return &changeBase{tree, base.Changed, lines}, nil
}
