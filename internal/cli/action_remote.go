package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/rules"
)

// On pull_request_target and workflow_run the token may write and the work tree,
// if there is one, is not the pull request's. Checking that out there is how
// repositories are taken over, so the changed files that dockmend lints are read
// through the API, as data, into a folder of their own.

// maxFurther bounds the files of findings that are taken over.
const maxFurther = 20

// fetched is how many files are read at most; each costs a call.
const fetched = 60

// fetch makes the folder that is linted; clean removes it.
func (a *action) fetch(ctx context.Context) (clean func(), err error) {
	if a.event.Run != nil {
		if err := a.client.FindPull(ctx, a.event); err != nil {
			return nil, incomplete(err) // run knows what is no failure
		}
	}
	// The runner empties its own folder after the job, even if this is killed.
	scratch := a.env.Getenv("RUNNER_TEMP")
	if !files.IsFolder(scratch) {
		scratch = ""
	}
	root, remove, err := files.Scratch(scratch)
	if err != nil {
		return nil, incomplete(err)
	}
	clean = func() { _ = remove() } // nobody reads it afterwards
	if err := a.fill(ctx, root); err != nil {
		clean()
		return nil, incomplete(err)
	}
	env := *a.env
	env.Dir = root.Dir()
	a.lintEnv = &env
	a.in.alone, a.in.allowEmpty, a.in.noGitignore = true, true, true
	a.notices = append(a.notices, "only the changed Dockerfiles are linted here, read through the API: rules that look at the files around them have nothing to see")
	return clean, nil
}

