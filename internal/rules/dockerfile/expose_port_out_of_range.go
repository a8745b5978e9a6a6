package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ExposePortOutOfRange reports `EXPOSE` with a port above 65535, or with a range that
// ends before it begins.
//
// # Why it matters
//
// Ports are numbers up to 65535. Docker rejects the value, and the build fails.
//
// # How to fix it
//
// Write a valid port or range, such as `8080` or `8000-8010`.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which port is meant.
var ExposePortOutOfRange = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-port-out-of-range",
		Title:    "EXPOSE has an invalid port or range",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3011", Severity: lint.Error}},
			lint.Names("DF040", "DS008", "kics:unix_ports_out_of_range", "semgrep:invalid-port")...,
		),
	},
	Check: checkExposePortOutOfRange,
}

func checkExposePortOutOfRange(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("expose", true, func(in *dockerfile.Instruction) {
		for _, w := range in.Words {
			port, _, _ := strings.Cut(bare(w.Text), "/")
			from, to, isRange := strings.Cut(port, "-")
			first, firstErr := strconv.Atoi(from)
			last, lastErr := strconv.Atoi(to)
			if !isRange {
				last, lastErr = first, firstErr
			}
			switch {
			case firstErr == nil && first > 65535, lastErr == nil && last > 65535:
				p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("%s is not a valid port, so the build fails; use a port up to 65535", quoteShort(w.Text))})
			case firstErr == nil && lastErr == nil && first > last:
				p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("%s ends before it begins, so the build fails; write %d-%d", quoteShort(w.Text), last, first)})
			}
		}
	})
}
