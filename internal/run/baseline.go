package run

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// MarkBaseline marks the findings of these workspaces that a baseline knows, and says
// which of its entries match nothing any more. flag is how messages name the setting.
func (all Workspaces) MarkBaseline(r *lint.Result, flag, name string, read Source) error {
	baseline, err := readBaseline(flag, name, read)
	if err != nil {
		return err
	}
	all.mark(r, name, baseline)
	return nil
}

func readBaseline(flag, name string, read Source) (*engine.Baseline, error) {
	src, err := read(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	baseline, err := engine.ParseBaseline(src)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", flag, name, err)
	}
	return baseline, nil
}

// mark marks what a baseline knows, and says what of it is gone.
func (all Workspaces) mark(r *lint.Result, name string, baseline *engine.Baseline) {
	baseline.Mark(r)
	for _, w := range all {
		w.unmark(r)
	}
	stale := baseline.Stale(r, func(rule, file string) bool {
		return slices.ContainsFunc(all, func(w *Workspace) bool { return w.judges(r, rule, file) })
	})
	if len(stale) > 0 {
		words := "1 finding is gone"
		if len(stale) > 1 {
			words = fmt.Sprintf("%d findings are gone", len(stale))
		}
		r.Notices = append(r.Notices, fmt.Sprintf("baseline %s: %s, such as %s; --write-baseline %s writes it again", name, words, stale[0], name))
	}
}

// judges reports whether a finding of a rule in a file would have been seen: the rule
// looked at it, or the file is not there any more.
func (w *Workspace) judges(r *lint.Result, rule, file string) bool {
	if w.options.Alone {
		return false
	}
	i := slices.IndexFunc(w.Files, func(f engine.File) bool { return f.Path == file })
	if i < 0 {
		_, err := w.tree.Lstat(w.place.inside(file))
		return errors.Is(err, fs.ErrNotExist)
	}
	found := rules.All().Find(rule)
	skipped := slices.ContainsFunc(r.Skipped, func(s lint.SkippedRule) bool { return s.Rule == rule && (s.File == "" || s.File == file) })
	failed := slices.ContainsFunc(r.Problems, func(p lint.Problem) bool { return p.File == "" || p.File == file })
	return len(found) == 1 && w.Files[i].Policy.Enabled(found[0]) && !skipped && !failed
}

// Baseline is the path, from the root, of the baseline that the configuration names;
// empty for none.
func (w *Workspace) Baseline() string { return w.baseline }

// readOwn reads the configuration's baseline, before anything is linted or fixed. With a
// base to compare with, the base's file counts, as its configuration does.
func (w *Workspace) readOwn() (err error) {
	if w.baseline == "" || w.options.Baselined {
		return nil
	}
	if above := w.options.Policy.config(); above != nil && !above.Baselines {
		return nil
	}
	read := func(name string) ([]byte, error) { return w.tree.Read(name, maxNamed) }
	if w.since != nil && w.options.Config == "" {
		read = w.since.Policy
	}
	w.known, err = readBaseline("baseline: in "+w.config, w.baseline, func(name string) ([]byte, error) {
		src, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", name, Plain(err))
		}
		return src, nil
	})
	return err
}

// MarkOwn marks what the configuration's baseline knows.
func (w *Workspace) MarkOwn(r *lint.Result) {
	if w.known != nil {
		Workspaces{w}.mark(r, w.baseline, w.known)
	}
}
