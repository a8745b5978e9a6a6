package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// BashReservedVariable finds RUN instructions that bash runs and that read $UID or $EUID
// which an ARG or ENV of the file sets: bash sets both itself, to the user that it runs as,
// and they cannot be changed. For root the value is 0, whatever the ARG says.
//
// Call it USER_ID or the like.
//
// Silent where another shell runs the instruction.
var BashReservedVariable = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "bash-reserved-variable",
		Title:    "Bash has a variable of its own with this name",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkBashReservedVariable,
}

func checkBashReservedVariable(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		s := p.Doc.StageOf(in)
		if s == nil || in.JSON || !strings.Contains(in.Body, "UID") || !runsBash(s, in) {
			return
		}
		script := in.Script()
		if script == nil || script.File == nil {
			return
		}
		told := map[string]bool{}
		syntax.Walk(script.File, func(n syntax.Node) bool {
			use, ok := n.(*syntax.ParamExp)
			if !ok || use.Param == nil || told[use.Param.Value] {
				return true
			}
			name := use.Param.Value
			if name != "UID" && name != "EUID" {
				return true
			}
			if _, set := p.Doc.ScopeAt(in).Lookup(name); set {
				told[name] = true
				p.Report(lint.Finding{
					Span:    script.SpanOf(use),
					Message: fmt.Sprintf("bash sets %s itself, to the user that runs it, whatever ARG or ENV says; give the variable another name, as USER_ID", name),
				})
			}
			return true
		})
	})
}

// runsBash reports whether bash reads the script of an instruction.
func runsBash(s *facts.Stage, in *dockerfile.Instruction) bool {
	shell := s.Shell(in)
	if shell.IsDefault() {
		return s.ShIsBash(in)
	}
	return len(shell.Words) > 0 && baseName(shell.Words[0]) == "bash"
}
