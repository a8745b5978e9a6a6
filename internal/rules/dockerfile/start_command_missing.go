package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StartCommandMissing reports final stages without `CMD` and `ENTRYPOINT` whose base image
// has none either.
//
// # Why it matters
//
// `docker run` without a command fails with "no command specified", so everyone who starts
// the image must know its program.
//
// The rule is off by default, because a Compose file or a manifest may hold the command.
//
// # How to fix it
//
// Add the command that starts the program:
//
//	ENTRYPOINT ["/server"]
//
// # Fix safety
//
// There is no automatic fix: the file does not show which program is meant.
//
// # Exceptions
//
// It does not report:
//
//   - base images other than scratch and those known to have no command and no shell
//   - stages FROM scratch that only hold files, such as those from which another build
//     copies
var StartCommandMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "start-command-missing",
		Title:    "Image has no CMD or ENTRYPOINT",
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
		Message: fmt.Sprintf("neither this stage nor its base image %s has a CMD or an ENTRYPOINT, so docker run fails without a command; add one", quoteShort(base.Raw)),
	})
}

// isService reports whether a stage has instructions on how its container runs.
func isService(s *facts.Stage) bool {
	for _, keyword := range []string{"user", "expose", "healthcheck", "stopsignal", "workdir", "volume"} {
		if s.Last(keyword) != nil {
			return true
		}
	}
	return false
}
