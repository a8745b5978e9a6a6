package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// AptKeyDeprecated finds apt-key, which Debian 13 and Ubuntu 25.04 no longer
// have: there the build fails. A key that it adds is trusted for every source.
//
// Write the key to /etc/apt/keyrings and name it with signed-by in the source.
//
// Silent for the removal of keys, with a fallback or under a condition, and for
// base images whose support has ended, which have a rule of their own.
var AptKeyDeprecated = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-key-deprecated",
		Title:    "apt-key is gone from new releases",
		Category: lint.Deprecated,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
	},
	Check: checkAptKeyDeprecated,
}

func checkAptKeyDeprecated(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		s := p.Doc.StageOf(c.Instruction)
		if c.Name() != "apt-key" || s == nil || len(c.Args()) == 0 || c.Conditional() || hasFallback(c) {
			return
		}
		for _, a := range c.Args() {
			switch a.Text {
			case "del", "list", "finger", "export":
				return
			}
		}
		base := s.Base()
		if holdsEndedSystem(base, lifecycle.Day(p.Settings)) && !lacksAptKey(base) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s fails on Debian 13 and Ubuntu 25.04, which have no apt-key; write the key to /etc/apt/keyrings and name it with signed-by", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		})
	}, "apt-key")
}

// holdsEndedSystem reports whether support for what an image holds has ended: such a
// release still has the program.
func holdsEndedSystem(base facts.Image, on images.Date) bool {
	name := images.Canonical(base.Name())
	release, known := images.ReleaseOf(name, base.Tag)
	if known && release.HasEnded(on) {
		return true
	}
	system, known := images.SystemOf(name, base.Tag)
	return known && system.HasEnded(on)
}

// lacksAptKey tells whether a release whose support has ended was one of the
// first without the program.
func lacksAptKey(base facts.Image) bool {
	r, known := images.SystemOf(images.Canonical(base.Name()), base.Tag)
	return known && r.Product == "ubuntu" && r.Cycle >= "25.04"
}
