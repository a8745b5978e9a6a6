package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// NodeGypCacheNotMounted reports installations of Node.js packages without a cache mount
// for `/root/.cache/node-gyp`, in stages that have the tools to compile packages.
//
// # Why it matters
//
// node-gyp downloads the headers of Node.js each time the step runs. The rule is off by
// default, because the mount only saves a little build time.
//
// # How to fix it
//
// Mount a cache:
//
//	RUN --mount=type=cache,target=/root/.cache/node-gyp npm ci
//
// # Exceptions
//
// It does not report:
//
//   - stages with `USER`, because the file does not show the home folder of the user
var NodeGypCacheNotMounted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "node-gyp-cache-not-mounted",
		Title:    "Headers of Node.js are downloaded again in each build",
		Category: lint.Speed,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/js/node-gyp-cache-mounts"),
	},
	Check: checkNodeGypCacheNotMounted,
}

func checkNodeGypCacheNotMounted(p *facts.Pass[*facts.Dockerfile]) {
	const cache = "/root/.cache/node-gyp"
	for _, s := range p.Doc.Stages() {
		if !buildsAddons(p.Doc, s) || s.Last("user") != nil {
			continue
		}
		for _, in := range s.Instructions {
			if in.Keyword != "run" || mountsAny(in, []string{cache}) {
				continue
			}
			commands := p.Doc.Commands(in)
			at := slices.IndexFunc(commands, func(c *facts.Command) bool { _, ok := nodeInstall(c); return ok })
			if at < 0 {
				continue
			}
			p.Report(lint.Finding{
				Span:    commands[at].Span,
				Message: fmt.Sprintf("%s downloads the headers of Node.js each time it runs; mount a cache at %s", quoteShort(firstLine(p.Doc.Text(commands[at].Span))), cache),
				Fixes: []lint.Fix{{
					Title: "mount a cache at " + cache, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.End, " --mount=type=cache,target="+cache)},
				}},
			})
		}
	}
}

// buildsAddons reports whether a stage calls node-gyp, or installs a compiler and Python
// for it.
func buildsAddons(d *facts.Dockerfile, s *facts.Stage) bool {
	return facts.Once(d, "builds addons", s, func() bool { return readBuildsAddons(d, s) })
}

func readBuildsAddons(d *facts.Dockerfile, s *facts.Stage) bool {
	compiler, python := false, false
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" {
				continue
			}
			for _, c := range d.Commands(in) {
				if c.Name() == "node-gyp" {
					return true
				}
				pkg, ok := facts.Packages(c)
				if !ok {
					continue
				}
				for _, a := range pkg.Packages {
					switch a.Text {
					case "node-gyp":
						return true
					case "g++", "gcc", "build-essential", "build-base", "make":
						compiler = true
					case "python", "python2", "python3":
						python = true
					}
				}
			}
		}
	}
	return compiler && python
}
