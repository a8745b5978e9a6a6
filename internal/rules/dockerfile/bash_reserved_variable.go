package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// BashReservedVariable reports variables that both the file and bash set: an `ARG` or `ENV`
// gives the variable a value, and a `RUN` under bash reads it. Bash sets `BASH_VERSION`,
// `RANDOM`, `PPID`, `LINENO`, `IFS` and some others when it starts.
//
// # Why it matters
//
// The script gets the value of bash, not the value from the file. The build usually
// continues with the wrong value.
//
// # How to fix it
//
// Give the variable a name that bash does not use, such as `APP_PORT`.
//
// # Fix safety
//
// There is no automatic fix: scripts and programs elsewhere may read the variable by its name.
//
// # Exceptions
//
// It does not report:
//
//   - instructions that another shell runs
//   - `UID`, `EUID`, `HOSTNAME`, `GROUPS`, `SECONDS` and others, which bash takes from its
//     environment if they are set there
var BashReservedVariable = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "bash-reserved-variable",
		Title:    "Bash overwrites a variable that ARG or ENV sets",
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
					Message: fmt.Sprintf("bash sets %s itself when it starts, so the value from ARG or ENV is lost; use another name, such as APP_%s", name, name),
				})
			}
			return true
		})
	})
}

// isSetByBash reports whether bash overwrites a variable of its environment. It was tried
// with bash 5.2, by "env NAME=7 bash -c 'echo $NAME'"; SECONDS, GROUPS, HOSTTYPE, OSTYPE,
// MACHTYPE, DIRSTACK and PIPESTATUS kept the value too.
func isSetByBash(name string) bool {
	switch name {
	case "BASH", "BASHPID", "BASH_COMMAND", "BASH_SUBSHELL", "BASH_VERSINFO", "BASH_VERSION", "EPOCHREALTIME", "EPOCHSECONDS", "HISTCMD", "IFS",
		"LINENO", "OPTIND", "PPID", "RANDOM", "SRANDOM":
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
