package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Prover measures edits of one file. One goroutine at a time may use it.
type Prover interface {
	// Compare says what changes when the file becomes after.
	Compare(ctx context.Context, after []byte) prove.Verdict
	// Left is what is left of the budget.
	Left() int
}

// NewProver prepares the proofs of edits to a file of any kind, with at most so
// many compilations of a Dockerfile.
func NewProver(c *Checker, f File, src []byte, budget int) Prover {
	if prover := kindOf(f.Target).prover; prover != nil {
		return prover(c, f, src, budget)
	}
	return unproved{f.Target}
}

// dockerfileProver knows a broken file from one that only has no proof.
type dockerfileProver struct {
	*prove.Prover
	// parsed reports whether the file parses as it is.
	parsed func() bool
}

func newDockerfileProver(p *prove.Prover, src []byte) dockerfileProver {
	return dockerfileProver{p, sync.OnceValue(func() bool { return parses(src) })}
}

// Compare implements Prover.
func (p dockerfileProver) Compare(ctx context.Context, after []byte) prove.Verdict {
	v := p.Prover.Compare(ctx, after)
	if v.Effect == lint.EffectUnknown && p.parsed() && !parses(after) {
		v.Broken, v.Reason = true, "BuildKit cannot parse the file after the fix"
	}
	return v
}

// hasProver reports whether edits of a file of a kind can be proved at all.
func hasProver(target lint.Target) bool {
	return kindOf(target).prover != nil
}

// parses reports whether BuildKit reads a file and each of its instructions.
func parses(src []byte) bool {
	d := dockerfile.Parse(src)
	return d.Whole == nil && !slices.ContainsFunc(d.Instructions, func(in *dockerfile.Instruction) bool { return in.Err != nil })
}

// unproved is the prover of kinds without one: no fix of theirs is safe.
type unproved struct{ target lint.Target }

// Compare implements Prover.
func (p unproved) Compare(context.Context, []byte) prove.Verdict {
	return prove.Verdict{Effect: lint.EffectUnknown, Reason: "edits of a " + p.target.Describe() + " cannot be proved", Unprovable: true}
}

// Left implements Prover.
func (unproved) Left() int { return limits.FixCompilations }

// Prove measures what the first fix of each finding that counts does to the
// build, and writes it into the finding. The files are those of the run; they
// are proved on jobs goroutines, with what the checker's registry said.
func Prove(ctx context.Context, c *Checker, r *lint.Result, files []File, jobs int) {
	byPath := make(map[string]File, len(files))
	for _, f := range files {
		byPath[f.Path] = f
	}
	order, bySource := provable(r, byPath)
	stop, release := c.Watch.stopped(ctx)
	defer release()
	all := make([]*fileProofs, len(order))
	keep := func(i int, p *fileProofs) { all[i] = p }
	group(stop, len(order), jobs, 1, keep, func(i, _ int, keep func(int, *fileProofs)) {
		keep(i, proveFile(ctx, c, byPath[order[i].Path], order[i], bySource[order[i]]))
	})
	for i, source := range order {
		if all[i] == nil {
			r.Problems = append(r.Problems, c.Watch.unfinished(source.Path))
			continue
		}
		for _, p := range all[i].proofs {
			p.finding.Proof = p.proof
			if p.proof.State == lint.ProofDemoted {
				p.fix.Applicability = min(p.fix.Applicability, lint.Unsafe)
			}
		}
		r.Problems = append(r.Problems, all[i].problems...)
	}
}

// provable picks the findings whose first fix that edits their own file alone is
// proved, by their files, which come in the order of the report. Those past the
// bound of a run have a proof that says so.
func provable(r *lint.Result, files map[string]File) (order []*lint.Source, bySource map[*lint.Source][]fixProof) {
	bySource = map[*lint.Source][]fixProof{}
	for _, d := range r.Diagnostics {
		i := slices.IndexFunc(d.Fixes, func(fix lint.Fix) bool { return fix.Applicability > lint.Manual && ownEdits(fix) })
		if !d.Counts() || i < 0 {
			continue
		}
		if bySource[d.Source] == nil {
			order = append(order, d.Source)
		}
		bySource[d.Source] = append(bySource[d.Source], fixProof{finding: d, fix: &d.Fixes[i]})
	}
	left := limits.RunProofs
	for _, source := range order {
		if !hasProver(files[source.Path].Target) {
			continue // its fixes cost nothing
		}
		all := bySource[source]
		for _, past := range all[min(left, len(all)):] {
			past.finding.Proof = lint.Proof{State: lint.ProofUnknown, Effect: lint.EffectUnknown, Details: []string{
				fmt.Sprintf("the run has more than %d fixes to prove: this one was not proved", limits.RunProofs)}}
		}
		bySource[source] = all[:min(left, len(all))]
		// Each proof takes a compilation of the file's own at least.
		left -= min(len(bySource[source]), prove.Budget)
	}
	return order, bySource
}

// fileProofs are the proofs of a file's fixes.
type fileProofs struct {
	proofs   []fixProof
	problems []lint.Problem
}

// fixProof is the proof of the first fix of a finding.
type fixProof struct {
	finding *lint.Diagnostic
	fix     *lint.Fix
	proof   lint.Proof
}

// proveFile proves fixes of one file.
func proveFile(ctx context.Context, c *Checker, f File, source *lint.Source, fixes []fixProof) *fileProofs {
	out := &fileProofs{proofs: fixes}
	frame := c.frame(f.Path)
	defer frame.end()
	var prover Prover = unproved{f.Target}
	frame.attempt(StepProve, func() { prover = NewProver(c, f, source.Bytes, prove.Budget) })
	spent := "" // why there are no more proofs
	for i := range fixes {
		p := &fixes[i]
		p.proof = lint.Proof{State: lint.ProofUnknown, Effect: lint.EffectUnknown, Details: []string{"the proof crashed"}}
		if spent != "" {
			p.proof.Details = []string{spent}
			continue
		}
		frame.attempt(StepProve, func() { p.proof, spent = proofOf(ctx, prover, source.Bytes, p.fix) })
	}
	out.problems = frame.problems()
	return out
}

// proofOf proves one fix. One that is not what its rule declares is not safe. spent
// says why there can be no more proofs, if that is so.
func proofOf(ctx context.Context, prover Prover, src []byte, fix *lint.Fix) (proof lint.Proof, spent string) {
	edits := make([]text.Edit, len(fix.Edits))
	for i, e := range fix.Edits {
		edits[i] = e.Edit
	}
	after, err := text.Apply(src, edits)
	if err != nil {
		return lint.Proof{State: lint.ProofUnknown, Effect: lint.EffectUnknown, Details: []string{err.Error()}}, ""
	}
	v := prover.Compare(ctx, after)
	switch {
	case v.Spent:
		return lint.Proof{State: lint.ProofUnknown, Effect: v.Effect, Details: []string{v.Reason}}, v.Reason
	case v.Effect == lint.EffectUnknown:
		return lint.Proof{State: lint.ProofUnknown, Effect: v.Effect, Details: []string{v.Reason}}, ""
	case !declared(fix, v):
		return lint.Proof{State: lint.ProofDemoted, Effect: v.Effect, Details: v.Details}, ""
	}
	return lint.Proof{State: lint.ProofPassed, Effect: v.Effect, Details: v.Details}, ""
}
