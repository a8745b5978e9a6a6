package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// defaultNames are the names that Compose looks for by itself, in its order.
var defaultNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}

func hasDefaultName(d *facts.Compose) bool {
	return slices.Contains(defaultNames, path.Base(d.Name))
}

// siblings lists the other Compose files of the folder: with -f, or by itself,
// Compose may merge any of them with this one. known is false where the folder
// cannot be looked at.
func siblings(p *lint.Pass[*facts.Compose]) (names []string, known bool) {
	if !p.Files.Known() {
		return nil, false
	}
	all, err := p.Files.List(".")
	if err != nil {
		return nil, false
	}
	for _, name := range all {
		lower := strings.ToLower(name)
		if !strings.HasSuffix(lower, ".yaml") && !strings.HasSuffix(lower, ".yml") || name == path.Base(p.Doc.Name) {
			continue
		}
		if strings.HasPrefix(lower, "compose") || strings.HasPrefix(lower, "docker-compose") || strings.Contains(lower, ".compose.") {
			names = append(names, name)
		}
	}
	return names, true
}

// standsAlone tells whether all of the project is in this file, as far as can be
// seen: it is no fragment, and no other Compose file lies beside it.
func standsAlone(p *lint.Pass[*facts.Compose]) bool {
	names, known := siblings(p)
	return known && len(names) == 0 && !p.Doc.IsFragment(p.Doc.Name)
}
