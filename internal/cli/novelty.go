package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dockmend/dockmend/internal/config"
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

// policySince reads the configuration of the base, which decides in both trees. The
// work tree's counts where the base's is not valid.
func (s *session) policySince(ref string) (policySource, error) {
	name, src, err := findConfig(s.since.Policy)
	if err != nil {
		return nil, fmt.Errorf("--changed-since: %w", err)
	}
	own, now, err := findConfig(s.place.readPolicy)
	if err == nil && own == name && bytes.Equal(src, now) {
		return nil, nil
	}
	base := policyFile{name, src}
	if name != "" {
		if _, err := config.Parse(name, src, nil); err != nil && !slices.Contains(config.HadolintNames(), name) {
			s.notices = append(s.notices, fmt.Sprintf("the configuration at %s is not valid, so the work tree's counts: %s", ref, firstLine(err)))
			return nil, nil
		}
	}
	s.notices = append(s.notices, fmt.Sprintf("the configuration differs from that at %s, which decides", ref))
	return base.read, nil
}

// changeBase is what a change is compared with: the work tree as it was before.
type changeBase struct {
	tree *earlier.Tree
	// changed are the paths that the change touches, in order.
	changed []string
	// lines are the lines of a file that changed, by its path and its content now.
	lines func(path string, now []byte) ([]gitdiff.Range, error)
}

// baseIn is the base that a comparison in a clone has.
func (s *session) baseIn(c *gitdiff.Comparison) (*changeBase, error) {
	tree, changed, err := c.Tree(s.place.root, s.lints())
	if err != nil {
		return nil, err
	}
	return &changeBase{tree, changed, c.Changed}, nil
}

// lints reports of a path from the root whether the session lints that file.
func (s *session) lints() func(path string) bool {
	linted := map[string]bool{}
	for _, f := range s.files {
		linted[s.place.inside(f.Path)] = true
	}
	return func(path string) bool { return linted[path] }
}

// markSince marks the findings that are not new since a commit.
func (s *session) markSince(ctx context.Context, flags *lintFlags, r *lint.Result) error {
	var base *changeBase
	err := s.around(ctx, engine.StepHistory, func() (err error) {
		base, err = s.baseIn(s.since)
		return err
	})
	if err != nil {
		return err
	}
	return s.markNew(ctx, flags, r, base)
}

// markNew lints the base, and marks the findings that it has too.
func (s *session) markNew(ctx context.Context, flags *lintFlags, r *lint.Result, change *changeBase) error {
	base, err := s.atBase(ctx, flags, change.tree)
	if err != nil {
		return fmt.Errorf("the files of the base: %w", err)
	}
	proveless := *flags
	proveless.prove = false
	before := base.run(ctx, &proveless)
	if len(before.Problems) > len(s.unanswered()) {
		return fmt.Errorf("the base cannot be linted: %s: %s", before.Problems[0].File, before.Problems[0].Message)
	}
	ranges, err := s.changedLines(ctx, r, change)
	if err := errors.Join(err, change.tree.Err()); err != nil {
		return fmt.Errorf("the files of the base: %w", err)
	}
	touched := func(d *lint.Diagnostic) bool {
		return ranges.Touches(d.Source.Path, d.Start().Line, d.End().Line)
	}
	fewer := markKnown(r.Diagnostics, before.Diagnostics, moved(r, before, s, base), touched)
	if fewer > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("%s fewer than before", countFindings(fewer)))
	}
	c := &causes{session: s, base: change, linted: map[string]bool{}, lines: map[string][]int{}, now: map[string]*lint.Source{}}
	for _, f := range slices.Concat(s.files, base.files) {
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
func (s *session) changedLines(ctx context.Context, r *lint.Result, change *changeBase) (gitdiff.Changes, error) {
	ranges := gitdiff.Changes{}
	err := s.around(ctx, engine.StepHistory, func() (err error) {
		for _, d := range r.Diagnostics {
			name := d.Source.Path
			if _, known := ranges[name]; known {
				continue
			}
			if ranges[name], err = change.lines(s.place.inside(name), d.Source.Bytes); err != nil {
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

// atBase is this session in the work tree as it was at the base.
func (s *session) atBase(ctx context.Context, flags *lintFlags, tree *earlier.Tree) (*session, error) {
	b := *s
	at := *s.place
	at.paths = slices.DeleteFunc(slices.Clone(at.paths), func(path string) bool {
		_, err := tree.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
	b.place, b.tree, b.files, b.found = &at, atCommit{tree}, nil, &discover.Result{}
	b.notices, b.problems, b.skipped = nil, nil, nil
	if len(at.paths) == 0 {
		return &b, nil
	}
	lenient := *flags
	lenient.allowEmpty = true
	return &b, b.find(ctx, &lenient, false)
}

// markKnown marks those findings of the head that the base has too, and counts those
// that only the base has. Of equal ones in a file, those on changed lines are the
// new ones. moved has the path at the base of files that were moved.
func markKnown(head, base []*lint.Diagnostic, moved map[string]string, touched func(*lint.Diagnostic) bool) (fewer int) {
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
func moved(r, before *lint.Result, head, base *session) map[string]string {
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

// targets are what the session's files are read as, by path.
func (s *session) targets() map[string]lint.Target {
	all := make(map[string]lint.Target, len(s.files))
	for _, f := range s.files {
		all[f.Path] = f.Target
	}
	return all
}