// fill writes those of the changed files that are linted.
func (a *action) fill(ctx context.Context, root *files.Root) error {
	diff, err := a.changes(ctx)
	if err != nil {
		return err
	}
	// A folder with this name ends the search for the repository's root.
	if err := root.MakeFolder(".git", files.Writing{}); err != nil {
		return err
	}
	found, err := a.lay(ctx, root, diff.Paths())
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, f := range found.Files {
		if f.Target != lint.TargetDockerfile || !review.Below(f.Path, cleaned(a.in.paths)) {
			continue
		}
		if len(wanted) == fetched {
			a.unjudged = fmt.Sprintf("the change has more than %d Dockerfiles, and so many are read through the API", fetched)
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
	for _, name := range a.in.paths { // a named path must be there
		if _, err := root.Stat(name); err != nil {
			if err := root.MakeFolder(name, files.Writing{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// lay finds out which of the changed files are ours. Their names alone say so, so empty
// files stand for them.
func (a *action) lay(ctx context.Context, root *files.Root, names []string) (found *discover.Result, err error) {
	frame := &session{}
	frame.watchOver()
	defer frame.unwatch()
	left := 0
	err = frame.around(ctx, engine.StepFind, func() (err error) {
		for _, name := range names {
			if root.Put(name, nil) != nil {
				left++
			}
		}
		found, err = discover.Find(root, nil, discover.Options{NoGitignore: true, Committed: true})
		return err
	})
	if err != nil && !errors.Is(err, discover.ErrNothing) {
		return nil, err
	}
	if left > 0 {
		a.notices = append(a.notices, fmt.Sprintf("%s with an odd path not looked at", countFiles(left)))
	}
	return found, nil
}

func cleaned(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = path.Clean(filepath.ToSlash(p))
	}
	return out
}

// remoteSession lints the folder by the base's configuration, and by no other.
func (a *action) remoteSession(ctx context.Context, policy policySource) (*session, error) {
	if policy == nil {
		return nil, errors.New("the event names no base commit, whose configuration would decide")
	}
	base, err := a.readPolicy(policy)
	if err == nil && base.name == "" {
		err = a.client.Exists(ctx, a.event.Base)
	}
	if err != nil {
		a.unjudged = "the base's configuration cannot be read: " + err.Error()
		base = policyFile{}
	}
	return soleSession(ctx, a.lintEnv, &a.in.lintFlags, a.in.paths, base.read)
}

// takeOver adds what the run before found and this one cannot find again, since
// it has no files but the changed ones.
func (a *action) takeOver(ctx context.Context, s *session, r *lint.Result) {
	src, err := a.client.ReadArtifact(ctx, a.event.Run, artifactName(a.in.category))
	var handoff *review.Handoff
	if err == nil {
		handoff, err = review.ReadHandoff(src, a.event.Subject(), a.in.category)
	}
	if err != nil {
		a.notices = append(a.notices, "the report of the run before is not used: "+err.Error())
		return
	}
	known, own := map[string]bool{}, map[string]*lint.Diagnostic{}
	for _, d := range r.Diagnostics {
		known[d.Fingerprint], own[d.Fingerprint] = true, d
	}
	metas := map[string]*lint.Meta{}
	for _, m := range rules.All().Metas() {
		metas[m.ID] = m
	}
	diff, err := a.changes(ctx)
	if err != nil {
		return // fetch has read it
	}
	ours := cleaned(a.in.paths)
	refused := 0
	var taken []*lint.Diagnostic
	further := map[string]bool{} // files that were not linted again; each costs a call
	for i := range handoff.Findings {
		f := &handoff.Findings[i]
		if d := own[f.Fingerprint]; d != nil && d.Unchanged {
			taken = append(taken, d)
		}
		if known[f.Fingerprint] {
			continue
		}
		known[f.Fingerprint] = true
		var d *lint.Diagnostic
		if _, excluded := s.rules.Excluded(f.Path); !excluded && review.Below(f.Path, ours) && s.rules.Runs(f.Rule) &&
			(slices.Contains(r.Files, f.Path) || further[f.Path] || len(further) < maxFurther) {
			if !slices.Contains(r.Files, f.Path) {
				further[f.Path] = true
			}
			d = a.handedOver(ctx, diff, f, metas[f.Rule])
		}
		if d == nil {
			refused++
			continue
		}
		r.Diagnostics = append(r.Diagnostics, d)
		if _, caused := d.Cause(); !caused { // that run saw both sides, and this one does not
			taken = append(taken, d)
		}
	}
	if a.in.onlyChanged {
		a.keepChangedOf(ctx, taken)
	}
	if refused > 0 {
		a.notices = append(a.notices, fmt.Sprintf("findings of the run before that are not shown, since their files, lines or rules are not those of the head: %d", refused))
	}
}

// handedOver makes a finding of what the run before says, held against the head's file. A
// file that the change does not touch is read for a finding that the change caused.
func (a *action) handedOver(ctx context.Context, diff *review.Diff, f *review.HandedOver, rule *lint.Meta) *lint.Diagnostic {
	cause, caused := f.Cause(ctx, diff)
	var head []byte
	var err error
	if caused && !diff.Has(f.Path) {
		head, err = a.client.ReadFile(ctx, f.Path, a.event.Head)
	} else {
		head, err = diff.Head(ctx, f.Path)
	}
	if err != nil {
		return nil
	}
	d := f.Finding(rule, head)
	if d != nil && caused {
		d.Related = append(d.Related, cause)
	}
	return d
}

// artifactName is the artifact in which the run before left its report: its
// category, with what no artifact's name may have as dashes.
func artifactName(category string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`":<>|*?\/`, r) || r < ' ' {
			return '-'
		}
		return r
	}, category)
}

// complete reports whether a run saw everything, so that what it did not find is
// gone. On workflow_run none does: it has the changed Dockerfiles alone, and what
// the run before says of the rest is a stranger's word.
func (a *action) complete(s *session, r *lint.Result) bool {
	return len(r.Problems) == 0 && !s.unsure() && a.unjudged == "" && a.event.Run == nil && len(s.found.Problems) == 0
}

// changes asks once what the pull request changes.
func (a *action) changes(ctx context.Context) (*review.Diff, error) {
	if a.diff != nil {
		return a.diff, nil
	}
	diff, err := a.client.Diff(ctx, a.event)
	if err == nil {
		a.diff = diff
	}
	return diff, err
}
