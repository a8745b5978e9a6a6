package run

import (
	"context"
	"slices"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/report"
)

// Check checks the files, and proves the fixes where the options ask for it.
func (w *Workspace) Check(ctx context.Context) *lint.Result { return w.check(ctx, w.options.Prove) }

func (w *Workspace) check(ctx context.Context, proves bool) *lint.Result {
	result := engine.Run(ctx, w.checker, w.Files, w.options.Jobs)
	result.Problems = append(w.problems, engine.Stopped(result.Problems, len(w.Files))...)
	result.Hidden = append(w.hidden(), result.Hidden...)
	result.Notices = slices.Clone(w.notices)
	w.refuse(result)
	result.AsOf = w.Rules.Settings().AsOf
	if len(w.Files) > 0 {
		result.Skipped = append(w.skipped, result.Skipped...)
	}
	result.Skipped = offlineOnce(result.Skipped)
	if proves {
		w.Prove(ctx, result)
	}
	result.Problems = append(result.Problems, w.unanswered()...)
	if w.store != nil {
		result.Skipped = append(result.Skipped, cutIn(w.store)...)
		w.store.Forget() // a report needs nothing of it
	}
	return result
}

// Prove proves the fixes of a result, unless the watchdog has ended the run.
func (w *Workspace) Prove(ctx context.Context, r *lint.Result) {
	if w.watch.Fired() == "" {
		engine.Prove(ctx, w.checker, r, w.Files, w.options.Jobs)
	}
}

// LimitReached is the rule that says which bound was reached.
const LimitReached = "limit-reached"

// cutIn is what bounds kept from being read, as a report has it.
func cutIn(store *project.Store) []lint.SkippedRule {
	var skipped []lint.SkippedRule
	for _, c := range store.Cuts() {
		skipped = append(skipped, lint.SkippedRule{Rule: LimitReached, File: c.Folder, Reason: c.Reason})
	}
	return skipped
}

// Verdict is how a run ended.
type Verdict uint8

// The verdicts, the worst last: what could not be completed comes before findings, since a
// clean report would be no proof then.
const (
	Clean Verdict = iota
	Failed
	NotCompleted
)

// Judge says how the run of a result ended, by the rules that it was made with.
func Judge(r *lint.Result, rules *config.RuleSet) Verdict {
	failOn, never := rules.FailOn()
	switch {
	case len(r.Problems) > 0:
		return NotCompleted
	case !never && r.Worst() >= failOn:
		return Failed
	}
	return Clean
}

// Judge says how a run over several roots ended: as the worst of them.
func (all Workspaces) Judge(results []*lint.Result) Verdict {
	worst := Clean
	for i, w := range all {
		worst = max(worst, Judge(results[i], w.Rules))
	}
	return worst
}

// Verdict is how a run ended, as reports say it. Of several roots with severities of
// their own, the lowest is named.
func (all Workspaces) Verdict(results []*lint.Result) report.Verdict {
	v := report.Verdict{Conclusion: "success"}
	switch all.Judge(results) {
	case Clean:
	case Failed:
		v.Conclusion = "failure"
	case NotCompleted:
		v.Conclusion = "incomplete"
	}
	for _, w := range all {
		if severity, never := w.Rules.FailOn(); !never && (v.FailOn == lint.SeverityUnset || severity < v.FailOn) {
			v.FailOn = severity
		}
	}
	return v
}
