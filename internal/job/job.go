// Package job has what the jobs of every platform do alike between the findings of a run and
// the calls of a forge: the places of a summary, the comparison of audits, and for a job that is a command and no
// step of a workflow, the review of its change, the proposal of its fixes and its memory.
package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

// Category is the identity of a run over these paths, where none is given.
func Category(paths []string) string {
	name := "dockmend"
	if where := strings.Join(paths, ","); where != "" && where != "." {
		name += "/" + strings.TrimPrefix(where, "./")
	}
	return strings.Trim(name, "/")
}

// Placed tells the summary what is shown elsewhere; nil where nothing is planned. fixed words
// what has fixed a finding, empty for nothing.
func Placed(plan *review.Plan, fixed func(*lint.Diagnostic) string) *report.Placed {
	if plan == nil {
		return nil
	}
	places := map[*lint.Diagnostic]*review.Placement{}
	p := &report.Placed{}
	for _, x := range plan.Placements {
		places[x.Finding] = x
		if x.Patch == nil {
			continue
		}
		var edits []text.Edit
		for _, e := range x.Patch.Edits {
			edits = append(edits, e.Edit)
		}
		source := x.Finding.Source
		after, err := text.Apply(source.Bytes, edits)
		if err != nil {
			continue
		}
		p.Patches = append(p.Patches, report.Patch{
			Title: fmt.Sprintf(
				"%s: %s (%s; %s)", x.Finding.Rule.ID, x.Patch.Title, x.Patch.Applicability,
				x.Finding.Proof.Effect.Words(x.Finding.Rule.Target),
			),
			Diff: text.UnifiedDiff(source.Path, source.Bytes, after),
		})
	}
	slices.SortStableFunc(p.Patches, func(a, b report.Patch) int { return strings.Compare(a.Title, b.Title) })
	p.Elsewhere = func(d *lint.Diagnostic) string {
		if by := fixed(d); by != "" {
			return by
		}
		if x := places[d]; x != nil && x.Channel != review.InSummary {
			return x.Channel.String()
		}
		return ""
	}
	p.Why = func(d *lint.Diagnostic) string {
		if x := places[d]; x != nil {
			return x.Why
		}
		return ""
	}
	return p
}

// CompareAudits says what an audit found that the last one has not, and the other way round.
func CompareAudits(audit *report.Audit, last review.AuditState, r *lint.Result) {
	before, now := map[string]bool{}, map[string]bool{}
	for _, f := range last.Findings {
		before[f.Fingerprint] = true
	}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			continue
		}
		now[d.Fingerprint] = true
		if !before[d.Fingerprint] {
			audit.New = append(audit.New, d)
		}
	}
	for _, f := range last.Findings {
		if !now[f.Fingerprint] {
			audit.Gone = append(audit.Gone, report.GoneFinding{Rule: f.Rule, File: f.File})
		}
	}
	slices.SortStableFunc(audit.New, func(x, y *lint.Diagnostic) int { return int(y.Severity) - int(x.Severity) })
	slices.SortStableFunc(audit.Gone, func(x, y report.GoneFinding) int { return strings.Compare(x.File, y.File) })
}
