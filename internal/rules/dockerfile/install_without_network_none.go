package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// InstallWithoutNetworkNone finds installations that take everything from a cache
// by their own flag, as npm ci --offline, in a RUN that has the network all the
// same. With RUN --network=none nothing else can get in.
//
// Silent for steps that fetch.
//
// Off by default: it asks for a build in two steps.
var InstallWithoutNetworkNone = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "install-without-network-none",
		Title:    "An offline installation has the network",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/ruby/prefer-network-none-install"),
	},
	Check: checkInstallWithoutNetworkNone,
}

func checkInstallWithoutNetworkNone(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		if _, ok := flagOf(in, "network"); ok {
			return
		}
		commands := p.Doc.Commands(in)
		at := slices.IndexFunc(commands, installsOffline)
		if at < 0 || slices.ContainsFunc(commands, fetches) {
			return
		}
		p.Report(lint.Finding{
			Span:    commands[at].Span,
			Message: fmt.Sprintf("%s needs no network, and has it; add --network=none to the RUN", quoteShort(firstLine(p.Doc.Text(commands[at].Span)))),
			Fixes: []lint.Fix{{
				Title: "add --network=none", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.End, " --network=none")},
			}},
		})
	})
}

// installsOffline tells whether a command installs packages from a cache alone.
func installsOffline(c *facts.Command) bool {
	pkg, ok := facts.Packages(c)
	if !ok {
		return false
	}
	switch pkg.Manager {
	case "bundle":
		return pkg.Action == "install" && c.HasFlag("--local")
	case "npm", "yarn", "pnpm":
		return (pkg.Action == "ci" || pkg.Action == "install") && c.HasFlag("--offline")
	case "pip":
		return pkg.Action == "install" && c.HasFlag("--no-index")
	case "uv":
		return pkg.Action == "sync" && c.HasFlag("--offline")
	case "cargo":
		return c.HasFlag("--offline", "--frozen")
	}
	return false
}

// fetches tells whether a command may need the network: another program's
// download, or an installation that is not offline.
func fetches(c *facts.Command) bool {
	switch c.Name() {
	case "curl", "wget", "git":
		return true
	}
	pkg, ok := facts.Packages(c)
	if !ok || installsOffline(c) {
		return false
	}
	switch pkg.Action {
	case "install", "add", "update", "ci", "sync", "download", "fetch", "upgrade":
		return true
	}
	return false
}
