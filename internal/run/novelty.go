package run

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/earlier"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// New is what the base of a change does not have: the run lints the work tree, and
// the same work tree as it was at the base, with the same rules, day and answers of
// registries. A finding of the one that the other has too is not new, wherever it
// stands; one that only the work tree has is, also in a file that did not change.

// Base is what a change is compared with: the work tree as it was before.
type Base struct {
	Tree *earlier.Tree
	// Changed are the paths that the change touches, in order.
	Changed []string
	// Lines are the lines of a file that changed, by its path and its content now.
	Lines func(path string, now []byte) ([]gitdiff.Range, error)
}

// BaseIn is the base that a comparison in a clone has.
func (w *Workspace) BaseIn(c *gitdiff.Comparison) (*Base, error) {
	tree, changed, err := c.Tree(w.place.root, w.Lints())
	if err != nil {
		return nil, err
	}
	return &Base{tree, changed, c.Changed}, nil
}

// Lints reports of a path from the root whether the workspace lints that file.
func (w *Workspace) Lints() func(path string) bool {
	linted := map[string]bool{}
	for _, f := range w.Files {
		linted[w.place.inside(f.Path)] = true
	}
	return func(path string) bool { return linted[path] }
}

// markSince marks the findings that are not new since a commit.
func (w *Workspace) markSince(ctx context.Context, r *lint.Result) error {
	var base *Base
	err := w.Around(ctx, engine.StepHistory, func() (err error) {
		base, err = w.BaseIn(w.since)
		return err
	})
	if err != nil {
		return err
	}
	return w.MarkNew(ctx, r, base)
}

// MarkNew lints the base, and marks the findings that it has too.
func (w *Workspace) MarkNew(ctx context.Context, r *lint.Result, change *Base) error {
	base, err := w.atBase(ctx, change.Tree)
	if err != nil {
		return fmt.Errorf("the files of the base: %w", err)
	}
	before := base.check(ctx, false)
	if len(before.Problems) > len(w.unanswered()) {
		return fmt.Errorf("could not lint the base: %s: %s", before.Problems[0].File, before.Problems[0].Message)
	}
	ranges, err := w.changedLines(ctx, r, change)
	if err := errors.Join(err, change.Tree.Err()); err != nil {
		return fmt.Errorf("the files of the base: %w", err)
	}
	touched := func(d *lint.Diagnostic) bool {
		return ranges.Touches(d.Source.Path, d.Start().Line, d.End().Line)
	}
	fewer := MarkKnown(r.Diagnostics, before.Diagnostics, moved(r, before, w, base), touched)
	if fewer > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("%s fewer than before", countFindings(fewer)))
	}
	c := &causes{head: w, base: change, linted: map[string]bool{}, lines: map[string][]int{}, now: map[string]*lint.Source{}}
	for _, f := range slices.Concat(w.Files, base.Files) {
		c.linted[f.Path] = true
	}
	for _, d := range r.Diagnostics {
		if d.Counts() && !touched(d) {
			c.relate(d)
		}
	}
	return nil
}

// changedLines are the changed lines of the files with findings.
func (w *Workspace) changedLines(ctx context.Context, r *lint.Result, change *Base) (gitdiff.Changes, error) {
	ranges := gitdiff.Changes{}
	err := w.Around(ctx, engine.StepHistory, func() (err error) {
		for _, d := range r.Diagnostics {
			name := d.Source.Path
			if _, known := ranges[name]; known {
				continue
			}
			if ranges[name], err = change.Lines(w.place.inside(name), d.Source.Bytes); err != nil {
				return err
			}
		}
		return nil
	})
	return ranges, err
}

// atCommit is the tree of a commit, which has all that git tracks there.
type atCommit struct{ *earlier.Tree }

// Index implements discover.Tree.
func (t atCommit) Index() discover.Index { return t.Tree }

func countFindings(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// atBase is this workspace in the work tree as it was at the base.
func (w *Workspace) atBase(ctx context.Context, tree *earlier.Tree) (*Workspace, error) {
	b := *w
	at := *w.place
	at.paths = slices.DeleteFunc(slices.Clone(at.paths), func(path string) bool {
		_, err := tree.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
	b.place, b.tree, b.Files, b.Found = &at, atCommit{tree}, nil, &discover.Result{}
	b.notices, b.problems, b.skipped = nil, nil, nil
	if len(at.paths) == 0 {
		return &b, nil
	}
	return &b, b.find(ctx, false)
}

// MarkKnown marks those findings of the head that the base has too, and counts those
// that only the base has. Of equal ones in a file, those on changed lines are the
// new ones. moved has the path at the base of files that were moved.
func MarkKnown(head, base []*lint.Diagnostic, moved map[string]string, touched func(*lint.Diagnostic) bool) (fewer int) {
	known := map[string]int{}
	for _, d := range base {
		if d.Suppressed == nil {
			known[d.FingerprintKey()]++
		}
	}
	here := slices.DeleteFunc(slices.Clone(head), func(d *lint.Diagnostic) bool { return d.Suppressed != nil })
	slices.SortStableFunc(here, func(a, b *lint.Diagnostic) int { return cmp.Compare(rank(touched(a)), rank(touched(b))) })
	for _, d := range here {
		key := d.FingerprintKeyAt(cmp.Or(moved[d.Source.Path], d.Source.Path))
		d.Unchanged = known[key] > 0
		if d.Unchanged {
			known[key]--
		}
	}
	for _, n := range known {
		fewer += n
	}
	return fewer
}

func rank(last bool) int {
	if last {
		return 1
	}
	return 0
}

// moved finds for each linted file that the base lacks the one at the base that it
// was: the most alike of those that are gone, if half of the lines are the same.
func moved(r, before *lint.Result, head, base *Workspace) map[string]string {
	const most = 100 // of each: every pair is compared
	here, there := sourcesOf(r), sourcesOf(before)
	now, was := head.targets(), base.targets()
	var gone []string
	for _, path := range before.Files {
		if _, stays := now[path]; !stays && there[path] != nil && len(gone) < most {
			gone = append(gone, path)
		}
	}
	out := map[string]string{}
	for _, path := range r.Files {
		if _, old := was[path]; old || here[path] == nil || len(gone) == 0 || len(out) == most {
			continue
		}
		best, at := 0.5, -1
		for i, old := range gone {
			if now[path] != was[old] {
				continue
			}
			if same := alike(here[path].Bytes, there[old].Bytes); same >= best {
				best, at = same, i
			}
		}
		if at >= 0 {
			out[path] = gone[at]
			gone = slices.Delete(gone, at, at+1)
		}
	}
	return out
}

// alike is the part of the longer file's lines that both have.
func alike(a, b []byte) float64 {
	to := text.LineMap(a, b)
	same := 0
	for _, line := range to {
		if line > 0 {
			same++
		}
	}
	return float64(same) / float64(max(len(to)-1, bytes.Count(b, []byte("\n")), 1))
}

// sourcesOf are the files that have findings.
func sourcesOf(r *lint.Result) map[string]*lint.Source {
	all := map[string]*lint.Source{}
	for _, d := range r.Diagnostics {
		all[d.Source.Path] = d.Source
	}
	return all
}

// targets are what the workspace's files are read as, by path.
func (w *Workspace) targets() map[string]lint.Target {
	all := make(map[string]lint.Target, len(w.Files))
	for _, f := range w.Files {
		all[f.Path] = f.Target
	}
	return all
}
