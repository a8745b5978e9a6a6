package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

const excused = facts.Excused

// weighSize excuses a finding about the size of an image that is for development or
// tests, because such an image is not shipped.
func weighSize(p *facts.Pass[*facts.Dockerfile], f lint.Finding) lint.Finding {
	return weighAs(p, f, facts.ClaimSize)
}

// weighReference excuses a finding about the image that a reference means where nobody builds
// the file as it is.
func weighReference(p *facts.Pass[*facts.Dockerfile], f lint.Finding) lint.Finding {
	return weighAs(p, f, facts.ClaimReference)
}

// weighOwnImage is weighReference, and excuses a tag that moves of an image that the
// repository publishes itself.
func weighOwnImage(p *facts.Pass[*facts.Dockerfile], i facts.Image, f lint.Finding) lint.Finding {
	if !p.Hadolint && p.Project.Publishes(i) {
		return facts.Excuse(f)
	}
	return weighReference(p, f)
}

// weighAs excuses a finding by what the file is for.
func weighAs(p *facts.Pass[*facts.Dockerfile], f lint.Finding, claim facts.Claim) lint.Finding {
	if _, ok := p.Doc.Purposes(p.Project).Excuse(claim); ok && !p.Hadolint {
		return facts.Excuse(f)
	}
	return f
}

// weighDevPackages is weighSize for a finding about packages for development. Where people
// develop they are what is wanted, so that there is no fix.
func weighDevPackages(p *facts.Pass[*facts.Dockerfile], f lint.Finding) lint.Finding {
	if f = weighSize(p, f); f.Variant == excused {
		f.Fixes = nil
	}
	return f
}
