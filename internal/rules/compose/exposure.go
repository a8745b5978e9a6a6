package compose

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

const excused = facts.Excused

// weigh excuses a finding about what a service opens of its host: by what the file is
// for, where a comment gives the reason, or because it is the program's work.
func weigh(p *facts.Pass[*facts.Compose], f lint.Finding, itsWork bool) lint.Finding {
	return weighAs(p, f, facts.ClaimExposure, itsWork)
}

// isInUse reports whether a service is run for others than those who develop: it starts
// again whenever it ends, or the file's name says production or a stack.
func isInUse(p *facts.Pass[*facts.Compose], s *facts.ComposeService) bool {
	return s.KeepsRunning() || facts.IsProductionName(p.Doc.Name)
}

// isFileInUse reports whether any service of the file is started again after a failure, or
// the file's name says production or a stack.
func isFileInUse(p *facts.Pass[*facts.Compose]) bool {
	return facts.IsProductionName(p.Doc.Name) || slices.ContainsFunc(p.Doc.All(), (*facts.ComposeService).StartsAgain)
}

// weighAs is weigh for a finding that claims something else.
func weighAs(p *facts.Pass[*facts.Compose], f lint.Finding, claim facts.Claim, itsWork bool) lint.Finding {
	if _, ok := p.Doc.Purposes(p.Project).Excuse(claim); ok || itsWork || facts.HasReason(p.Doc.File, f.Span) {
		return facts.Excuse(f)
	}
	return f
}
