package compose

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
)

// dotenvNames are the variables that the .env next to the file, or an example of
// one, sets. The names alone count: the values may be another machine's.
func dotenvNames(p *facts.Pass[*facts.Compose]) map[string]bool {
	names := map[string]bool{}
	if !p.Files.Known() {
		return names
	}
	files, err := p.Files.List(".")
	if err != nil {
		return names
	}
	for _, file := range []string{".env", ".env.example", ".env.sample", ".env.template", ".env.dist", "example.env", "sample.env", "env.example"} {
		if !slices.Contains(files, file) {
			continue
		}
		variables, _ := readEnvFile(p, file, true)
		for _, v := range variables {
			names[v.Name] = true
		}
	}
	return names
}
