package engine

import (
	"context"
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/text"
)

// Prove measures what the first fix of each finding that counts does to the
// build, and writes it into the finding. Files are proved on jobs goroutines.
// registry is that of the run, nil offline.
func Prove(ctx context.Context, r *lint.Result, jobs int, registry lint.Registry) {
	var order []*lint.Source
	bySource := map[*lint.Source][]*lint.Diagnostic{}
	for _, d := range r.Diagnostics {
		if !d.Counts() || !d.Fixable() {
			continue
		}
		if bySource[d.Source] == nil {
			order = append(order, d.Source)
		}
		bySource[d.Source] = append(bySource[d.Source], d)
	}
	next := make(chan *lint.Source)
	var wg sync.WaitGroup
	for range max(min(jobs, len(order)), 1) {
		wg.Go(func() {
			for source := range next {
				proveFile(ctx, source, bySource[source], registry)
			}
		})
	}
	for _, source := range order {
		next <- source
	}
	close(next)
	wg.Wait()
}

func proveFile(ctx context.Context, source *lint.Source, findings []*lint.Diagnostic, registry lint.Registry) {
	prover := prove.New(source.Bytes, prove.Budget, registry)
	for _, d := range findings {
		for i := range d.Fixes {
			fix := &d.Fixes[i]
			if fix.Applicability == lint.Manual || !ownEdits(*fix) {
				continue
			}
			d.Proof = proofOf(ctx, prover, source.Bytes, fix)
			break
		}
	}
}

// proofOf proves one fix. One that is not what its rule declares is not safe.
func proofOf(ctx context.Context, prover *prove.Prover, src []byte, fix *lint.Fix) lint.Proof {
	edits := make([]text.Edit, len(fix.Edits))
	for i, e := range fix.Edits {
		edits[i] = e.Edit
	}
	after, err := text.Apply(src, edits)
	if err != nil {
		return lint.Proof{State: lint.ProofUnknown, Effect: lint.EffectUnknown, Details: []string{err.Error()}}
	}
	v := prover.Compare(ctx, after)
	switch {
	case v.Effect == lint.EffectUnknown:
		return lint.Proof{State: lint.ProofUnknown, Effect: v.Effect, Details: []string{v.Reason}}
	case v.Effect > fix.MaxEffect:
		fix.Applicability = min(fix.Applicability, lint.Unsafe)
		return lint.Proof{State: lint.ProofDemoted, Effect: v.Effect, Details: v.Details}
	}
	return lint.Proof{State: lint.ProofPassed, Effect: v.Effect, Details: v.Details}
}
