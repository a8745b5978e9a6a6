package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposeInvalidFormat reports `EXPOSE` with an IP address or a host port, such as
// `8080:80`.
//
// # Why it matters
//
// `EXPOSE` names ports of the container only. Docker ignores the host part with a
// warning, and a later version may reject it. A reader expects a mapping that does not
// exist.
//
// # How to fix it
//
// Write the port of the container. The host port is set when the container starts, with
// `docker run -p 8080:80`.
//
// # Exceptions
//
// It does not report values with a variable.
var ExposeInvalidFormat = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-invalid-format",
		Title:    "EXPOSE contains a host address or host port",
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
				Message: fmt.Sprintf("%q contains a host address or port, which only docker run can map; write %s", short(w.Text), short(port)),
			}
			if strings.Trim(port, "0123456789-/tcpudTCPUD") == "" {
				f.Fixes = []lint.Fix{{
					Title: "keep only the port of the container", Applicability: lint.Safe, MaxEffect: lint.EffectConfig,
					Edits: []lint.FileEdit{lint.Replace(w.Span, port)},
				}}
			}
			p.Report(f)
		}
	}
}
