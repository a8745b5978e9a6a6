package run

import (
	"context"
	"slices"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/text"
)

// ProveEdits proves edits of several fixes as one.
func (w *Workspace) ProveEdits(ctx context.Context, source *lint.Source, edits []text.Edit) lint.Proof {
	unknown := lint.Proof{State: lint.ProofUnknown, Effect: lint.EffectUnknown}
	i := slices.IndexFunc(w.Files, func(f engine.File) bool { return f.Path == source.Path })
	after, err := text.Apply(source.Bytes, edits)
	if err != nil || i < 0 {
		return unknown
	}
	v := prove.Verdict{Effect: lint.EffectUnknown}
	if crash := engine.Recover(engine.StepProve, func() {
		v = engine.NewProver(w.checker, w.Files[i], source.Bytes, prove.Budget).Compare(ctx, after)
	}); crash != nil {
		return unknown
	}
	if v.Broken || v.Effect == lint.EffectUnknown {
		return unknown
	}
	return lint.Proof{State: lint.ProofPassed, Effect: v.Effect, Details: v.Details}
}
