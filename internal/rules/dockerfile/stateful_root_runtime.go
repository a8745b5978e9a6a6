package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StatefulRootRuntime reports final stages that run as root and declare a `VOLUME` for
// data.
//
// # Why it matters
//
// An attacker who takes over the program has root privileges in the container, and can
// change the data that outlives it. Files that root creates in the volume also cannot be
// changed by other users of the host.
//
// The rule is off by default, because `final-user-root` and `final-user-unset` report the
// cause.
//
// # How to fix it
//
// Create a user that owns the data, and switch to it:
//
//	RUN useradd --uid 10001 app && mkdir /data && chown app /data
//	USER 10001
//	VOLUME /data
//
// # Fix safety
//
// There is no automatic fix: the program may need rights that only root has.
//
// # Exceptions
//
// It does not report:
//
//   - images with another user, and base images whose user is not known
//   - images with a tool that drops root privileges
//   - directories for temporary files, caches and logs
//   - stages for development
var StatefulRootRuntime = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stateful-root-runtime",
		Title:    "Volume data is written by a program that runs as root",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/stateful-root-runtime"),
	},
	Check: checkStatefulRootRuntime,
}

func checkStatefulRootRuntime(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || isDevelopment(s) || !endsAsRoot(p.Doc, s) || dropsRights(p.Doc, s) != "" {
		return
	}
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "volume" {
				continue
			}
			for _, w := range in.Words {
				if path := bare(w.Text); !isTransient(path) {
					p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("the program runs as root, so an attacker who compromises it controls the data in %s; switch to a user that owns the data", quoteShort(path))})
					return
				}
			}
		}
	}
}

// endsAsRoot reports whether the program of a stage certainly starts as root.
func endsAsRoot(d *facts.Dockerfile, s *facts.Stage) bool {
	if _, in := s.User(); in != nil {
		return isRoot(d, in)
	}
	base, known := facts.LookupBase(s.Base())
	return known && base.User == "" && !s.Base().IsWindows()
}

// isTransient reports whether a folder is for files that may be lost.
func isTransient(path string) bool {
	for _, part := range strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' || r == '.' || r == '_' || r == '-' }) {
		switch part {
		case "tmp", "temp", "cache", "caches", "run", "logs", "log", "node":
			return true
		}
	}
	return false
}
