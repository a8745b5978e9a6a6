package engine

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/text"
)

// MaxRounds is how many rounds may pass in which the findings with a fix do not
// become fewer: then they come to no end. A long file has as many rounds as it
// needs.
const MaxRounds = 20

// Fixer applies fixes to one file at a time. It is immutable and safe for
// concurrent use.
type Fixer struct {
	Checker *Checker
	// Unsafe also applies fixes that may change what the image does.
	Unsafe bool
	// Mark, if set, marks those findings of a file that are not to be fixed. It is
	// asked in every round.
	Mark func(findings []*lint.Diagnostic)
}

// Fixed is a file after its fixes.
type Fixed struct {
	Path          string
	Before, After []byte
	Applied       []Applied
	// Refused are fixes that were not applied, and why.
	Refused []Refused
	// Left are the findings in After.
	Left     *Checked
	Problems []lint.Problem

	// spent is the verdict on a fix that had no proof since the budget was used up.
	spent prove.Verdict
	// refused has the findings whose fix was refused at last, by fingerprint.
	refused map[string]bool
}

// Applied is a fix that was applied, with what it was shown to do.
type Applied struct {
	Rule    *lint.Meta
	Variant string
	Title   string
	Verdict prove.Verdict
	// Demoted is set when the effect exceeds what the rule declares.
	Demoted bool
	// Changes is what the rule declares of a compose file's model.
	Changes []string
	// Safe is set for what would be applied without Unsafe too.
	Safe bool
	// Fingerprint is that of the finding which was fixed.
	Fingerprint string
}

// Refused is a fix that was not applied.
type Refused struct {
	Rule    *lint.Meta
	Title   string
	Line    int
	Reason  string
	Verdict prove.Verdict
}

// Changed tells whether any byte differs.
func (f *Fixed) Changed() bool { return !bytes.Equal(f.Before, f.After) }

// candidate is a fix that may be applied in this round.
type candidate struct {
	finding *lint.Diagnostic
	fix     *lint.Fix
	edits   []text.Edit
}

// Fix applies the fixes of a file to a fixed point. Fixes that are in conflict
// wait for the next round. A fix that BuildKit does not accept is left out.
//
// Where anything crashes, the file stays as it is.
func (x *Fixer) Fix(ctx context.Context, f File, src []byte) *Fixed {
	return x.Again(ctx, f, NewFixed(f, src))
}

// NewFixed is a file to which no fix was applied yet.
func NewFixed(f File, src []byte) *Fixed { return &Fixed{Path: f.Path, Before: src, After: src} }

// Again goes on with a file that was fixed already, since the files around it have
// changed. was stays as it is.
func (x *Fixer) Again(ctx context.Context, f File, was *Fixed) *Fixed {
	frame := x.Checker.frame(f.Path)
	defer frame.end()
	out := new(*was)
	if frame.attempt(StepFix, func() { x.fix(ctx, f, out) }) {
		return out
	}
	return x.unfixed(ctx, f, was.Before, frame.problems()...)
}

// unfixed is a file that stays as it was, and why.
func (x *Fixer) unfixed(ctx context.Context, f File, src []byte, why ...lint.Problem) *Fixed {
	left := x.Checker.Check(ctx, f, src)
	return &Fixed{Path: f.Path, Before: src, After: src, Left: left, Problems: append(why, left.Problems...)}
}

func (x *Fixer) fix(ctx context.Context, f File, out *Fixed) {
	again := out.Left != nil
	out.Left = x.look(ctx, f, out.After)
	if again && len(x.fixable(out.Left, out.refused)) == 0 {
		out.Problems = slices.Clone(out.Left.Problems)
		x.shorten(f, out)
		return // nothing that the files around give reason for
	}
	for passes := 1; ; passes++ {
		applied := len(out.Applied)
		out.spent, out.Refused = prove.Verdict{}, nil
		done := x.pass(ctx, f, out)
		switch {
		case done || len(out.Applied) == applied || ctx.Err() != nil:
			x.shorten(f, out)
			return
		case passes == limits.FixPasses:
			// Half of the fixes would make the next run find more to do.
			*out = *x.unfixed(ctx, f, out.Before, lint.Problem{File: f.Path, Message: fmt.Sprintf(
				"its fixes need more than %d times %d compilations to prove, so none was applied; fix some of the findings by hand first, or split the file up", limits.FixPasses, prove.Budget)})
			return
		}
	}
}

