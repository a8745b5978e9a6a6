package dockerfile

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

// writesBesideItself reports whether the program that a stage starts writes into its own
// folder, or may do so: servers for developers keep what they compile there, and so do the
// compilers that a start script calls first. A user who may not write there cannot start
// it. What a script of package.json does is read; a script that is not there may do
// anything.
func writesBesideItself(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	words, in := s.StartWords()
	if len(words) == 0 {
		return true
	}
	c := startCommand{stage: s, in: in, at: words[0], words: words[1:]}
	c.unwrap()
	c.program = baseName(c.at.Text)
	if strings.ContainsAny(c.at.Text, " \t") {
		return true // a script
	}
	inner := c.inner()
	switch inner.program {
	case "npm", "yarn", "pnpm", "bun":
		return !startsCompiled(nodeScript(p, s, inner))
	case "sh", "bash", "ash", "dash", "npx", "bunx", "pnpx":
		return true
	}
	return compilesAtStart(append([]string{inner.program}, inner.args()...))
}

// nodeScript is the script of package.json that a package manager's call runs; empty
// where it is not known.
func nodeScript(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, c startCommand) string {
	args := slices.DeleteFunc(c.args(), func(arg string) bool { return strings.HasPrefix(arg, "-") })
	if len(args) > 0 && (args[0] == "run" || args[0] == "run-script") {
		args = args[1:]
	}
	src, ok := p.Project.FileAt(s, nil, "package.json")
	var m manifest
	if len(args) == 0 || !ok || json.Unmarshal(src, &m) != nil {
		return ""
	}
	if m.Scripts["pre"+args[0]] != "" {
		return "" // which is another script, and most often a build
	}
	return m.Scripts[args[0]]
}

// startsCompiled reports whether a script is one command that starts a program as it is.
func startsCompiled(script string) bool {
	words, ok := facts.ScriptWords(script)
	return ok && !strings.ContainsAny(script, "&;\n") && !compilesAtStart(words)
}

// compilesAtStart reports whether a command first compiles what it runs, or calls a
// package manager, which can run any script.
func compilesAtStart(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		switch name := baseName(w); name {
		case "next", "nuxt", "nuxi", "remix", "astro":
			return !slices.Contains(words, "start")
		case "manage.py": // most projects of Django begin with a database in a file beside it
			return true
		default:
			return slices.Contains(strings.Fields(compilers), name)
		}
	})
}

// compilers are programs for Node.js that write what they make, or what they keep of it,
// into the project's folder.
const compilers = `
	npm yarn pnpm bun npx
	vite vite-node vinxi vitepress vuepress vue-cli-service svelte-kit quasar ionic
	react-scripts react-app-rewired craco gatsby expo docusaurus storybook mintlify
	ng nx nest turbo ember strapi backstage-cli
	webpack webpack-cli webpack-dev-server rollup parcel esbuild tsup gulp grunt babel babel-node
	tsc tsc-watch ts-node ts-node-dev nodemon concurrently`
