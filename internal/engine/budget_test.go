package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// TestFixIsIdempotentUnderItsBudget has more fixes than one budget of proofs is
// enough for: all are applied, and a second run finds nothing to do.
func TestFixIsIdempotentUnderItsBudget(t *testing.T) {
	const n = 60 // each is compiled in six worlds
	src := "FROM a\n" + strings.Repeat("RUN x\n", n)
	first := fix(t, src, true)
	if want := "FROM a\n" + strings.Repeat("RUN y\n", n); string(first.After) != want || len(first.Refused) > 0 || len(first.Problems) > 0 {
		t.Errorf("%d applied, %d refused, problems %v", len(first.Applied), len(first.Refused), first.Problems)
	}
	if again := fix(t, string(first.After), true); again.Changed() {
		t.Errorf("the second run makes %q", again.After)
	}
}

// TestFixBeyondAllBudgets has more fixes than all budgets together are enough for:
// the file stays as it was, which a problem says, and so it does the next time.
func TestFixBeyondAllBudgets(t *testing.T) {
	var src strings.Builder
	for i := range 12 { // a fix is compiled in each stage that follows
		fmt.Fprintf(&src, "FROM a AS s%d\nRUN x\nRUN x\nRUN x\n", i)
	}
	got := fix(t, src.String(), true)
	if got.Changed() || len(got.Applied) > 0 {
		t.Errorf("%d applied", len(got.Applied))
	}
	if len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Message, fmt.Sprintf("more than %d times %d compilations", limits.FixPasses, limits.Compilations)) {
		t.Errorf("problems %v", got.Problems)
	}
	if len(got.Left.Diagnostics) == 0 {
		t.Error("what was found is not reported")
	}
}

// TestFixOfMoreFindingsThanAreShown: the fixer looks at all findings, so that those
// that come into view are not taken for new ones; what it reports is bounded.
func TestFixOfMoreFindingsThanAreShown(t *testing.T) {
	const n = 2*limits.Findings + 10
	rounds := 0
	f := engine.Fixer{Checker: &engine.Checker{Catalog: fixes(), Settings: &lint.Settings{}, Hook: func(_ string, s engine.Step) {
		if s == engine.StepParse {
			rounds++
		}
	}}}
	got := f.Fix(t.Context(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, []byte("FROM a\n"+strings.Repeat("# from\n", n)))
	if want := "FROM a\n" + strings.Repeat("# FROM\n", n); string(got.After) != want {
		t.Errorf("%d of %d applied, %d refused", len(got.Applied), n, len(got.Refused))
	}
	if rounds > 10 {
		t.Errorf("the file was checked %d times", rounds)
	}
	left := f.Fix(t.Context(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, []byte("FROM a\n"+strings.Repeat("RUN x\n", n)))
	if len(left.Left.Diagnostics) != limits.Findings {
		t.Errorf("%d findings are left, want %d", len(left.Left.Diagnostics), limits.Findings)
	}
}

// TestFixWithoutAProof: where the compiler is not given the file, that is found out a
// bounded number of times, not for each of the fixes.
func TestFixWithoutAProof(t *testing.T) {
	src := "FROM a\n" + strings.Repeat("CMD a b\n", limits.CompiledInstructions)
	got := fix(t, src, false)
	if got.Changed() || len(got.Refused) == 0 || !strings.Contains(got.Refused[0].Reason, "instructions") {
		t.Errorf("changed: %v, %d refused", got.Changed(), len(got.Refused))
	}
	tried := 0
	for _, r := range got.Refused {
		if strings.Contains(r.Reason, "instructions") {
			tried++
		}
	}
	if tried > limits.Compilations {
		t.Errorf("%d fixes were tried", tried)
	}
}

// TestProofsOfARun has one more finding with a fix than a run proves.
func TestProofsOfARun(t *testing.T) {
	none := &engine.Checker{Catalog: fixes(), Settings: &lint.Settings{}}
	source := lint.NewSource("Dockerfile", []byte("from a\n"))
	rule := &lint.Meta{ID: "casing"}
	r := &lint.Result{}
	for i := range limits.RunProofs + 1 {
		// Fixes of another file have no proof, and so cost nothing here.
		fix := lint.Fix{Applicability: lint.Safe, Edits: []lint.FileEdit{{File: "other", Edit: lint.Replace(source.Lines.Line(1), "x").Edit}}}
		if i == 0 || i >= limits.RunProofs-1 {
			fix.Edits = []lint.FileEdit{lint.Replace(source.Lines.Line(1), "FROM a")}
		}
		r.Diagnostics = append(r.Diagnostics, &lint.Diagnostic{Finding: lint.Finding{Fixes: []lint.Fix{fix}}, Rule: rule, Source: source})
	}
	files := []engine.File{{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}}
	engine.Prove(t.Context(), none, r, files, 1)
	at, past := r.Diagnostics[limits.RunProofs-1].Proof, r.Diagnostics[limits.RunProofs].Proof
	if at.State != lint.ProofPassed {
		t.Errorf("at the bound: %+v", at)
	}
	if past.State != lint.ProofUnknown || !slices.ContainsFunc(past.Details, func(s string) bool { return strings.Contains(s, "was not proved") }) {
		t.Errorf("past the bound: %+v", past)
	}
}
