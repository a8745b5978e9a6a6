package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// eachBuild calls visit for every service whose build can be read, Dockerfile and
// stage included. For the others the rule skips, with each reason once. That a
// context or a target is not there is for the rules on these to say.
func eachBuild(p *facts.Pass[*facts.Compose], visit func(*facts.ComposeService, *facts.ServiceBuild)) {
	skipped := map[string]bool{}
	skip := func(s *facts.ComposeService, reason string) {
		if !skipped[reason] {
			skipped[reason] = true
			p.Skip(fmt.Sprintf("cannot tell what %q builds: %s", shortText(s.Name), reason))
		}
	}
	for _, s := range p.Doc.All() {
		b, err := p.Project.Build(s)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			skip(s, "the build context does not exist")
		case err != nil:
			skip(s, err.Error())
		case b == nil:
		case b.File == nil:
			skip(s, "there is no Dockerfile that can be read")
		case b.Stage == nil:
			skip(s, "the build target is not a stage")
		default:
			visit(s, b)
		}
	}
}

// inDockerfile is a place in the Dockerfile that a service builds.
func inDockerfile(b *facts.ServiceBuild, span text.Span, message string) lint.Related {
	return lint.Related{Source: b.File.Source, Span: span, Message: message}
}

// siblingSets reports whether a Compose file of the folder gives the service of
// that name a key: Compose may merge both.
func siblingSets(p *facts.Pass[*facts.Compose], service, key string) bool {
	for _, near := range p.Project.ComposeFiles(p.Doc) {
		if s := near.Named(service); s != nil && s.Has(key) {
			return true
		}
	}
	return false
}

// has reports whether one of the entries has that key.
func has(entries []compose.KeyValue, key string) bool {
	return slices.ContainsFunc(entries, func(kv compose.KeyValue) bool { return kv.Key == key })
}

// skipsPart reports whether the folder does not look like a whole checkout, where
// a file that is not there says nothing; the rule has skipped then.
func skipsPart(p *facts.Pass[*facts.Compose]) bool {
	if p.Project.Repository().IsWhole() {
		return false
	}
	p.Skip(facts.NotWhole)
	return true
}
