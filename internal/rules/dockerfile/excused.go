package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

const excused = facts.Excused

// weighSize excuses a finding about what an image holds for nothing where nobody ships
// the image: it is for development or tests.
func weighSize(p *facts.Pass[*facts.Dockerfile], f lint.Finding) lint.Finding {
	if _, ok := p.Doc.Purposes(p.Project).Excuse(facts.ClaimSize); ok && !p.Hadolint {
		return facts.Excuse(f)
	}
	return f
}
