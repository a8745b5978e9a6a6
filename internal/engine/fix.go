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

// lookBytes is what linting a file of no bytes again counts as.
const lookBytes = 4 << 10

// Fixer applies fixes to one file at a time. It is immutable and safe for
// concurrent use.
type Fixer struct {
	Checker *Checker
	// Unsafe also applies fixes that may change what the image does.
	Unsafe bool
	// Over, if set, says why nothing may be proved, and so nothing is fixed.
	Over string
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

	// spent says why further fixes were not tried; empty where the budget was enough.
	spent string
	// cost is how many compilations the file took in the last round.
	cost int
	// looked is how many bytes were linted to fix the file.
	looked int
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

// Changed reports whether any byte differs.
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
	out.looked, out.cost = 0, 0
	out.Left = x.look(ctx, f, out, out.After)
	if again && len(x.fixable(out.Left, out.refused)) == 0 {
		out.Problems = slices.Clone(out.Left.Problems)
		x.finish(f, out)
		return // nothing that the files around give reason for
	}
	out.spent, out.refused, out.Refused = x.Over, map[string]bool{}, nil
	x.rounds(ctx, f, out)
	x.finish(f, out)
}

// rounds applies fixes until none is left that may be applied, or the file's budget
// is used up.
func (x *Fixer) rounds(ctx context.Context, f File, out *Fixed) {
	p := &proofs{Fixer: x, file: f, out: out, Prover: NewProver(x.Checker, f, out.After, limits.FixCompilations)}
	defer func() { out.cost = limits.FixCompilations - p.Left() }()
	fewest, idle, alone := math.MaxInt, 0, false
	for {
		out.Problems = slices.Clone(out.Left.Problems)
		all := x.fixable(out.Left, out.refused)
		batch := mostModest(apart(all[:min(len(all), limits.Findings)]))
		if len(batch) == 0 || ctx.Err() != nil {
			return
		}
		idle++
		if len(all) < fewest {
			fewest, idle = len(all), 0
		}
		if idle == MaxRounds {
			out.Problems = append(out.Problems, lint.Problem{File: f.Path, Message: "the fixes of " + ruleNames(batch) + " do not come to an end, which is a bug in dockmend; please report it with the file"})
			return
		}
		if x.Over != "" || out.looked > limits.FixBytes {
			p.refuseAll(all, prove.Verdict{Effect: lint.EffectUnknown}, out.spent)
			return
		}
		if alone {
			batch = batch[:1]
		}
		alone = x.take(ctx, f, out, p.round(ctx, batch))
		p.next()
	}
}

// finish bounds the findings that are left, and says where the budget was not enough:
// the fixes that were applied are proved, and stay.
func (x *Fixer) finish(f File, out *Fixed) {
	x.shorten(f, out)
	if out.spent == "" || len(out.Refused) == 0 {
		return
	}
	x.Checker.limit(out.Left, out.Left.Diagnostics[0].Source, f.Policy, fmt.Sprintf(
		"not all fixes of the file were applied: %s; run dockmend fix again, or fix the others by hand", out.spent))
	slices.SortStableFunc(out.Left.Diagnostics, compareDiagnostics)
	fingerprint(out.Left.Diagnostics)
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
func (x *Fixer) look(ctx context.Context, f File, out *Fixed, src []byte) *Checked {
	if out.looked += len(src) + lookBytes; out.looked > limits.FixBytes {
		out.spent = fmt.Sprintf("linting it again would exceed %d bytes in all", limits.FixBytes)
	}
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
		if len(c.edits) > 1 || (len(taken) > 0 && taken[len(taken)-1].Span.End >= c.edits[0].Span.Start) {
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

// accepts reports whether a fix may be applied for what it was shown to do.
func (x *Fixer) accepts(c candidate, v prove.Verdict) bool {
	if v.Broken || v.Spent || doesNothing(c.fix, v) {
		return false
	}
	return x.Unsafe || x.safe(c, v)
}

func (x *Fixer) applied(c candidate, v prove.Verdict) Applied {
	return Applied{
		Rule: c.finding.Rule, Variant: c.finding.Variant, Title: c.fix.Title, Verdict: v,
		Fingerprint: c.finding.Fingerprint, Changes: c.fix.Changes,
		Demoted: !declared(c.fix, v) && v.Effect != lint.EffectUnknown, Safe: c.fix.Applicability == lint.Safe && x.safe(c, v),
	}
}

// safe reports whether what a fix was shown to do is nothing that needs a look.
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

// declared reports whether a fix does no more than its rule says that it may.
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
		return fmt.Sprintf("its effect is %s, but the rule declares at most %s, which is a bug in dockmend; please report it with the file", v.Effect, c.fix.MaxEffect)
	case !declared(c.fix, v):
		return fmt.Sprintf("it changes more of the model than the rule declares (%s), which is a bug in dockmend; please report it with the file", strings.Join(c.fix.Changes, " and "))
	}
	if v.Refreshed {
		return "it pins another digest, which is not safe; set pin.refresh in the configuration to allow it"
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
