package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// SupervisorInContainer finds images that start a supervisor of several
// programs: supervisord, s6, runit and the like. When one of them dies the
// container lives on, and nobody outside sees it.
//
// One container for each program lets the platform restart, scale and log each.
//
// Silent for tini, dumb-init and catatonit, which run one program, and where
// the supervisor's configuration in the build context has a single program. Off
// by default: several programs in one image can be a deliberate choice.
var SupervisorInContainer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "supervisor-in-container",
		Title:    "One container runs several programs",
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
		Message: fmt.Sprintf("%s keeps several programs in one container, and the platform sees none of them die; run each in a container of its own", quoteShort(c.at.Text)),
	})
}

// hasOneProgram tells whether a configuration of supervisord that the file
// copies has no second program, nor includes that may have one.
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
