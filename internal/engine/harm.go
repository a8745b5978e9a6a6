package engine

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
)

// What fixes do to the findings of other rules: one that brings a new error, or
// makes a finding disappear whose cause stays, is not applied.

// take applies a step, unless a fix of it harms: then those that harm by themselves
// are refused, and the others wait for the next round, which proves them anew. alone
// is set where they harm only together, so that one of them must go first.
func (x *Fixer) take(ctx context.Context, f File, out *Fixed, s step) (alone bool) {
	if len(s.good) == 0 || ctx.Err() != nil {
		return false
	}
	left := x.look(ctx, f, out, s.after)
	harm := harmOf(out.Left.Diagnostics, left.Diagnostics, s)
	switch {
	case harm == "":
		out.After, out.Left = s.after, left
		out.Applied = append(out.Applied, s.applied...)
		return false
	case len(s.good) == 1:
		out.refuse(s.good[0], prove.Verdict{Effect: s.applied[0].Verdict.Effect}, harm)
		return false
	}
	before := len(out.refused)
	x.refuseHarmful(ctx, f, out, s)
	return len(out.refused) == before
}

// refuseHarmful refuses the fixes of a step that harm by themselves. It halves the
// step, as most of its fixes are harmless together.
func (x *Fixer) refuseHarmful(ctx context.Context, f File, out *Fixed, s step) {
	half := len(s.good) / 2
	for _, part := range []step{{good: s.good[:half], applied: s.applied[:half]}, {good: s.good[half:], applied: s.applied[half:]}} {
		var ok bool
		if part.after, ok = applyAll(out.After, part.good); !ok || out.looked > limits.FixBytes || ctx.Err() != nil {
			continue
		}
		switch harm := harmOf(out.Left.Diagnostics, x.look(ctx, f, out, part.after).Diagnostics, part); {
		case harm == "":
		case len(part.good) == 1:
			out.refuse(part.good[0], prove.Verdict{Effect: part.applied[0].Verdict.Effect}, harm)
		default:
			x.refuseHarmful(ctx, f, out, part)
		}
	}
}

// harmOf says what a step does to the findings of other rules; empty for nothing.
// A step that leaves the build as it is fixes nothing but what it touches: what
// disappears elsewhere is only hidden.
func harmOf(before, after []*lint.Diagnostic, s step) string {
	// A warning that becomes an error is one too.
	errorsBefore, errorsAfter := countByRule(before, isError), countByRule(after, isError)
	for _, d := range after {
		if isError(d) && d.Counts() && errorsAfter[keyOf(d)] > errorsBefore[keyOf(d)] {
			return fmt.Sprintf("it would cause a new error: %s", d.Message)
		}
	}
	if slices.ContainsFunc(s.applied, func(a Applied) bool {
		return a.Verdict.Effect != lint.EffectNone && a.Verdict.Effect != lint.EffectShell
	}) {
		return ""
	}
	is, touches := countByRule(after, everyFinding), s.touches()
	apart := countByRule(before, func(d *lint.Diagnostic) bool { return !touches(d) })
	for _, d := range before {
		if d.Counts() && apart[keyOf(d)] > is[keyOf(d)] {
			return fmt.Sprintf("it would hide a finding of %s without fixing it", d.Rule.ID)
		}
	}
	return ""
}

// findingKey is what a finding is about, without its place.
type findingKey struct{ rule, variant string }

func keyOf(d *lint.Diagnostic) findingKey { return findingKey{d.Rule.ID, d.Variant} }

func isError(d *lint.Diagnostic) bool { return d.Severity == lint.Error }

func everyFinding(*lint.Diagnostic) bool { return true }

func countByRule(diagnostics []*lint.Diagnostic, counts func(*lint.Diagnostic) bool) map[findingKey]int {
	n := map[findingKey]int{}
	for _, d := range diagnostics {
		if d.Counts() && counts(d) {
			n[keyOf(d)]++
		}
	}
	return n
}

// touches makes a test of whether a finding is one that the step fixes, of the same
// rule, or stands on lines that it edits.
func (s step) touches() func(*lint.Diagnostic) bool {
	rules := map[*lint.Meta]bool{}
	edited := map[*lint.Source][]lines{}
	for _, c := range s.good {
		rules[c.finding.Rule] = true
		source := c.finding.Source
		for _, e := range c.edits {
			edited[source] = append(edited[source], lines{source.Lines.Position(e.Span.Start).Line, source.Lines.Position(e.Span.End).Line})
		}
	}
	for _, all := range edited {
		slices.SortFunc(all, func(a, b lines) int { return a.first - b.first })
		for i := 1; i < len(all); i++ {
			all[i].last = max(all[i].last, all[i-1].last)
		}
	}
	return func(d *lint.Diagnostic) bool {
		// Of those that begin no later, the last one goes as far down as any.
		all, last := edited[d.Source], d.End().Line
		n := sort.Search(len(all), func(i int) bool { return all[i].first > last })
		return rules[d.Rule] || (n > 0 && all[n-1].last >= d.Start().Line)
	}
}

// lines are some that follow each other.
type lines struct{ first, last int }
