package engine_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// withLimit are the rules with fixes, and the one that speaks of limits.
func withLimit() *rules.Catalog {
	catalog := fixes()
	limit := lint.Meta{ID: "limit-reached", Severity: lint.Warning}
	catalog.Dockerfile = append(catalog.Dockerfile, facts.Rule[*facts.Dockerfile]{Meta: limit})
	return catalog
}

// bulk makes each compilation of a file count as seven.
func bulk() string {
	return strings.Repeat("# "+strings.Repeat("x", 1021)+"\n", 6*limits.CompilationBytes/1024)
}

// TestFixIsIdempotentUnderItsBudget has more fixes than can be proved one by one: all
// are applied, and a second run finds nothing to do.
func TestFixIsIdempotentUnderItsBudget(t *testing.T) {
	const n = limits.FixCompilations / 7 / 6 // each is compiled in six worlds, and half of the budget is for each alone
	src := bulk() + "FROM a\n" + strings.Repeat("RUN x\n", n)
	first := fix(t, src, true)
	want := bulk() + "FROM a\n" + strings.Repeat("RUN y\n", n)
	if string(first.After) != want || len(first.Refused) > 0 || len(first.Problems) > 0 {
		t.Errorf("%d applied, %d refused, problems %v", len(first.Applied), len(first.Refused), first.Problems)
	}
	if again := fix(t, string(first.After), true); again.Changed() {
		t.Errorf("the second run makes %q", again.After)
	}
}

// TestFixFindsTheBadAmongMany has one fix that breaks the file and one that does more
// than it declares among more good ones than can be proved one by one.
func TestFixFindsTheBadAmongMany(t *testing.T) {
	const n = 200
	lines := slices.Repeat([]string{"# from"}, n)
	lines[0], lines[70], lines[150], lines[n-1] = "FROM a", "EXPOSE 80", "WORKDIR x", "RUN true"
	got := fix(t, strings.Join(lines, "\n")+"\n", false)
	want := strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "from", "FROM")
	if string(got.After) != want || len(got.Refused) != 2 || len(got.Problems) > 0 {
		t.Errorf("%d applied, refused %+v, problems %v", len(got.Applied), got.Refused, got.Problems)
	}
	if again := fix(t, string(got.After), false); again.Changed() {
		t.Errorf("the second run makes %q", again.After)
	}
}

// TestFixBeyondItsBudget has fixes that can be proved only one by one, and more than
// the budget is enough for: those that are proved stay, the others are left, and a
// finding says so.
func TestFixBeyondItsBudget(t *testing.T) {
	var src strings.Builder
	src.WriteString(bulk())
	for i := range 12 { // a fix is compiled in each stage that follows
		fmt.Fprintf(&src, "FROM a AS s%d\nWORKDIR x\nRUN z\n", i)
	}
	src.WriteString("RUN x\n")
	catalog := withLimit()
	f := engine.Fixer{Checker: &engine.Checker{Catalog: catalog, Settings: &lint.Settings{}}, Unsafe: true}
	run := func(src []byte) *engine.Fixed {
		return f.Fix(t.Context(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, src)
	}
	got, twin := run([]byte(src.String())), run([]byte(src.String()))
	if len(got.Applied) == 0 || len(got.Refused) == 0 || len(got.Problems) > 0 {
		t.Errorf("%d applied, %d refused, problems %v", len(got.Applied), len(got.Refused), got.Problems)
	}
	if !bytes.Equal(got.After, twin.After) || len(got.Applied) != len(twin.Applied) {
		t.Error("two runs differ")
	}
	said := slices.ContainsFunc(got.Left.Diagnostics, func(d *lint.Diagnostic) bool {
		return d.Rule.ID == "limit-reached" && strings.Contains(d.Message, fmt.Sprintf("more than %d compilations", limits.FixCompilations))
	})
	if !said {
		t.Error("no finding says that fixes were left out")
	}
}

// TestFixOfAFileThatIsPastTheRun: nothing of it is fixed, and a finding says so.
func TestFixOfAFileThatIsPastTheRun(t *testing.T) {
	catalog := withLimit()
	f := engine.Fixer{Checker: &engine.Checker{Catalog: catalog, Settings: &lint.Settings{}}, Over: "the run has spent 7"}
	for src, want := range map[string]string{"from a\n": "casing, limit-reached", "FROM a\n": ""} {
		got := f.Fix(t.Context(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, []byte(src))
		var said []string
		for _, d := range got.Left.Diagnostics {
			said = append(said, d.Rule.ID)
		}
		if slices.Sort(said); got.Changed() || strings.Join(said, ", ") != want || len(got.Problems) > 0 {
			t.Errorf("%q: changed: %t, found %q, problems %v", src, got.Changed(), said, got.Problems)
		}
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

// TestFixWithoutAProof: where the compiler is not given the file, that is found out
// once, not for each of the fixes.
func TestFixWithoutAProof(t *testing.T) {
	src := "FROM a\n" + strings.Repeat("CMD a b\n", limits.CompiledInstructions)
	got := fix(t, src, false)
	if got.Changed() || len(got.Refused) == 0 || !strings.Contains(got.Refused[0].Reason, "instructions") {
		t.Errorf("changed: %v, %d refused", got.Changed(), len(got.Refused))
	}
}

// TestProofsOfARun has one fix more than a run proves. Those without a proof of their
// own do not count, nor those that a file has no compilations for.
func TestProofsOfARun(t *testing.T) {
	none := &engine.Checker{Catalog: fixes(), Settings: &lint.Settings{}}
	rule := &lint.Meta{ID: "casing"}
	r, files := &lint.Result{}, []engine.File(nil)
	// add adds a file with n findings, and the file that the first edit of their fixes is in.
	add := func(target lint.Target, n int, edited string) {
		path := fmt.Sprint(len(files))
		source := lint.NewSource(path, []byte("from a\n"))
		files = append(files, engine.File{Path: path, Target: target, Policy: policy{}, Context: buildcontext.None()})
		for range n {
			fix := lint.Fix{Applicability: lint.Safe, Edits: []lint.FileEdit{{File: edited, Edit: lint.Replace(source.Lines.Line(1), "FROM a").Edit}}}
			r.Diagnostics = append(r.Diagnostics, &lint.Diagnostic{Finding: lint.Finding{Fixes: []lint.Fix{fix}}, Rule: rule, Source: source})
		}
	}
	add(lint.TargetDockerfile, limits.RunProofs, "other") // what edits another file has no proof
	add(lint.TargetKubernetes, limits.RunProofs, "")
	add(lint.TargetIgnoreFile, limits.Compilations+100, "")
	for range (limits.RunProofs-1)/limits.Compilations - 1 {
		add(lint.TargetIgnoreFile, limits.Compilations, "")
	}
	add(lint.TargetIgnoreFile, (limits.RunProofs-1)%limits.Compilations, "")
	add(lint.TargetDockerfile, 2, "")
	add(lint.TargetDockerfile, 1, "")
	engine.Prove(t.Context(), none, r, files, 1)
	n := len(r.Diagnostics)
	at, past, further := r.Diagnostics[n-3].Proof, r.Diagnostics[n-2].Proof, r.Diagnostics[n-1].Proof
	if at.State != lint.ProofPassed {
		t.Errorf("at the bound: %+v", at)
	}
	for _, proof := range []lint.Proof{past, further} {
		if proof.State != lint.ProofUnknown || !strings.Contains(strings.Join(proof.Details, " "), "was not proved") {
			t.Errorf("past the bound: %+v", proof)
		}
	}
}
