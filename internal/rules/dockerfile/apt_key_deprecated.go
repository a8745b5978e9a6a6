package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// AptKeyDeprecated reports commands that call `apt-key` to add or change keys.
//
// # Why it matters
//
// Debian 13 and Ubuntu 25.04 no longer have `apt-key`, so the build fails on these
// releases and later ones. Also, apt trusts a key that `apt-key` added for every
// repository, not only for the one that the key is meant for.
//
// # How to fix it
//
// Write the key to a file in `/etc/apt/keyrings`, and reference the file in the entry of
// the repository:
//
//	deb [signed-by=/etc/apt/keyrings/example.asc] https://example.com/apt stable main
//
// # Fix safety
//
// There is no automatic fix: the key must be written to a separate file, and each source that it
// signs must reference that file.
//
// # Exceptions
//
// It does not report:
//
//   - `apt-key del`, `list`, `finger` and `export`
//   - a command that runs only under a condition, or that has a fallback
//   - base images that reached end of life and still have `apt-key`; the rule
//     `eol-base-image` reports these images
var AptKeyDeprecated = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-key-deprecated",
		Title:    "apt-key was removed from Debian 13 and Ubuntu 25.04",
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
		if c.Name() != "apt-key" || s == nil || len(c.Args()) == 0 || c.Conditional() {
			return
		}
		if hasFallback(c) {
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
			Message: fmt.Sprintf("%s fails on Debian 13 and Ubuntu 25.04, which have no apt-key; write the key to /etc/apt/keyrings and reference it with signed-by", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		})
	}, "apt-key")
}

// holdsEndedSystem reports whether the release in an image has reached end of life: such
// a release still has the program.
func holdsEndedSystem(base facts.Image, on images.Date) bool {
	name := images.Canonical(base.Name())
	release, known := images.ReleaseOf(name, base.Tag)
	if known && release.HasEnded(on) {
		return true
	}
	system, known := images.SystemOf(name, base.Tag)
	return known && system.HasEnded(on)
}

// lacksAptKey reports whether a release that reached end of life was one of the first
// without the program.
func lacksAptKey(base facts.Image) bool {
	r, known := images.SystemOf(images.Canonical(base.Name()), base.Tag)
	return known && r.Product == "ubuntu" && r.Cycle >= "25.04"
}
