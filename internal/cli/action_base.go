package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dockmend/dockmend/internal/earlier"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
)

// maxChangedFiles is how many files a change may have whose base is looked at.
const maxChangedFiles = 3000

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

func (a *action) markAgainstBase(ctx context.Context, s *session, r *lint.Result) error {
	base, err := a.base(ctx, s)
	if err != nil {
		return err
	}
	defer base.close()
	ranges := gitdiff.Changes{}
	for _, d := range r.Diagnostics {
		path := d.Source.Path
		name := s.place.inside(path)
		if _, known := ranges[path]; known || !slices.Contains(base.changed, name) {
			continue
		}
		was, err := base.tree.Read(name, engineFile)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		ranges[path] = gitdiff.Lines(d.Source.Bytes, was)
	}
	return s.markNew(ctx, &a.in.lintFlags, r, base.tree, base.changed, ranges)
}

// engineFile is the size in bytes up to which files are linted.
const engineFile = 4 << 20

// changeBase is the work tree as it was before the change.
type changeBase struct {
	tree *earlier.Tree
	// changed are the paths that differ, in order.
	changed []string
	close   func()
}

// base is the first parent of the merge that was checked out, or the merge base where
// the head is linted. Its files come from git where the clone has them, else from
// GitHub.
func (a *action) base(ctx context.Context, s *session) (*changeBase, error) {
	if a.event.Base == "" {
		return nil, errors.New("the event names no base commit")
	}
	linted := map[string]bool{}
	for _, f := range s.files {
		linted[s.place.inside(f.Path)] = true
	}
	isLinted := func(path string) bool { return linted[path] }
	if a.event.Remote() {
		return a.baseByAPI(ctx, s, nil, isLinted)
	}
	clone, err := gitdiff.Open(s.place.root)
	if err != nil {
		return a.baseByAPI(ctx, s, nil, isLinted)
	}
	b, err := a.baseInGit(ctx, s, clone, isLinted)
	if err == nil || errors.Is(err, errManyFiles) {
		return b, err
	}
	defer func() { _ = clone.Close() }() // it was only read from
	return a.baseByAPI(ctx, s, clone, isLinted)
}

// errManyFiles says that a change is too large.
var errManyFiles = fmt.Errorf("the change has more than %d files", maxChangedFiles)

// baseInGit is the base as the clone has it; the error says what it lacks.
func (a *action) baseInGit(ctx context.Context, s *session, clone *gitdiff.Comparison, linted func(string) bool) (*changeBase, error) {
	head, parents := clone.Head()
	commit, mergeBase := "", false
	switch {
	case a.event.Name == "merge_group":
		commit = a.event.Base
	case head == a.event.Head:
		commit, mergeBase = a.event.Base, true
	case len(parents) == 2 && parents[1] == a.event.Head:
		commit = parents[0] // the base may have moved on since the event
	default:
		return nil, errors.New("the clone does not tell the parents of what was checked out")
	}
	if err := clone.Compare(ctx, commit, mergeBase); err != nil {
		return nil, err
	}
	tree, changed, err := clone.Tree(s.place.root, linted)
	if err != nil {
		return nil, err
	}
	if len(changed) > maxChangedFiles {
		return nil, errors.Join(errManyFiles, clone.Close())
	}
	return &changeBase{tree, changed, func() { _ = clone.Close() }}, nil
}

// baseByAPI is the base as GitHub gives it; clone may be nil.
func (a *action) baseByAPI(ctx context.Context, s *session, clone *gitdiff.Comparison, linted func(string) bool) (*changeBase, error) {
	checkout := a.event.SHA
	var parents []string
	var now map[string]earlier.Entry
	switch {
	case a.event.Remote():
		checkout = "" // the head is read
	case clone != nil:
		var err error
		checkout, parents = clone.Head()
		if now, err = clone.Files(); err != nil {
			return nil, err
		}
		if len(parents) == 0 {
			parents = nil // the clone ends here
		}
	}
	base, err := a.client.Base(ctx, a.event, checkout, parents, now)
	if err != nil {
		return nil, err
	}
	if err := base.Fetch(ctx); err != nil {
		return nil, err
	}
	entries, added := base.Files, func(path string) bool { _, committed := base.Now[path]; return committed || linted(path) }
	if a.event.Remote() {
		// Of the head nothing is there but the changed Dockerfiles.
		entries, added = map[string]earlier.Entry{}, func(string) bool { return true }
		for _, path := range base.Changed {
			if e, ok := base.Files[path]; ok && e.Regular {
				entries[path] = e
			}
		}
	}
	blob := func(hash string) ([]byte, error) { return base.Blob(ctx, hash) }
	return &changeBase{earlier.New(s.place.root, entries, added, blob), base.Changed, func() {}}, nil
}
