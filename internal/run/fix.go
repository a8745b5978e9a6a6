package run

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
)

// Fixing says which fixes are applied.
type Fixing struct {
	// Unsafe applies also those that may change what the image does.
	Unsafe bool
	// Narrow keeps the configuration from adding unsafe ones.
	Narrow bool
	// Mark marks the findings of a file that are left alone; nil for none.
	Mark func(findings []*lint.Diagnostic)
	// Only, if not nil, are the paths of the files to fix.
	Only map[string]bool
}

// Fix makes the fixes of the files, and writes none: in the order of the files it returns
// what became of each.
func (w *Workspace) Fix(ctx context.Context, how Fixing) []*engine.Fixed {
	fixing := engine.Fixing{
		Jobs: w.options.Jobs, One: func(f engine.File, was *engine.Fixed, over string) *engine.Fixed {
			return w.fixOne(ctx, how, f, was, over)
		},
	}
	wanted := slices.DeleteFunc(slices.Clone(w.Files), func(f engine.File) bool { return how.Only != nil && !how.Only[f.Path] })
	if w.store != nil {
		fixing.Around = func(changed map[string][]byte) []engine.File { return w.filesWith(wanted, changed) }
	}
	return w.checker.FixAll(ctx, wanted, fixing)
}

// filesWith are files of the workspace as they see each other once some have other
// bytes, by the paths that are shown.
func (w *Workspace) filesWith(wanted []engine.File, changed map[string][]byte) []engine.File {
	inside := make(map[string][]byte, len(changed))
	for shown, content := range changed {
		inside[w.place.inside(shown)] = content
	}
	store := project.New(project.Overlay(w.tree, inside), w.place.shown)
	all := slices.Clone(wanted)
	for i := range all {
		name := w.place.inside(all[i].Path)
		all[i].Context = w.contextIn(store, name)
		all[i].Open = func() (io.ReadCloser, error) { return openIn(store, w.tree, name) }
	}
	return all
}

// fixOne fixes a file, unless the configuration leaves it as it is. was is what was
// made of it before its neighbours changed, or nil; over says why nothing may be
// proved any more.
func (w *Workspace) fixOne(ctx context.Context, how Fixing, f engine.File, was *engine.Fixed, over string) *engine.Fixed {
	if was == nil {
		src, err := engine.Read(f)
		if err != nil {
			return &engine.Fixed{Path: f.Path, Problems: []lint.Problem{{File: f.Path, Message: "cannot be read: " + Plain(err).Error()}}}
		}
		was = engine.NewFixed(f, src)
	} else if was.Left == nil {
		return was // it could not be read
	}
	fixes, alsoUnsafe := w.Rules.Fixes(w.place.inside(f.Path))
	if !fixes {
		left := w.checker.Check(ctx, f, was.Before)
		return &engine.Fixed{Path: f.Path, Before: was.Before, After: was.Before, Left: left, Problems: left.Problems}
	}
	fixer := &engine.Fixer{Checker: w.checker, Unsafe: how.Unsafe || (alsoUnsafe && !how.Narrow), Over: over, Mark: how.Mark}
	return fixer.Again(ctx, f, was)
}

// Replace writes a file with its fixes; what is in the way is a problem of the file.
func (w *Workspace) Replace(f *engine.Fixed) (ok bool) {
	err := w.place.root.Replace(w.place.inside(f.Path), f.Before, f.After)
	if err != nil {
		f.Problems = append(f.Problems, lint.Problem{File: f.Path, Message: "not fixed: " + notReplaced(err)})
	}
	return err == nil
}

// notReplaced says why a file was left as it is.
func notReplaced(err error) string {
	switch {
	case errors.Is(err, files.ErrChanged):
		return "it changed while dockmend read it; run fix again"
	case errors.Is(err, files.ErrNotRegular):
		return "it is not a regular file"
	}
	return Plain(err).Error()
}

// Left is the result of what the fixes leave.
func (w *Workspace) Left(fixed []*engine.Fixed) *lint.Result {
	r := &lint.Result{Notices: w.notices, Hidden: w.hidden(), Problems: append(w.problems, w.unanswered()...), Skipped: w.skipped}
	for _, f := range fixed {
		r.Files = append(r.Files, f.Path)
		r.Problems = append(r.Problems, f.Problems...)
		if f.Left == nil {
			continue
		}
		r.Diagnostics = append(r.Diagnostics, f.Left.Diagnostics...)
		r.Skipped = append(r.Skipped, f.Left.Skipped...)
		if f.Left.Template {
			r.Hidden = append(r.Hidden, lint.Hidden{File: f.Path, Reason: "template"})
		}
	}
	r.Problems = engine.Stopped(r.Problems, len(w.Files))
	r.Skipped = offlineOnce(r.Skipped)
	if w.store != nil {
		r.Skipped = append(r.Skipped, cutIn(w.store)...)
	}
	return r
}
