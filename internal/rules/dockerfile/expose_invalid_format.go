package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposeInvalidFormat finds EXPOSE with an address or a port of the host.
//
// EXPOSE names ports of the container; what the host maps them to is said by
// "docker run -p". Docker refuses the rest, or will.
//
// Silent for ports with a protocol, for ranges and for variables.
var ExposeInvalidFormat = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-invalid-format",
		Title:    "EXPOSE names a port of the host",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("ExposeInvalidFormat"),
	},
	Check: checkExposeInvalidFormat,
}

func checkExposeInvalidFormat(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Keyword != "expose" || in.Err != nil {
			continue
		}
		for _, w := range in.Words {
			i := strings.LastIndexByte(w.Text, ':')
			if i <= 0 || strings.Contains(w.Text, "$") {
				continue
			}
			port := w.Text[i+1:]
			if port == "" {
				continue // the builder refuses it
			}
			f := lint.Finding{
				Span:    w.Span,
				Message: fmt.Sprintf("%q names a port of the host, which only docker run can map; write %s", short(w.Text), short(port)),
			}
			if strings.Trim(port, "0123456789-/tcpudTCPUD") == "" {
				f.Fixes = []lint.Fix{{
					Title: "keep the container's port", Applicability: lint.Safe, MaxEffect: lint.EffectConfig,
					Edits: []lint.FileEdit{lint.Replace(w.Span, port)},
				}}
			}
			p.Report(f)
		}
	}
}
