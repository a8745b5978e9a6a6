package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

const excused = facts.Excused

// weigh makes a finding one of that variant where the manifest's purpose excuses what it
// claims, where minor says so, and where a comment gives a reason for anything but an
// exposure.
func weigh(p *facts.Pass[*facts.Manifest], f lint.Finding, claim facts.Claim, minor bool) lint.Finding {
	if claim != facts.ClaimExposure {
		minor = minor || facts.HasReason(p.Doc.File, f.Span)
	}
	if _, ok := p.Doc.Purposes(p.Project).Excuse(claim); !ok && !minor {
		return f
	}
	return facts.Excuse(f)
}
