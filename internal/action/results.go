package action

import (
	"context"
	"fmt"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/run"
)

// found is what the run found. It is complete when it is made: what follows shows it, and
// changes none of it.
type found struct {
	*lint.Result
	// in is the workspace that was looked at.
	in *run.Workspace
	// unjudged says why the run cannot tell what is new, so that it fails no
	// job; empty if it can.
	unjudged string
	// notes are what the summary says of the run besides.
	notes []string
}

// results checks the files, adds what the run before has handed over, and marks what is
// not new. notes and unjudged are what was learned on the way here.
func (s *step) results(ctx context.Context, p *policy, notes []string, unjudged string) (*found, error) {
	w := p.base
	r := w.Check(ctx)
	notes = once(notes, s.remember(ctx, w))
	if p.head != nil {
		notes = append(notes, wouldSilence(r, p.head.Check(ctx)))
	}
	byLines := false
	if s.in.onlyChanged {
		unjudged, byLines = s.markNew(ctx, w, r, unjudged)
	}
	if err := s.markBaseline(ctx, w, r); err != nil {
		return nil, err
	}
	if len(w.Files) == 0 && len(r.Problems) == 0 {
		r.Notices = append(r.Notices, nothingToLint(w))
	}
	switch {
	case byLines:
		notes = append(notes, unjudged+"; so findings on changed lines count as new, and no finding fails the job")
	case unjudged != "":
		notes = append(notes, unjudged+"; so all findings are reported, and none fails the job")
	}
	if s.event.Run != nil {
		handed := s.takeOver(ctx, w, r)
		r.Diagnostics = append(r.Diagnostics, handed.findings...)
		if handed.unjudged != "" {
			unjudged = handed.unjudged
		}
		notes = append(notes, handed.notes...)
	}
	if s.event.PullRequest() {
		w.Prove(ctx, r)
	}
	return &found{r, w, unjudged, notes}, nil
}

// complete reports whether a run saw everything, so that what it did not find is
// gone. On workflow_run none does: it has the changed Dockerfiles alone, and what
// the run before says of the rest is a stranger's word.
func (s *step) complete(f *found) bool {
	isKnown := f.unjudged == "" && s.event.Run == nil
	return isKnown && len(f.Problems) == 0 && len(f.in.Failures()) == 0 && len(f.in.Found.Problems) == 0
}

func nothingToLint(w *run.Workspace) string {
	words := "nothing to lint: no Dockerfile"
	if n := len(w.Found.Skipped); n > 0 {
		first := w.Found.Skipped[0]
		words += fmt.Sprintf("; skipped: %s (%s)", first.Path, first.Reason)
		if n > 1 {
			words += fmt.Sprintf(" and %d more", n-1)
		}
		words += "; set the input path to the folder with the files"
	}
	return words
}

func (s *step) markBaseline(ctx context.Context, w *run.Workspace, r *lint.Result) error {
	name, setting := s.in.baseline, "input baseline"
	if name == "" {
		name, setting = w.Shown(w.Baseline()), "baseline: in the configuration"
	}
	if s.in.baseline == "" && w.Baseline() == "" {
		return nil
	}
	read := run.Source(s.env.ReadFile)
	if policy := s.basePolicy(ctx); policy != nil {
		read = func(name string) ([]byte, error) { return policy(w.Inside(name)) }
	}
	return run.Workspaces{w}.MarkBaseline(r, setting, name, read)
}

// once adds a note that is not there yet; the empty one is none.
func once(notes []string, note string) []string {
	for _, n := range notes {
		if n == note {
			return notes
		}
	}
	if note == "" {
		return notes
	}
	return append(notes, note)
}
