package facts

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// ownNames are the names under which the repository is known.
type ownNames struct {
	// accounts are those of the owner and of the repository, as its own addresses have
	// them: badges of its workflows, its module's path, its package's repository.
	accounts []string
	// title is the README's first heading, without blanks; first is its first word.
	title, first string
}

// Publishes reports whether an image looks like one that this repository publishes, though
// no file in it builds the name: it lies under the name of the owner or of the repository, or
// under that of the README's title where the repository builds images.
func (p *Project) Publishes(i Image) bool {
	parts := strings.Split(i.Name(), "/")
	if strings.ContainsAny(parts[0], ".:") {
		parts = parts[1:] // without the registry
	}
	if !p.known() || !i.Known || len(parts) < 2 {
		return false
	}
	root, _ := p.top()
	own := lint.Derived(root, func() *ownNames { return readOwnNames(root) })
	name, account := squeezed(parts[len(parts)-1]), squeezed(parts[0])
	if slices.ContainsFunc(parts[:len(parts)-1], func(part string) bool { return slices.Contains(own.accounts, squeezed(part)) }) {
		return true
	}
	const shortest = 5 // shorter words begin many names
	isNamed := name == own.title || len(account) >= shortest && strings.Contains(own.title, account) ||
		len(own.first) >= shortest && strings.HasPrefix(account, own.first)
	return isNamed && bool(lint.Derived(root, p.buildsImages))
}

// buildsImages is true for a repository of which any file builds images.
type buildsImages bool

func (p *Project) buildsImages() buildsImages {
	return p.findText(func(t *buildText) bool {
		return containsAny(t.src, "docker build", "build-push-action", "buildx", "buildah")
	}) != ""
}

// ownAddress finds the owner and the repository in addresses that are its own.
var ownAddress = regexp.MustCompile(`(?:github\.com/([\w.-]+)/([\w.-]+)/(?:actions/)?workflows/` +
	`|img\.shields\.io/github/[\w/-]*workflow/status/([\w.-]+)/([\w.-]+)` +
	`|(?m:^)module github\.com/([\w.-]+)/([\w.-]+)` +
	`|"(?:url|repository)": *"(?:git\+)?(?:https://github\.com/|git@github\.com:|github:)?([\w.-]+)/([\w.-]+?)(?:\.git)?")`)

func readOwnNames(root lint.Context) *ownNames {
	own := &ownNames{}
	title, intro := headOfReadme(root)
	words := titleWords(strings.ToLower(title))
	own.title = strings.Join(words, "")
	if len(words) > 0 {
		own.first = words[0]
	}
	texts := []string{intro}
	for _, name := range []string{"go.mod", "package.json"} {
		if src, err := root.ReadFile(name); err == nil {
			texts = append(texts, string(src))
		}
	}
	for _, t := range texts {
		for _, match := range ownAddress.FindAllStringSubmatch(t, -1) {
			for _, account := range match[1:] {
				if account = squeezed(account); account != "" && !slices.Contains(own.accounts, account) {
					own.accounts = append(own.accounts, account)
				}
			}
		}
	}
	return own
}

// squeezed is a name in lower case without the signs that registries do not take.
func squeezed(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(name))
}
