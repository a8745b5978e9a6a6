package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// NodePackageRunnerAsPid1 finds start commands whose program is npm, yarn, pnpm
// or npx: it is process 1, and whether the program gets the stop signal depends
// on its version.
//
// Start node itself with what the script in package.json says.
//
// Silent in stages named dev, test and the like.
var NodePackageRunnerAsPid1 = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "node-package-runner-as-pid1",
		Title:    "npm stands in front of the program",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkNodePackageRunnerAsPid1,
}

func checkNodePackageRunnerAsPid1(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || developmentServer(c) != "" {
		return
	}
	switch c.program {
	case "npm", "yarn", "pnpm", "npx":
		p.Report(lint.Finding{
			Span:    c.at.Span,
			Message: fmt.Sprintf("%s stands between the container and the program, and may keep the stop signal from it; start node itself, as the script in package.json does", c.program),
		})
	}
}