// pass applies fixes until none is left that may be applied, or the budget of
// proofs is used up. Only in the first case it is done: another pass, with a budget
// of its own, could apply more.
func (x *Fixer) pass(ctx context.Context, f File, out *Fixed) (done bool) {
	refused := map[string]bool{}
	out.refused = refused
	budget := prove.Budget
	fewest, idle := math.MaxInt, 0
	for {
		out.Problems = slices.Clone(out.Left.Problems)
		all := x.fixable(out.Left, refused)
		batch := mostModest(apart(all[:min(len(all), limits.Findings)]))
		if len(batch) == 0 || ctx.Err() != nil {
			return !out.spent.Spent
		}
		idle++
		if len(all) < fewest {
			fewest, idle = len(all), 0
		}
		if idle == MaxRounds {
			out.Problems = append(out.Problems, lint.Problem{File: f.Path, Message: "the fixes of " + ruleNames(batch) + " come to no end; this is a fault of dockmend, please report it with the file"})
			return true
		}
		prover := NewProver(x.Checker, f, out.After, budget)
		tried, ok := x.applyTogether(ctx, prover, out.After, batch)
		if !ok {
			tried = x.applyEach(ctx, prover, out, batch, refused)
		}
		budget = prover.Left()
		x.take(ctx, f, out, tried, refused)
	}
}

// shorten bounds the findings that are left, as those of a run without fixes: the
// fixer itself looks at all of them.
func (x *Fixer) shorten(f File, out *Fixed) {
	if len(out.Left.Diagnostics) <= limits.Findings {
		return
	}
	x.Checker.bound(out.Left, out.Left.Diagnostics[0].Source, f.Policy)
	slices.SortStableFunc(out.Left.Diagnostics, compareDiagnostics)
	fingerprint(out.Left.Diagnostics)
}

// look checks a file as it is after some of its fixes.
func (x *Fixer) look(ctx context.Context, f File, src []byte) *Checked {
	left := x.Checker.checkAll(ctx, f, src)
	if x.Mark != nil {
		x.Mark(left.Diagnostics)
	}
	return left
}

// fixable takes the first applicable fix of each finding that counts. Where not all
// findings are known, none is: what a fix does to the others could not be seen.
func (x *Fixer) fixable(left *Checked, refused map[string]bool) []candidate {
	if left.dropped > 0 {
		return nil
	}
	least := lint.Safe
	if x.Unsafe {
		least = lint.Unsafe
	}
	var all []candidate
	for _, d := range left.Diagnostics {
		if !d.Counts() || refused[d.Fingerprint] {
			continue
		}
		i := slices.IndexFunc(d.Fixes, func(f lint.Fix) bool { return f.Applicability >= least && ownEdits(f) })
		if i < 0 {
			continue
		}
		c := candidate{finding: d, fix: &d.Fixes[i]}
		for _, e := range c.fix.Edits {
			c.edits = append(c.edits, e.Edit)
		}
		all = append(all, c)
	}
	return all
}

// apart leaves out the fixes whose edits meet those of one before.
func apart(all []candidate) []candidate {
	var batch []candidate
	var taken []text.Edit
	for _, c := range all {
		// Most stand behind all that are taken.
		merged, ok := append(taken, c.edits...), true
		if len(c.edits) > 1 || len(taken) > 0 && taken[len(taken)-1].Span.End >= c.edits[0].Span.Start {
			merged, ok = text.Merge(taken, c.edits)
		}
		if ok {
			taken = merged
			batch = append(batch, c)
		}
	}
	return batch
}

