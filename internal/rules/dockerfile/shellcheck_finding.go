package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ShellcheckFinding passes on what ShellCheck says about the script of a RUN.
//
// ShellCheck knows the shell better than any linter of Dockerfiles: words that
// split, a cd that may fail, a test that is always true. Each of its codes is a
// variant of this rule, so SC2164 can be ignored or switched off by its own
// name; its pages are at shellcheck.net/wiki.
//
// The program has to be installed, or named by --shellcheck; the container image
// has it. It is told the stage's shell and the names of ENV and ARG. Only its
// errors and warnings are said; not what BusyBox's shell allows on Alpine, and
// not the codes about words that split or a return value that is lost, which in
// a build are nearly always as they were meant. In hadolint's mode all is said.
var ShellcheckFinding = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "shellcheck-finding",
		Title:      "ShellCheck finds fault with the script",
		Category:   lint.Correctness,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: lint.AnyShellCheck, Severity: lint.Warning}},
			lint.Names("DF066", "tally/shellcheck")...,
		),
	},
	Check: checkShellcheckFinding,
}

func checkShellcheckFinding(p *lint.Pass[*facts.Dockerfile]) {
	for _, n := range p.Notes {
		if !p.Hadolint && (n.Severity < lint.Warning || isPedantic(n.Code) || strings.HasPrefix(n.Code, "SC30") && onBusyBox(p.Doc, n.Span.Start)) {
			continue
		}
		f := lint.Finding{
			Span: n.Span, Variant: n.Code, Severity: n.Severity,
			Message: "shellcheck: " + strings.TrimRight(n.Message, ". "),
		}
		if len(n.Edits) > 0 {
			edits := make([]lint.FileEdit, len(n.Edits))
			for i, e := range n.Edits {
				edits[i] = lint.FileEdit{Edit: e}
			}
			f.Fixes = []lint.Fix{{Title: "apply ShellCheck's repair", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: slices.Clip(edits)}}
		}
		p.Report(f)
	}
}

// isPedantic tells whether a code is about a habit that rarely hurts a build.
func isPedantic(code string) bool {
	switch code {
	case "SC2034", "SC2038", "SC2046", "SC2155", "SC3043":
		return true
	}
	return false
}

// onBusyBox tells whether the stage around an offset has BusyBox's shell, which
// knows most of what POSIX leaves open.
func onBusyBox(d *facts.Dockerfile, offset int) bool {
	for _, s := range d.Stages() {
		for _, in := range s.Instructions {
			if in.Span.Start <= offset && offset < in.Span.End {
				return strings.Contains(s.Base().Text, "alpine") || strings.Contains(s.Base().Text, "busybox")
			}
		}
	}
	return false
}
