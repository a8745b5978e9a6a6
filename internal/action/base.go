package action

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
	"github.com/dockmend/dockmend/internal/run"
)

// markNew marks the findings that the base of the change has too. Where the base cannot
// be had, changed lines decide, and the run is no success. It returns why the run cannot
// tell what is new, and whether lines decided.
func (s *step) markNew(ctx context.Context, w *run.Workspace, r *lint.Result, unjudged string) (why string, byLines bool) {
	missing := s.markAgainstBase(ctx, w, r)
	if missing == nil {
		return unjudged, false
	}
	if err := s.markByLines(ctx, r.Diagnostics); err != nil {
		return err.Error(), false
	}
	if unjudged != "" {
		return unjudged, false
	}
	return "could not compare with the base: " + missing.Error(), true
}

// markAgainstBase takes the base from git where the clone has it, else from GitHub.
func (s *step) markAgainstBase(ctx context.Context, w *run.Workspace, r *lint.Result) error {
	if s.event.Base == "" {
		return errors.New("the event names no base commit")
	}
	var clone *gitdiff.Comparison
	if !s.event.Remote() {
		var err error
		if clone, err = gitdiff.Open(w.Root()); err == nil {
			defer func() { _ = clone.Close() }() // it was only read from
		} else {
			clone = nil
		}
	}
	base, err := s.base(ctx, w, clone)
	if err != nil {
		return err
	}
	return w.MarkNew(ctx, r, base)
}

// base is the first parent of the merge that was checked out, or the merge base where
// the head is linted; clone may be nil.
func (s *step) base(ctx context.Context, w *run.Workspace, clone *gitdiff.Comparison) (*run.Base, error) {
	if clone == nil {
		return s.baseByAPI(ctx, w, nil)
	}
	var base *run.Base
	missing := w.Around(ctx, engine.StepHistory, func() (err error) {
		base, err = s.baseInGit(ctx, w, clone)
		return err
	})
	if missing != nil {
		return s.baseByAPI(ctx, w, clone)
	}
	if n := len(base.Changed); n > limits.ChangedFiles {
		return nil, forge.TooMany(n)
	}
	return base, nil
}

// baseInGit is the base as the clone has it; the error says what the clone lacks.
func (s *step) baseInGit(ctx context.Context, w *run.Workspace, clone *gitdiff.Comparison) (*run.Base, error) {
	checkout, parents := clone.Head()
	commit, mergeBase, err := s.event.BaseOf(checkout, parents)
	if err != nil {
		return nil, err
	}
	if err := clone.Compare(ctx, commit, mergeBase); err != nil {
		return nil, err
	}
	return w.BaseIn(clone)
}

// baseByAPI is the base as GitHub gives it; clone may be nil.
func (s *step) baseByAPI(ctx context.Context, w *run.Workspace, clone *gitdiff.Comparison) (*run.Base, error) {
	checkout := forge.Checkout{Commit: s.event.SHA}
	if s.event.Remote() {
		checkout.Commit = s.event.Head // whose files are read
	}
	if clone != nil {
		var err error
		checkout.Commit, checkout.Parents = clone.Head()
		if checkout.Files, err = clone.Files(); err != nil {
			return nil, err
		}
	}
	base, err := s.forge.Base(ctx, s.event, checkout)
	if err != nil {
		return nil, err
	}
	linted := w.Lints()
	added := func(path string) bool { _, committed := base.Now[path]; return committed || linted(path) }
	entries := base.Before()
	if s.event.Remote() { // of the head, only the changed Dockerfiles are there
		for path := range entries {
			_, stays := base.Now[path]
			if !base.Differs(path) || discover.Classify(path) != lint.TargetDockerfile || (stays && !linted(path)) {
				delete(entries, path)
			}
		}
	}
	tree := earlier.New(w.Root(), entries, added, func(hash string) ([]byte, error) { return base.Blob(ctx, hash) })
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
	return &run.Base{Tree: tree, Changed: base.Changed, Lines: lines}, nil
}