// mostModest keeps the fixes that declare the least effect, which one proof can
// show together; the others wait for the next round. Pins of all kinds go
// together: what each of them does can be told from the images that change.
func mostModest(batch []candidate) []candidate {
	least := lint.EffectUnknown
	for _, c := range batch {
		least = min(least, c.fix.MaxEffect)
	}
	if least == lint.EffectSource {
		least = lint.EffectRepin
	}
	return slices.DeleteFunc(batch, func(c candidate) bool { return c.fix.MaxEffect > least })
}

func ownEdits(f lint.Fix) bool {
	return len(f.Edits) > 0 && !slices.ContainsFunc(f.Edits, func(e lint.FileEdit) bool { return e.File != "" })
}

// step is what some fixes make of a file.
type step struct {
	after []byte
	good  []candidate
	// applied has one entry for each of good.
	applied []Applied
}

// applyTogether proves all fixes of a round at once. ok is false where that shows
// more than the most modest of them declares, so that each must be proved by
// itself.
func (x *Fixer) applyTogether(ctx context.Context, prover Prover, src []byte, batch []candidate) (s step, ok bool) {
	s = step{good: batch, applied: make([]Applied, len(batch))}
	if s.after, ok = applyAll(src, batch); !ok || slices.ContainsFunc(batch, func(c candidate) bool { return tears(src, c.edits) != "" }) {
		return step{}, false
	}
	together := prover.Compare(ctx, s.after)
	if len(batch) > 1 && together.Effect > lint.EffectNone && together.Effect != lint.EffectSource && together.Effect != lint.EffectRepin {
		// What each of them does is part of what is reported.
		return step{}, false
	}
	for i, c := range batch {
		verdict := together
		if len(batch) > 1 && together.Effect > lint.EffectNone {
			if verdict, ok = ownPart(together, c); !ok {
				return step{}, false
			}
		}
		if verdict.Effect == lint.EffectUnknown || !declared(c.fix, verdict) || !x.accepts(c, verdict) {
			return step{}, false
		}
		s.applied[i] = x.applied(c, verdict)
	}
	return s, true
}

// ownPart is what one pin does of all that several do together: the images that
// have its text now. ok is false where it is none.
func ownPart(together prove.Verdict, c candidate) (own prove.Verdict, ok bool) {
	own.Refreshed, own.LeftOut = together.Refreshed, together.LeftOut
	for _, change := range together.Sources {
		_, now, _ := strings.Cut(change.Detail, " -> ")
		if len(c.edits) != 1 || c.edits[0].New == "" || !strings.Contains(now, c.edits[0].New) {
			continue
		}
		own.Effect = max(own.Effect, change.Effect)
		if !slices.Contains(own.Details, change.Detail) {
			own.Details = append(own.Details, change.Detail)
		}
	}
	return own, len(own.Details) > 0
}

// applyEach proves every fix by itself and keeps those that are acceptable, once
// their sum compiles too.
func (x *Fixer) applyEach(ctx context.Context, prover Prover, out *Fixed, batch []candidate, refused map[string]bool) step {
	var s step
	for _, c := range batch {
		if out.spent.Spent {
			x.refuse(out, c, out.spent, out.spent.Reason, refused)
			continue
		}
		after, ok := applyAll(out.After, []candidate{c})
		if !ok {
			x.refuse(out, c, prove.Verdict{}, "its edits do not fit the file", refused)
			continue
		}
		if torn := tears(out.After, c.edits); torn != "" {
			x.refuse(out, c, prove.Verdict{}, torn, refused)
			continue
		}
		verdict := prover.Compare(ctx, after)
		if !x.accepts(c, verdict) {
			x.refuse(out, c, verdict, refusal(c, verdict), refused)
			continue
		}
		s.good = append(s.good, c)
		s.applied = append(s.applied, x.applied(c, verdict))
	}
	var ok bool
	s.after, ok = applyAll(out.After, s.good)
	if len(s.good) > 1 && (!ok || prover.Compare(ctx, s.after).Broken) {
		return s.first(out.After) // they work one by one but not together
	}
	return s
}

