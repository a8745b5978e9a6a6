package facts

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// maxRecipes is how many files of a project are searched.
const maxRecipes = limits.Recipes

// recipesAround are the files around a folder that say how things are made, for all who
// ask.
type recipesAround struct {
	texts []*buildText
	// left is where there are more than are searched; nil where there are not.
	left lint.Context
}

// AnyRecipe reports whether a file around a folder that says how things are made
// holds something: a Makefile, a script, the scripts of a package, a workflow, a
// document. Large ones are left out.
func AnyRecipe(files lint.Context, holds func(recipe string) bool) bool {
	return anyRecipe(files, func(t *buildText) bool { return holds(t.src) })
}

func anyRecipe(files lint.Context, holds func(*buildText) bool) bool {
	around := lint.Derived(files, func() *recipesAround { return readRecipes(files) })
	if slices.ContainsFunc(around.texts, holds) {
		return true
	}
	if around.left != nil {
		around.left.Cut(fmt.Sprintf("more than %d files may say how something is made: only the first in the order of their names were searched", maxRecipes))
	}
	return false
}

func readRecipes(files lint.Context) *recipesAround {
	around := &recipesAround{}
	searched := 0
	for _, folder := range []string{".", "scripts", "hack", ".github/workflows", "..", "../scripts", "../.github/workflows"} {
		gate, err := files.In(folder, "")
		if err != nil {
			continue
		}
		for _, name := range lint.Derived(gate, func() recipeNames { return recipeNamesIn(gate) }) {
			if searched == maxRecipes {
				around.left = gate
				return around
			}
			searched++
			if t, _, err := lint.Shared(gate, name, readBuildText); err == nil && len(t.src) <= maxTextSize {
				around.texts = append(around.texts, t)
			}
		}
	}
	return around
}

// recipeNames are the files of a folder that say how things are made.
type recipeNames []string

func recipeNamesIn(gate lint.Context) recipeNames {
	names, err := gate.List(".")
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isRecipe(name) })
}

// Weight is about how many bytes of memory the names take.
func (r recipeNames) Weight() int {
	const name = 16 // the names themselves are those of the listing
	return name * len(r)
}

// isRecipe reports whether a file of that name says how things are made.
func isRecipe(name string) bool {
	lower := strings.ToLower(name)
	switch lower {
	case "makefile", "gnumakefile", "justfile", "package.json", "taskfile.yml", "taskfile.yaml", "rakefile", "jenkinsfile", "build.gradle", "pom.xml", "tox.ini", "noxfile.py", "tasks.py":
		return true
	}
	switch path.Ext(lower) {
	case ".sh", ".mk", ".ps1", ".bat", ".yml", ".yaml", ".hcl", ".md":
		return !strings.Contains(lower, "compose")
	}
	return false
}

// TagsHere reports whether a recipe around the document gives an image's name to
// what it builds, as in "docker build -t NAME .".
func (p *Project) TagsHere(i Image) bool {
	if !p.known() {
		return false
	}
	key := i.Name() + ":" + i.tagOrLatest()
	return p.tagsHere.get(key, func() bool {
		return p.recipeHolds(func(t *buildText) bool {
			return t.eachLine(i.Name(), func(number int, before, behind string) bool {
				word := wordBefore(before)
				return (word == "-t" || word == "--tag") && tagFits(behind, i) && t.isBuildCommand(number, before)
			})
		})
	})
}

// recipeHolds is anyRecipe for the document's folder; true past the bound on what one
// document asks.
func (p *Project) recipeHolds(holds func(*buildText) bool) bool {
	if !p.known() {
		return false
	}
	if p.searches++; p.searches > limits.RecipeSearches {
		p.files.Cut(fmt.Sprintf("a document has more than %d names that were searched for in scripts and documents: further ones count as found", limits.RecipeSearches))
		return true
	}
	return anyRecipe(p.files, holds)
}
