package facts

import (
	"slices"

	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// MayBePassed reports whether a file around may give a build of this Dockerfile an
// argument: a Compose file, or a recipe with a value for it. It is true where nobody
// knows what lies around.
func (p *Project) MayBePassed(f *Dockerfile, argument string) bool {
	if !p.known() || f.Name == "" {
		return true
	}
	for _, s := range p.Services(f) {
		b, ok := s.ComposeService.Build()
		if ok && slices.ContainsFunc(b.Args, func(a compose.KeyValue) bool { return a.Key == argument }) {
			return true
		}
	}
	return p.recipeHolds(func(t *buildText) bool { return countWord(t.src, argument) > 0 })
}
