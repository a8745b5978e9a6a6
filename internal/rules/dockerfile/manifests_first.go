package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// besides are files that a package manager reads next to its manifest, where they are.
func besides(manager string) []string {
	switch manager {
	case "npm":
		return []string{"package-lock.json", "npm-shrinkwrap.json", ".npmrc"}
	case "yarn":
		return []string{"yarn.lock", ".npmrc", ".yarnrc"}
	case "pnpm":
		return []string{"pnpm-lock.yaml", ".npmrc"}
	case "bun":
		return []string{"bun.lock", "bun.lockb", "bunfig.toml"}
	case "bundle":
		return []string{"Gemfile.lock", ".ruby-version"}
	case "go":
		return []string{"go.sum"}
	case "pipenv":
		return []string{"Pipfile.lock"}
	}
	return nil
}

// manifestsFirst copies the manifests and installs above the COPY of everything, where
// the RUN below it begins with that. For a build with Go it adds the download.
// There is no edit where the later COPY could bring an installed folder of the host.
func manifestsFirst(p *facts.Pass[*facts.Dockerfile], all *dockerfile.Instruction, c *facts.Command, e ecosystem) []lint.Fix {
	d, run := p.Doc, c.Instruction
	context, folder, ok := manifestIn(p, facts.Sources{"."}, e.manifests[0])
	if !ok || folder != "." || !copiesAll(all) || all.JSON {
		return nil
	}
	if len(all.Flags) > 0 || run.Index() != all.Index()+1 || isInner(all) {
		return nil
	}
	files, ok := manifestFiles(context.Files, e)
	if !ok {
		return nil
	}
	lines := ""
	if to := bare(all.Words[1].Text); !copiedBefore(d, all, files) {
		lines = sameCase("COPY", d.Text(all.KeywordSpan)) + " " + strings.Join(files, " ") + " " + strings.TrimRight(to, "/") + "/" + d.Newline()
	}
	title := "copy the manifests and install first"
	if e.manager == "go" && c.Name() == "go" && !slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return a.Text == "download" }) {
		if lines == "" {
			return nil
		}
		lines += sameCase("RUN", d.Text(run.KeywordSpan)) + " go mod download" + d.Newline()
		return unsafeFix("copy the manifests and download the modules first", lint.EffectGraph, lint.Insert(topOf(all), lines))
	}
	commands := d.Commands(run)
	if (e.builds && e.manager != "go") || !d.IsChain(run) || commands[0] != c {
		return nil
	}
	if strings.Contains(d.Text(run.Head), "type=bind") || slices.ContainsFunc(commands[1:], leavesLess) {
		return nil
	}
	install := d.Text(run.Span)
	cut, ok := deleteInstruction(run)
	if len(commands) > 1 {
		install = d.Text(text.Span{Start: run.Span.Start, End: c.Script.SpanOf(c.Stmt).End})
		cut, ok = deleteCommand(c)
	}
	if !ok {
		return nil
	}
	return unsafeFix(title, lint.EffectGraph, lint.Insert(topOf(all), lines+install+d.Newline()), cut)
}

// leavesLess reports whether a command removes what an install left, which takes no space only
// in the layer of that install.
func leavesLess(c *facts.Command) bool {
	words := c.Args()
	return c.Name() == "rm" || slices.ContainsFunc(words, func(a facts.Argument) bool {
		return slices.Contains([]string{"cache", "clean", "prune", "purge", "autoremove"}, a.Text)
	})
}

// manifestFiles are the files that an install reads, of those in the root of a context.
// ok is false where it may read others.
func manifestFiles(context lint.Context, e ecosystem) (files []string, ok bool) {
	manifest, err := context.ReadFile(e.manifests[0])
	if err != nil || strings.ContainsAny(e.manifests[0], "/*$ ") || needsSources(context, e, ".") {
		return nil, false
	}
	switch e.manager {
	case "npm", "yarn", "pnpm", "bun":
		_, ignored := context.Ignored("node_modules")
		_, workspace := context.Exists("pnpm-workspace.yaml")
		_, berry := context.Exists(".yarnrc.yml")
		ok = ignored && !workspace && !berry && !strings.Contains(string(manifest), "patch-package")
	case "pip":
		ok = !slices.ContainsFunc(strings.Split(string(manifest), "\n"), func(line string) bool {
			line = strings.TrimSpace(line)
			return strings.HasPrefix(line, "-r") || strings.HasPrefix(line, "-c") || strings.HasPrefix(line, "--r") || strings.HasPrefix(line, "--c") ||
				strings.HasPrefix(line, ".") || strings.HasPrefix(line, "/")
		})
	case "bundle", "go", "pipenv":
		ok = true
	}
	files = []string{e.manifests[0]}
	for _, name := range besides(e.manager) {
		if isSent(context, name) {
			files = append(files, name)
		}
	}
	return files, ok
}

// copiedBefore reports whether an earlier COPY of the stage brings the files to where
// the one of everything does.
func copiedBefore(d *facts.Dockerfile, all *dockerfile.Instruction, files []string) bool {
	s := d.StageOf(all)
	return slices.ContainsFunc(s.Own("copy"), func(in *dockerfile.Instruction) bool {
		sources, to, ok := copyWords(in)
		if !ok || in.Index() >= all.Index() || isFromElsewhere(in) || cleanFolder(bare(to.Text)) != cleanFolder(bare(all.Words[1].Text)) {
			return false
		}
		if s.LastBefore("workdir", in) != s.LastBefore("workdir", all) {
			return false
		}
		var brought facts.Sources
		for _, w := range sources {
			brought = append(brought, strings.TrimPrefix(bare(w.Text), "./"))
		}
		return !slices.ContainsFunc(files, func(name string) bool { return !brought.Cover(name) })
	})
}
