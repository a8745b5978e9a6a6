package prove

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// TestCompilerIsNotGiven has files at the bounds of what the compiler is given, and
// past them.
func TestCompilerIsNotGiven(t *testing.T) {
	const names = 200
	declared := "FROM a\n"
	for i := range names {
		declared += fmt.Sprintf("ARG A%d\n", i)
	}
	// Each ARG sees those before it twice, every other instruction sees all of them.
	seen := names * (names - 1)
	instructions := (limits.CompiledVariables - seen) / names
	nested := func(n int) string {
		return "FROM a\nRUN echo " + strings.Repeat("${A:-", n) + strings.Repeat("}", n) + "\n"
	}
	value := "FROM a\nENV A=" + strings.Repeat("x", 1<<20/1024) + "\n"
	for _, tt := range []struct{ name, src, want string }{
		{"size", "FROM a\n#" + strings.Repeat("x", limits.CompiledFile-8), ""},
		{"larger", "FROM a\n#" + strings.Repeat("x", limits.CompiledFile-7), "bytes"},
		{"instructions", "FROM a\n" + strings.Repeat("RUN x\n", limits.CompiledInstructions-1), ""},
		{"more", "FROM a\n" + strings.Repeat("RUN x\n", limits.CompiledInstructions), "instructions"},
		{"variables", declared + strings.Repeat("RUN x\n", instructions), ""},
		{"more variables", declared + strings.Repeat("RUN x\n", instructions+1), "variables in all"},
		{"variables of one line", "FROM a\nENV" + strings.Repeat(" A=1", 600) + "\n", ""},
		{"more of one line", "FROM a\nENV" + strings.Repeat(" A=1", 700) + "\n", "variables in all"},
		{"nesting", nested(limits.VariableDepth), ""},
		{"deeper", nested(limits.VariableDepth + 1), "nested"},
		{"what a step is called", value + "RUN echo " + strings.Repeat("$A", 1000) + "\n", ""},
		{"longer", value + "RUN echo " + strings.Repeat("$A", 8200) + "\n", "expand"},
	} {
		got := overLimit(facts.NewDockerfile(dockerfile.Parse([]byte(tt.src))))
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestBudgetOfADockerfile: a large file counts several times, and what is past the
// budget says so.
func TestBudgetOfADockerfile(t *testing.T) {
	small, large := "FROM a\nCMD b c\n", "FROM a\nCMD b c\n"+strings.Repeat("#\n", limits.CompilationBytes)
	for _, tt := range []struct {
		src  string
		cost int
	}{{small, 2 * 6}, {large, 2*6*3 + 2}} {
		after := []byte(strings.Replace(tt.src, "CMD b c", "CMD [\"b\", \"c\"]", 1))
		p := New([]byte(tt.src), tt.cost, nil)
		if v := p.Compare(t.Context(), after); v.Spent || v.Effect != lint.EffectConfig {
			t.Errorf("at the bound: %+v", v)
		}
		if p.Left() > 0 {
			t.Errorf("%d compilations are left", p.Left())
		}
		if v := New([]byte(tt.src), tt.cost-1, nil).Compare(t.Context(), after); !v.Spent || v.Effect != lint.EffectUnknown || v.Reason == "" {
			t.Errorf("past the bound: %+v", v)
		}
	}
}
