package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// HealthcheckMissing finds final stages that expose a port and have no
// HEALTHCHECK: Docker cannot tell a server that hangs from one that works.
//
// HEALTHCHECK NONE counts as a decision. Off by default: Kubernetes and most
// platforms ignore HEALTHCHECK and have checks of their own.
var HealthcheckMissing = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-missing",
		Title:    "No HEALTHCHECK",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3057", Severity: lint.Info, OffByDefault: true}},
			lint.Names("CIS-4.6", "CIS-5.27", "CIS-DI-0006", "CKV_DOCKER_2", "DF012", "DS026", "kics:healthcheck_instruction", "kics:healthcheck_instruction_missing")...,
		),
	},
	Check: checkHealthcheckMissing,
}

func checkHealthcheckMissing(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !p.Hadolint && (!s.IsFinal() || s.Last("expose") == nil) || s.Last("healthcheck") != nil || isBuiltOn(p.Doc, s) {
			continue
		}
		p.Report(lint.Finding{
			Span:    s.From.Head,
			Message: fmt.Sprintf("no HEALTHCHECK follows %s, so Docker cannot tell a server that hangs from one that works; add one, or HEALTHCHECK NONE where the platform checks", quoteShort(firstLine(p.Doc.Text(s.From.Head)))),
		})
	}
}

// isBuiltOn tells whether a later stage is built FROM the stage.
func isBuiltOn(d *facts.Dockerfile, s *facts.Stage) bool {
	for _, other := range d.Stages() {
		if other.Parent == s {
			return true
		}
	}
	return false
}
