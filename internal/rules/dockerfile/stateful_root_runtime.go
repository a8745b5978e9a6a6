package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// StatefulRootRuntime finds images that run as root and keep data in a volume:
// who takes over the program owns what outlasts the container too.
//
// Silent where a user is set, where the base is not known to run as root, where
// a tool that drops rights is there, and for folders of temporary files and
// caches. Off by default: final-user-root and final-user-unset name the cause,
// this one only adds weight.
var StatefulRootRuntime = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stateful-root-runtime",
		Title:    "Data that lasts belongs to root",
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
					p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("the program runs as root, and so does whoever takes it over, with the data in %s; switch to a user that owns it", quoteShort(path))})
					return
				}
			}
		}
	}
}

// endsAsRoot tells whether the program of a stage surely starts as root.
func endsAsRoot(d *facts.Dockerfile, s *facts.Stage) bool {
	if _, in := s.User(); in != nil {
		return isRoot(d, in)
	}
	base, known := facts.LookupBase(s.Base())
	return known && base.User == "" && !s.Base().IsWindows()
}

// isTransient tells whether a folder is one for what may be lost.
func isTransient(path string) bool {
	for _, part := range strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' || r == '.' || r == '_' || r == '-' }) {
		switch part {
		case "tmp", "temp", "cache", "caches", "run", "logs", "log", "node":
			return true
		}
	}
	return false
}

// lastPart is the last part of a path, for a folder too.
func lastPart(w dockerfile.Word) string { return baseName(strings.TrimRight(bare(w.Text), "/")) }