// first keeps the first fix of a step; the others wait for the next round.
func (s step) first(src []byte) step {
	s.good, s.applied = s.good[:1], s.applied[:1]
	s.after, _ = applyAll(src, s.good)
	return s
}

func (x *Fixer) refuse(out *Fixed, c candidate, v prove.Verdict, reason string, refused map[string]bool) {
	refused[c.finding.Fingerprint] = true
	if v.Spent {
		out.spent = v
	}
	out.Refused = append(out.Refused, Refused{c.finding.Rule, c.fix.Title, c.finding.Start().Line, reason, v})
}

// accepts tells whether a fix may be applied for what it was shown to do.
func (x *Fixer) accepts(c candidate, v prove.Verdict) bool {
	if v.Broken || v.Spent || doesNothing(c.fix, v) {
		return false
	}
	return x.Unsafe || x.safe(c, v)
}

func (x *Fixer) applied(c candidate, v prove.Verdict) Applied {
	return Applied{
		Rule: c.finding.Rule, Variant: c.finding.Variant, Title: c.fix.Title, Verdict: v, Fingerprint: c.finding.Fingerprint, Changes: c.fix.Changes,
		Demoted: !declared(c.fix, v) && v.Effect != lint.EffectUnknown, Safe: c.fix.Applicability == lint.Safe && x.safe(c, v),
	}
}

// safe tells whether what a fix was shown to do is nothing that needs a look.
func (x *Fixer) safe(c candidate, v prove.Verdict) bool {
	switch v.Effect {
	case lint.EffectNone, lint.EffectConfig, lint.EffectSource, lint.EffectShell:
		return declared(c.fix, v)
	case lint.EffectRepin:
		return declared(c.fix, v) && (!v.Refreshed || x.Checker.Settings.Pin.Refresh)
	default: // docs/adr/0010: no fix that changes steps is safe so far
		return false
	}
}

// declared tells whether a fix does no more than its rule says that it may.
func declared(fix *lint.Fix, v prove.Verdict) bool {
	if v.Effect != lint.EffectConfig || fix.MaxEffect != lint.EffectConfig {
		return v.Effect <= fix.MaxEffect
	}
	return !slices.ContainsFunc(v.Paths, func(path []string) bool { return !fix.MayChange(path) })
}

// doesNothing reports whether a fix was shown to change nothing though it is there
// to change the build or the model.
func doesNothing(fix *lint.Fix, v prove.Verdict) bool {
	return v.Effect == lint.EffectNone && (fix.MaxEffect == lint.EffectConfig || fix.MaxEffect == lint.EffectGraph)
}

func refusal(c candidate, v prove.Verdict) string {
	switch {
	case doesNothing(c.fix, v):
		return "it would change nothing"
	case v.Spent:
		return v.Reason
	case v.Effect == lint.EffectUnknown:
		return v.Reason
	case v.Effect > c.fix.MaxEffect:
		return fmt.Sprintf("its effect is %s, though the rule declares at most %s: a fault of dockmend, please report it with the file", v.Effect, c.fix.MaxEffect)
	case !declared(c.fix, v):
		return fmt.Sprintf("it changes more of the model than %s, which is all that the rule declares: a fault of dockmend, please report it with the file", strings.Join(c.fix.Changes, " and "))
	}
	if v.Refreshed {
		return "its effect is repin with another digest, which is not safe; pin.refresh in the configuration allows it"
	}
	return fmt.Sprintf("its effect is %s, which is not safe", v.Effect)
}

func applyAll(src []byte, batch []candidate) ([]byte, bool) {
	var all []text.Edit
	for _, c := range batch {
		all = append(all, c.edits...)
	}
	all, ok := text.Merge(all, nil)
	if !ok {
		return nil, false
	}
	after, err := text.Apply(src, all)
	return after, err == nil && !bytes.Equal(after, src)
}

func ruleNames(batch []candidate) string {
	var names []string
	for _, c := range batch {
		names = append(names, c.finding.Rule.ID)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}
