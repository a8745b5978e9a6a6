package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// excused is the variant of findings that few reviewers would make: in a file
// that is there to develop or to try something, where a comment gives a reason,
// and of a program whose work it is. A rule with variants of its own appends it.
const excused = "excused"

// excuse makes a finding one of that variant.
func excuse(f lint.Finding) lint.Finding {
	if f.Variant != "" {
		f.Variant += "-"
	}
	f.Variant += excused
	f.Severity = lint.Info
	return f
}

// weigh excuses a finding about what a service opens of its host: by what the file is
// for, where a comment gives the reason, or because it is the program's work.
func weigh(p *facts.Pass[*facts.Compose], f lint.Finding, itsWork bool) lint.Finding {
	return weighAs(p, f, facts.ClaimExposure, itsWork)
}

// weighAs is weigh for a finding that claims something else.
func weighAs(p *facts.Pass[*facts.Compose], f lint.Finding, claim facts.Claim, itsWork bool) lint.Finding {
	if _, ok := p.Doc.Purposes(p.Project).Excuse(claim); ok || itsWork || facts.HasReason(p.Doc.File, f.Span) {
		return excuse(f)
	}
	return f
}
