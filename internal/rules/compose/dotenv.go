package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// dotenvNames are the variables that the .env beside the file, or an example of
// one, sets. The names alone count: the values may be another machine's.
func dotenvNames(p *lint.Pass[*facts.Compose]) map[string]bool {
	names := map[string]bool{}
	if !p.Files.Known() {
		return names
	}
	for _, file := range []string{".env", ".env.example", ".env.sample", ".env.template", ".env.dist", "example.env", "sample.env", "env.example"} {
		content, err := p.Files.ReadFile(file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(content)) {
			line = strings.TrimPrefix(strings.TrimLeft(line, " \t#"), "export ")
			if name, _, ok := strings.Cut(line, "="); ok {
				names[strings.TrimSpace(name)] = true
			}
		}
	}
	return names
}
