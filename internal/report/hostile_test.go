package report

import (
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

// hostile is a result whose texts try to break out of each sink.
func hostile(t *testing.T) *lint.Result {
	t.Helper()
	evil := lint.NewSource("a,b:c|d`e<f>\n::error::x\x1b[2J/Dockerfile",
		[]byte("FROM \x1b[31mred\x1b[0m\r::add-mask::a ##[error]b\x00\xff\u202e\u2066\u200b\u009b\n"))
	command := lint.NewSource("::add-matcher::m.json", []byte("FROM a\n"))
	finding := func(src *lint.Source, part, message, fix string) *lint.Diagnostic {
		return &lint.Diagnostic{
			Finding: lint.Finding{
				Span: spanOf(t, src, part), Severity: lint.Error, Message: message,
				Fixes:   []lint.Fix{{Title: fix, Applicability: lint.Safe, Edits: []lint.FileEdit{lint.Replace(spanOf(t, src, part), "\x1b\xff<&>##[x]\U000E0041")}}},
				Related: []lint.Related{{File: "x\n::error::y", Message: "m\r\n::error::z"}},
			},
			Rule: shellForm(), Source: src, Fingerprint: "dockmend/v1:0",
		}
	}
	suppressed := finding(command, "FROM", "x", "y")
	suppressed.Suppressed = &lint.Suppression{Kind: "hadolint", Line: 1, Reason: "| </details> <script> @root"}
	return &lint.Result{
		Files: []string{command.Path, evil.Path},
		Diagnostics: []*lint.Diagnostic{
			finding(command, "a", "%0A::set-output name=x::y\n::set-output name=x::y", "say `rm` | <b>bold</b> [link](https://evil.example)"),
			suppressed,
			finding(evil, "red", "@octocat #1 www.evil.example ![x](y) *b* _i_ ~~s~~ $A$ \\| \x1b]8;;x\x07 ##vso[task.x]", "```\n# heading\n```"),
			finding(evil, "\x00\xff\u202e\u2066\u200b\u009b", "<img src=x onerror=y> &lt; </details>", "\u202efix"),
		},
		Skipped:  []lint.SkippedRule{{Rule: "some-rule", File: "a\nb", Reason: "</details>\n\n# heading"}},
		Problems: []lint.Problem{{File: "x,y:\n", Message: "rule crashed\ngoroutine 1\n::error::x ##[add-mask]y"}},
		Notices:  []string{"::error::notice", "two\nlines"},
	}
}
