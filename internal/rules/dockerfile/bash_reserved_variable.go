package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// BashReservedVariable finds RUN instructions that bash runs and that read a variable
// which an ARG or ENV of the file sets and bash sets itself when it starts: BASH_VERSION,
// SECONDS, RANDOM, PPID, LINENO, IFS and the like. The value of the ARG is lost.
//
// Give the variable another name, such as APP_SECONDS.
//
// Silent where another shell runs the instruction, and about UID, EUID, HOSTNAME and
// others, which bash takes from its environment if they are there.
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
		if s == nil || in.JSON || !strings.Contains(in.Body, "$") || !runsBash(s, in) {
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
			if !isSetByBash(name) {
				return true
			}
			if _, set := p.Doc.ScopeAt(in).Lookup(name); set {
				told[name] = true
				p.Report(lint.Finding{
					Span:    script.SpanOf(use),
					Message: fmt.Sprintf("bash sets %s itself when it starts, so the value of ARG or ENV is lost; give the variable another name, such as APP_%s", name, name),
				})
			}
			return true
		})
	})
}

// isSetByBash reports whether bash sets a variable anew where it is in its environment. It
// was tried with bash 5.2, by "env NAME=x bash -c 'echo $NAME'"; GROUPS, HOSTTYPE, OSTYPE,
// MACHTYPE, DIRSTACK and PIPESTATUS kept the value too.
func isSetByBash(name string) bool {
	switch name {
	case "BASH", "BASHPID", "BASH_COMMAND", "BASH_SUBSHELL", "BASH_VERSINFO", "BASH_VERSION", "EPOCHREALTIME", "EPOCHSECONDS", "HISTCMD", "IFS",
		"LINENO", "OPTIND", "PPID", "RANDOM", "SECONDS", "SRANDOM":
		return true
	}
	return false
}

// runsBash reports whether bash reads the script of an instruction.
func runsBash(s *facts.Stage, in *dockerfile.Instruction) bool {
	shell := s.Shell(in)
	if shell.IsDefault() {
		return s.ShIsBash(in)
	}
	return len(shell.Words) > 0 && baseName(shell.Words[0]) == "bash"
}
