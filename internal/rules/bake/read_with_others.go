package bake

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

// isReadWithOthers reports whether buildx may read other files that define targets beside
// this one.
func isReadWithOthers(p *facts.Pass[*facts.Bake]) bool {
	isUsual := p.Doc.Name == "docker-bake.hcl" || p.Doc.Name == "docker-bake.json"
	if !isUsual || !p.Files.Known() {
		return true
	}
	names, err := p.Files.List(".")
	if err != nil {
		return true
	}
	for _, name := range names {
		lower := strings.ToLower(name)
		isBake := strings.Contains(lower, "bake") && (path.Ext(lower) == ".hcl" || path.Ext(lower) == ".json")
		isCompose := strings.Contains(lower, "compose") && (path.Ext(lower) == ".yaml" || path.Ext(lower) == ".yml")
		if name != p.Doc.Name && (isBake || isCompose) {
			return true
		}
	}
	return false
}
