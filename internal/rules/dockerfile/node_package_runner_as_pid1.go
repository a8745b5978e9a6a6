package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// NodePackageRunnerAsPid1 finds start commands whose program is npm, yarn, pnpm
// or npx: it is process 1, and whether the program gets the stop signal depends
// on its version.
//
// Start node itself with what the script in package.json says. The fix does so where
// the script is node with plain words, and nothing runs before or after it. There is
// none for a script that calls another program, sets variables, or cannot be read.
//
// Silent in stages named dev, test and the like, and where the script starts a manager of
// processes, such as pm2.
var NodePackageRunnerAsPid1 = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "node-package-runner-as-pid1",
		Title:    "npm stands in front of the program",
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
			Message: fmt.Sprintf("%s stands between the container and the program, and may keep the stop signal from it; start node itself, as the script in package.json does", c.program),
		})
	}
}

// startsManager reports whether the script in package.json starts a manager of processes,
// which passes signals on itself.
func startsManager(p *facts.Pass[*facts.Dockerfile], c startCommand) bool {
	m, ok := readManifest(p, c.stage)
	if !ok || len(c.words) == 0 {
		return false
	}
	script := strings.Fields(m.Scripts[c.words[len(c.words)-1].Text])
	return slices.ContainsFunc(script, func(word string) bool { return slices.Contains([]string{"pm2", "pm2-runtime", "forever"}, word) })
}

// startNode starts what the script in package.json starts, if that is node alone.
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
	title := "start node itself, as the script does"
	if !c.in.JSON {
		return unsafeFix(title, lint.EffectConfig, lint.Replace(c.in.BodySpan, jsonArray(node)))
	}
	return unsafeFix(title, lint.EffectConfig, lint.Replace(text.Span{Start: c.at.Span.Start, End: last.End}, strings.Trim(jsonArray(node), "[]")))
}
