package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StartCommandMissing finds final stages with neither CMD nor ENTRYPOINT whose
// base has none either: a container of the image does not start by itself.
//
// Silent for any other base, which may bring one, and for stages that hold files
// alone, as those that another build copies from.
//
// Off by default: the command may stand in a compose file or a manifest.
var StartCommandMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "start-command-missing",
		Title:    "The image starts nothing",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("DF036"),
	},
	Check: checkStartCommandMissing,
}

func checkStartCommandMissing(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || s.From.Err != nil || s.Entrypoint() != nil || s.Command() != nil {
		return
	}
	base := s.Base()
	known, ok := facts.LookupBase(base)
	if !ok || known.Entrypoint != facts.NoEntrypoint || known.HasShell {
		return
	}
	if base.IsScratch() && !isService(s) {
		return
	}
	p.Report(lint.Finding{
		Span:    s.From.Head,
		Message: fmt.Sprintf("neither this stage nor its base %s has a CMD or an ENTRYPOINT, so a container starts nothing; add one", quoteShort(base.Raw)),
	})
}

// isService tells whether a stage says how a container is run.
func isService(s *facts.Stage) bool {
	for _, keyword := range []string{"user", "expose", "healthcheck", "stopsignal", "workdir", "volume"} {
		if s.Last(keyword) != nil {
			return true
		}
	}
	return false
}
