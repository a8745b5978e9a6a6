package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// NodePackageRunnerAsPid1 reports start commands whose program is `npm`, `yarn`, `pnpm`
// or `npx`.
//
// # Why it matters
//
// The package manager is then process 1. Whether it passes the stop signal (SIGTERM) to
// the program depends on its version; without the signal, `docker stop` waits 10 seconds
// and then kills the process. The package manager also uses memory as long as the
// container runs.
//
// # How to fix it
//
// Start what the script in `package.json` starts:
//
//	CMD ["node", "server.js"]
//
// # Fix safety
//
// There is no fix for a script that calls another program, sets variables or has quotes,
// for one with a `pre` or `post` script, and where `package.json` is not in the
// repository.
//
// # Exceptions
//
// It does not report:
//
//   - start commands and stages for development, such as `npm run dev`
//   - scripts that start a process manager, such as pm2
var NodePackageRunnerAsPid1 = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "node-package-runner-as-pid1",
		Title:    "Container starts through npm instead of node",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
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
		if startsManager(p, c) {
			return
		}
		p.Report(lint.Finding{
			Fixes:   startNode(p, c),
			Span:    c.at.Span,
			Message: fmt.Sprintf("%s is process 1, and not every version passes the stop signal to the program; start node directly, with the command from package.json", c.program),
		})
	}
}

// startsManager reports whether the script in package.json starts a process manager, which
// passes signals on.
func startsManager(p *facts.Pass[*facts.Dockerfile], c startCommand) bool {
	m, ok := readManifest(p, c.stage)
	if !ok || len(c.words) == 0 {
		return false
	}
	script := strings.Fields(m.Scripts[c.words[len(c.words)-1].Text])
	return slices.ContainsFunc(script, func(word string) bool { return slices.Contains([]string{"pm2", "pm2-runtime", "forever"}, word) })
}

// startNode starts what the script in package.json starts, if that is only node.
func startNode(p *facts.Pass[*facts.Dockerfile], c startCommand) []lint.Fix {
	words := c.words
	if len(words) > 1 && words[0].Text == "run" {
		words = words[1:]
	}
	m, ok := readManifest(p, c.stage)
	if !ok || c.program == "npx" || len(words) != 1 || holdsComment(c.in) {
		return nil
	}
	name := words[0].Text
	script := m.Scripts[name]
	if m.Scripts["pre"+name] != "" || m.Scripts["post"+name] != "" || strings.ContainsAny(script, "$&|;<>()*?'\"`\\=~{}[]#%") {
		return nil
	}
	node := strings.Fields(script)
	if len(node) < 2 || node[0] != "node" {
		return nil
	}
	last := words[0].Span
	if !c.in.Span.Contains(c.at.Span.Cover(last)) {
		return nil // the rest is in CMD
	}
	title := "start node directly, with the command from package.json"
	if !c.in.JSON {
		return unsafeFix(title, lint.EffectConfig, lint.Replace(c.in.BodySpan, jsonArray(node)))
	}
	return unsafeFix(
		title,
		lint.EffectConfig,
		lint.Replace(text.Span{Start: c.at.Span.Start, End: last.End}, strings.Trim(jsonArray(node), "[]")),
	)
}
