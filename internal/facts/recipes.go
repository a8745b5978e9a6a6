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

// AnyRecipe tells whether a file around a folder that says how things are made
// holds something: a Makefile, a script, the scripts of a package, a workflow, a
// document.
func AnyRecipe(files lint.Context, holds func(recipe string) bool) bool {
	searched := 0
	for _, folder := range []string{".", "scripts", "hack", ".github/workflows", "..", "../scripts", "../.github/workflows"} {
		gate, err := files.In(folder, "")
		if err != nil {
			continue
		}
		for _, name := range lint.Derived(gate, func() recipeNames { return recipeNamesIn(gate) }) {
			if searched == maxRecipes {
				gate.Cut(fmt.Sprintf("more than %d files may say how something is made: only the first in the order of their names were searched", maxRecipes))
				return false
			}
			searched++
			if src, err := gate.ReadFile(name); err == nil && holds(string(src)) {
				return true
			}
		}
	}
	return false
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

// isRecipe tells whether a file of that name says how things are made.
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
	return AnyRecipe(p.files, func(recipe string) bool {
		t := &buildText{src: recipe}
		return t.eachLine(i.Name(), func(number int, before, behind string) bool {
			word := wordBefore(before)
			return (word == "-t" || word == "--tag") && tagFits(behind, i) && t.isBuildCommand(number, before)
		})
	})
}
