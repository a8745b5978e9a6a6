package action

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
)

// maxFurther bounds the files of findings that are taken over.
const maxFurther = 20

// handed is what the run before found and this one did not.
type handed struct {
	findings []*lint.Diagnostic
	notes    []string
	// unjudged says why it is not known which of it is new; empty if it is.
	unjudged string
}

// takeOver reads what the run before found and this one cannot find again, since
// it has no files but the changed ones.
func (s *step) takeOver(ctx context.Context, w *run.Workspace, r *lint.Result) (out handed) {
	handoff, err := s.readHandoff(ctx)
	if err != nil {
		out.notes = []string{"the report of the previous run is not used: " + err.Error()}
		return out
	}
	diff, err := s.changes(ctx)
	if err != nil {
		return out // scope has read it
	}
	known, own := map[string]bool{}, map[string]*lint.Diagnostic{}
	for _, d := range r.Diagnostics {
		known[d.Fingerprint], own[d.Fingerprint] = true, d
	}
	metas := map[string]*lint.Meta{}
	for _, m := range rules.All().Metas() {
		metas[m.ID] = m
	}
	ours := cleaned(s.in.paths)
	refused := 0
	var taken []*lint.Diagnostic // those whose lines say whether they are new
	further := map[string]bool{} // files that were not linted again; each costs a call
	wanted := func(f *review.HandedOver) bool {
		if _, excluded := w.Rules.Excluded(f.Path); excluded || !review.Below(f.Path, ours) || !w.Rules.Runs(f.Rule) {
			return false
		}
		if slices.Contains(r.Files, f.Path) {
			return true
		}
		if !further[f.Path] && len(further) == maxFurther {
			return false
		}
		further[f.Path] = true
		return true
	}
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
		if wanted(f) {
			d = s.handedOver(ctx, diff, f, metas[f.Rule])
		}
		if d == nil {
			refused++
			continue
		}
		out.findings = append(out.findings, d)
		if _, caused := d.Cause(); !caused { // that run saw both sides, and this one does not
			taken = append(taken, d)
		}
	}
	if s.in.onlyChanged {
		if err := s.markByLines(ctx, taken); err != nil {
			out.unjudged = err.Error()
		}
	}
	if refused > 0 {
		out.notes = append(out.notes, fmt.Sprintf("findings of the previous run that are not shown, because their files, lines or rules are not in the head commit: %d", refused))
	}
	return out
}

// readHandoff reads what the run before left for this one.
func (s *step) readHandoff(ctx context.Context) (*review.Handoff, error) {
	src, err := s.forge.ReadArtifact(ctx, s.event.Run, artifactName(s.in.category))
	if err != nil {
		return nil, err
	}
	return review.ReadHandoff(src, s.event.Subject(), s.in.category)
}

// handedOver makes a finding of what the run before says, held against the head's file. A
// file that the change does not touch is read for a finding that the change caused.
func (s *step) handedOver(ctx context.Context, diff *review.Diff, f *review.HandedOver, rule *lint.Meta) *lint.Diagnostic {
	cause, caused := f.Cause(ctx, diff)
	var head []byte
	var err error
	if caused && !diff.Has(f.Path) {
		head, err = s.forge.ReadFile(ctx, f.Path, s.event.Head)
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
