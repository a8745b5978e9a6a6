package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// SupervisorInContainer reports images that start a supervisor of several programs, such
// as supervisord, s6 or runit.
//
// # Why it matters
//
// When one of the programs ends, the supervisor and the container keep running, so the
// platform does not notice the failure. It also cannot restart, scale or log the programs
// separately.
//
// The rule is off by default, because several programs in one image can be a deliberate
// choice.
//
// # How to fix it
//
// Run each program in its own container, such as one service for each in a Compose file.
//
// # Fix safety
//
// There is no automatic fix: splitting an image into several is a change of the design.
//
// # Exceptions
//
// It does not report:
//
//   - tini, dumb-init and catatonit, which start one program
//   - a supervisord whose configuration in the build context has a single program
var SupervisorInContainer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "supervisor-in-container",
		Title:    "Container runs several programs under a supervisor",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("docs:decouple"),
		Needs:    lint.NeedsContext,
	},
	Check: checkSupervisorInContainer,
}

func checkSupervisorInContainer(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	switch c.program {
	case "supervisord":
		if hasOneProgram(p) {
			return
		}
	case "s6-svscan", "runsvdir", "runsvdir-start", "runit", "runit-init", "my_init", "honcho", "foreman":
	case "init":
		if c.at.Text != "/init" || !p.Doc.Mentions("s6-overlay") {
			return
		}
	default:
		return
	}
	p.Report(lint.Finding{
		Span:    c.at.Span,
		Message: fmt.Sprintf("%s runs several programs in one container, so the platform does not notice when one of them ends; run each in its own container", quoteShort(c.at.Text)),
	})
}

// hasOneProgram reports whether the supervisord configuration that the file copies has
// a single program, and no includes that may add one.
func hasOneProgram(p *facts.Pass[*facts.Dockerfile]) bool {
	for _, s := range p.Doc.Final().Chain() {
		for _, in := range s.Instructions {
			if in.Keyword != "copy" && in.Keyword != "add" {
				continue
			}
			sources, _, _ := copyWords(in)
			for _, w := range sources {
				if !strings.Contains(w.Text, "supervisor") {
					continue
				}
				if config, err := p.Files.ReadFile(strings.TrimPrefix(bare(w.Text), "/")); err == nil {
					return strings.Count(string(config), "[program:") == 1 && !strings.Contains(string(config), "[include]")
				}
			}
		}
	}
	return false
}
