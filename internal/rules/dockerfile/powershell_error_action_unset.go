package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PowershellErrorActionUnset reports `RUN` instructions with several PowerShell
// statements if neither `SHELL` nor the script sets `$ErrorActionPreference`.
//
// # Why it matters
//
// PowerShell continues after most errors. The build then succeeds, and the image lacks
// the result of the command that failed.
//
// # How to fix it
//
// Set the variable once, in `SHELL`:
//
//	SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
//
// # Exceptions
//
// It does not report:
//
//   - a single statement
//   - scripts that are files
//   - scripts with `-ErrorAction`, or that check `$LASTEXITCODE`
var PowershellErrorActionUnset = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "powershell-error-action-unset",
		Title:    "PowerShell continues after an error",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/powershell/error-action-preference"),
	},
	Check: checkPowershellErrorActionUnset,
}

func checkPowershellErrorActionUnset(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		s := p.Doc.StageOf(in)
		if s == nil || in.JSON || in.Err != nil || len(in.Heredocs) > 0 {
			return
		}
		if in.Body == "" {
			return
		}
		shell := s.Shell(in)
		if shell.Comment || !isPowerShell(shell) || strings.Contains(strings.Join(shell.Words, " "), "ErrorActionPreference") {
			return
		}
		lower := strings.ToLower(in.Body)
		if strings.Contains(lower, "erroractionpreference") || strings.Contains(lower, "-erroraction") ||
			strings.Contains(lower, "lastexitcode") ||
			strings.Contains(lower, "-ea stop") {
			return
		}
		if !hasStatements(in.Body) {
			return
		}
		p.Report(lint.Finding{
			Span:    in.KeywordSpan,
			Message: "after an error in this RUN, PowerShell continues and the build succeeds; set $ErrorActionPreference = 'Stop' in SHELL",
			Fixes: []lint.Fix{{
				Title: "set $ErrorActionPreference", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Insert(in.BodySpan.Start, "$ErrorActionPreference = 'Stop'; ")},
			}},
		})
	})
}

func isPowerShell(shell facts.Shell) bool {
	if len(shell.Words) == 0 {
		return false
	}
	name := strings.ToLower(strings.TrimSuffix(strings.ToLower(baseName(shell.Words[0])), ".exe"))
	return name == "powershell" || name == "pwsh"
}

// hasStatements reports whether a script has more than one statement.
func hasStatements(script string) bool {
	quote, depth := byte(0), 0
	for i := 0; i < len(script); i++ {
		switch c := script[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '{' || c == '[':
			depth++
		case c == ')' || c == '}' || c == ']':
			depth--
		case c == ';' && depth == 0 && strings.TrimSpace(script[i+1:]) != "":
			return true
		}
	}
	return false
}
