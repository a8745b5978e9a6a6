package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// NodeGypCacheNotMounted finds installations of node packages in stages that
// have the tools to compile them, without a cache mount for the headers of node:
// each run fetches them again.
//
// Silent where a cache is mounted there, and for users other than root, whose
// home is not in the file.
//
// Off by default: a small gain, in build time only.
var NodeGypCacheNotMounted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "node-gyp-cache-not-mounted",
		Title:    "The headers of node are fetched again each time",
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
				Message: fmt.Sprintf("%s fetches the headers of node again each time it runs; mount a cache at %s", quoteShort(firstLine(p.Doc.Text(commands[at].Span))), cache),
				Fixes: []lint.Fix{{
					Title: "mount a cache at " + cache, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.End, " --mount=type=cache,target="+cache)},
				}},
			})
		}
	}
}

// buildsAddons tells whether a stage calls node-gyp, or installs a compiler and
// Python for it.
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
