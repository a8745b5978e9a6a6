package facts

import (
	"slices"
	"strings"

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

// NamesOtherPlatform reports whether a file around that describes builds names a Linux
// platform of another processor than arch, such as "linux/arm64" for "amd64". It is
// false where it is not known what lies around.
func (p *Project) NamesOtherPlatform(arch string) bool {
	return p.recipeHolds(func(t *buildText) bool {
		return slices.ContainsFunc([]string{"amd64", "arm64", "arm/v7", "arm/v6", "386", "ppc64le", "s390x", "riscv64"}, func(other string) bool {
			return !strings.HasPrefix(other, arch) && strings.Contains(t.src, "linux/"+other)
		})
	})
}
