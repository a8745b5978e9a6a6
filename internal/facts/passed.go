package facts

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// MayBePassed reports whether a file around may give a build of this Dockerfile an
// argument: a Compose file, or a recipe with a value for it. It is true where nobody
// knows what lies around.
func (f *Dockerfile) MayBePassed(argument string) bool {
	if f.Around == nil || f.Name == "" || !f.Around.files.Known() {
		return true
	}
	for _, s := range f.Services() {
		b, ok := s.ComposeService.Build()
		if ok && slices.ContainsFunc(b.Args, func(a compose.KeyValue) bool { return a.Key == argument }) {
			return true
		}
	}
	return f.recipeHolds(func(recipe string) bool { return countWord(recipe, argument) > 0 })
}

// ReadAsText reports whether a recipe around the Dockerfile may read the
// instructions of its kind as text, as with awk or sed.
func (f *Dockerfile) ReadAsText(keyword string) bool {
	keyword = strings.ToUpper(keyword)
	return f.recipeHolds(func(recipe string) bool {
		if !containsAny(recipe, "awk", "sed ", "grep", "re.match", "re.search", "startswith") {
			return false
		}
		return containsAny(recipe, `"`+keyword, "'"+keyword, "^"+keyword, "/"+keyword, keyword+" ", keyword+`\s`, keyword+"[[")
	})
}

func (f *Dockerfile) recipeHolds(holds func(recipe string) bool) bool {
	return f.Around != nil && f.Around.files.Known() && AnyRecipe(f.Around.files, holds)
}
