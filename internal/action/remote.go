package action

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

// On pull_request_target and workflow_run the token may write and the work tree,
// if there is one, is not the pull request's. Checking that out there is how
// repositories are taken over, so the changed files that dockmend lints are read
// through the API, as data, into a folder of their own.

// fetched is how many files are read at most; each costs a call.
const fetched = 60

// scope is what is linted: a folder, and how.
type scope struct {
	env     *run.Env
	options *run.Options
	paths   []string
	// clean removes a folder of its own.
	clean    func()
	notes    []string
	unjudged string
}

func (at *scope) open(ctx context.Context, policy run.Source) (*run.Workspace, error) {
	return run.OpenOne(ctx, at.env, at.options, at.paths, policy)
}

// scope is the workspace or, where this is not what the event is about, a folder with what
// changed.
func (s *step) scope(ctx context.Context) (*scope, error) {
	options := s.in.options
	at := &scope{env: &s.env.Env, options: &options, paths: s.in.paths, clean: func() {}}
	if !s.event.Remote() {
		return at, nil
	}
	return at, s.fetch(ctx, at)
}

// fetch makes the folder that is linted.
func (s *step) fetch(ctx context.Context, at *scope) error {
	if s.event.Run != nil {
		if err := s.forge.FindPull(ctx, s.event); err != nil {
			return &run.Incomplete{Err: err} // run knows what is no failure
		}
	}
	// The runner empties its own folder after the job, even if this is killed.
	scratch := s.env.Getenv("RUNNER_TEMP")
	if !files.IsFolder(scratch) {
		scratch = ""
	}
	root, remove, err := files.Scratch(scratch)
	if err != nil {
		return &run.Incomplete{Err: err}
	}
	at.clean = func() { _ = remove() } // nothing reads it afterwards
	if err := s.fill(ctx, at, root); err != nil {
		at.clean()
		return &run.Incomplete{Err: err}
	}
	env := s.env.Env
	env.Dir = root.Dir()
	at.env = &env
	at.options.Alone, at.options.AllowEmpty, at.options.NoGitignore = true, true, true
	at.notes = append(at.notes, "only the changed Dockerfiles were linted, through the API, so rules that read other files of the repository reported nothing")
	return nil
}

// fill writes those of the changed files that are linted.
func (s *step) fill(ctx context.Context, at *scope, root *files.Root) error {
	diff, err := s.changes(ctx)
	if err != nil {
		return err
	}
	// A folder with this name ends the search for the repository's root.
	if err := root.MakeFolder(".git", files.Writing{}); err != nil {
		return err
	}
	found, left, err := lay(ctx, root, diff.Paths())
	if err != nil {
		return err
	}
	if left > 0 {
		at.notes = append(at.notes, text.Counted(left, "file")+" with an unusual path not checked")
	}
	wanted := map[string]bool{}
	for _, f := range found.Files {
		if f.Target != lint.TargetDockerfile || !review.Below(f.Path, cleaned(at.paths)) {
			continue
		}
		if len(wanted) == fetched {
			at.unjudged = fmt.Sprintf("the change has more than %d Dockerfiles, the most that are read through the API", fetched)
			break
		}
		src, err := diff.Head(ctx, f.Path)
		if err != nil {
			return err
		}
		if err := root.Put(f.Path, src); err != nil {
			return err
		}
		wanted[f.Path] = true
	}
	for _, name := range diff.Paths() {
		if !wanted[name] {
			_ = root.Remove(name) // an odd path was never made
		}
	}
	for _, name := range at.paths { // a named path must be there
		if _, err := root.Stat(name); err != nil {
			if err := root.MakeFolder(name, files.Writing{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// lay finds out which of the changed files are ours. Their names alone say so, so empty
// files stand for them. left is how many have a path that cannot be made.
func lay(ctx context.Context, root *files.Root, names []string) (found *discover.Result, left int, err error) {
	err = run.Guarded(ctx, engine.StepFind, func() (err error) {
		for _, name := range names {
			if root.Put(name, nil) != nil {
				left++
			}
		}
		found, err = discover.Find(root, nil, discover.Options{NoGitignore: true, Committed: true})
		return err
	})
	if errors.Is(err, discover.ErrNothing) {
		err = nil
	}
	return found, left, err
}

func cleaned(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = path.Clean(filepath.ToSlash(p))
	}
	return out
}

// remotePolicy lints the folder by the base's configuration, and by no other.
func (s *step) remotePolicy(ctx context.Context, at *scope, source run.Source) (*policy, error) {
	if source == nil {
		return nil, errors.New("the event names no base commit, so there is no configuration of the base")
	}
	p := &policy{}
	base, err := s.readPolicy(ctx, source)
	if err != nil {
		p.unjudged = "could not read the configuration of the base: " + err.Error()
		base = run.Policy{}
	}
	p.base, err = at.open(ctx, base.Read)
	return p, err
}
