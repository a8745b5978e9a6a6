package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// InstallWithoutNetworkNone reports installations that use only a local cache by their
// own option, such as `npm ci --offline` or `bundle install --local`, in a `RUN` that
// has network access.
//
// # Why it matters
//
// The option only restricts the package manager. Install scripts of packages can still
// download code. With `RUN --network=none`, they cannot. The rule is off by default,
// because it needs a build that downloads and installs in two steps.
//
// # How to fix it
//
// Add the option to the `RUN`:
//
//	RUN --network=none npm ci --offline
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` in which another command downloads something
//   - a `RUN` with `--network`
var InstallWithoutNetworkNone = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "install-without-network-none",
		Title:    "Offline installation has network access",
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
			Message: fmt.Sprintf("%s needs no network, but install scripts can use it; add --network=none to the RUN", quoteShort(firstLine(p.Doc.Text(commands[at].Span)))),
			Fixes: []lint.Fix{{
				Title: "add --network=none", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.End, " --network=none")},
			}},
		})
	})
}

// installsOffline reports whether a command installs packages only from a cache.
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

// fetches reports whether a command can need the network: a download by another
// program, or an installation that is not offline.
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
