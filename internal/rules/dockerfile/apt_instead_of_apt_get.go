package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// AptInsteadOfAptGet finds RUN instructions that call apt, whose output and
// options may change with any version.
//
// Its own manual says that it is for people at a terminal, and it warns of that
// in the log of every build; apt-get and apt-cache are for scripts.
//
// Silent for Linux Mint's and Java's programs of that name.
//
// Off by default: what it does in a build has been the same for years.
var AptInsteadOfAptGet = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-instead-of-apt-get",
		Title:    "apt is for people",
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
			Message: fmt.Sprintf("%s is for people at a terminal: its options and output change between versions; use %s", quoteShort(strings.TrimSpace("apt "+action)), better),
		}
		switch action {
		case "install", "update", "remove", "purge", "upgrade", "autoremove", "clean", "search", "show", "policy":
			if c.Script != nil && c.Script.Editable() && name.Text == "apt" {
				f.Fixes = []lint.Fix{{Title: "use " + better, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{lint.Replace(name.Span, better)}}}
			}
		}
		p.Report(f)
	}, "apt")
}

// firstAction is a command's first word that is no flag.
func firstAction(c *facts.Command) string {
	for _, a := range c.Args() {
		if !strings.HasPrefix(a.Text, "-") {
			return a.Text
		}
	}
	return ""
}
