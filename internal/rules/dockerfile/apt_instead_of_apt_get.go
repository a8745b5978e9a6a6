package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// AptInsteadOfAptGet reports `RUN` instructions that call `apt`.
//
// # Why it matters
//
// `apt` is made for interactive use. Its manual says that its output and options can
// change between versions, and it prints a warning about that in each build. `apt-get`
// and `apt-cache` are made for scripts and stay compatible.
//
// The rule is off by default, because the behavior of `apt` in builds has not changed
// for years.
//
// # How to fix it
//
// Use `apt-get` to install and remove packages, and `apt-cache` to search for and show
// packages.
//
// # Exceptions
//
// It does not report other programs named `apt`, such as those of Linux Mint and the
// JDK.
var AptInsteadOfAptGet = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-instead-of-apt-get",
		Title:    "apt is used in a script instead of apt-get",
		Category: lint.Correctness,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3027", Severity: lint.Warning}},
			lint.Names("CKV_DOCKER_9", "DF059", "kics:run_using_apt", "semgrep:prefer-apt-get")...,
		),
	},
	Check: checkAptInsteadOfAptGet,
}

func checkAptInsteadOfAptGet(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "apt" || len(c.Words) == 1 {
			return
		}
		better := "apt-get"
		action := firstAction(c)
		switch action {
		case "search", "show", "policy", "depends", "rdepends", "madison":
			better = "apt-cache"
		}
		name := c.Words[0]
		f := lint.Finding{
			Span:    name.Span,
			Message: fmt.Sprintf("%s is meant for interactive use, and its options and output can change between versions; use %s", quoteShort(strings.TrimSpace("apt "+action)), better),
		}
		switch action {
		case "install", "update", "remove", "purge", "upgrade", "autoremove", "clean", "search", "show", "policy":
			if c.Script != nil && c.Script.Editable() && name.Text == "apt" {
				f.Fixes = []lint.Fix{
					{
						Title:         "use " + better,
						Applicability: lint.Unsafe,
						MaxEffect:     lint.EffectGraph,
						Edits:         []lint.FileEdit{lint.Replace(name.Span, better)},
					},
				}
			}
		}
		p.Report(f)
	}, "apt")
}
