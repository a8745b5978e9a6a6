package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PackageSignatureCheckDisabled finds flags that make a package manager install
// what nobody has signed.
//
// Add the key of the repository instead: a file in /etc/apk/keys, signed-by in
// the line of the source, rpm --import.
//
// Silent for files of the build itself.
var PackageSignatureCheckDisabled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "package-signature-check-disabled",
		Title:    "Packages are installed unchecked",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Variants: []string{"apk", "apt", "apt-force", "rpm-repository", "rpm", "zypper"},
		Aliases: append(
			[]lint.Alias{{Name: "CKV2_DOCKER_7", Variants: []string{"apk"}}, {Name: "CKV2_DOCKER_8", Variants: []string{"apt"}}, {Name: "CKV2_DOCKER_9", Variants: []string{"rpm-repository"}}, {Name: "CKV2_DOCKER_10", Variants: []string{"rpm"}}, {Name: "CKV2_DOCKER_11", Variants: []string{"apt-force"}}},
			lint.Names("CIS-4.11", "CIS-DI-0011")...,
		),
	},
	Check: checkPackageSignatureCheckDisabled,
}

func checkPackageSignatureCheckDisabled(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		at, variant := uncheckedFlag(c)
		if variant == "" {
			return
		}
		p.Report(lint.Finding{
			Span: at.Span, Variant: variant, Fixes: letPackagesCheck(c, at),
			Message: fmt.Sprintf("%s installs what nobody has signed; add the key of the repository instead", quoteShort(at.Text)),
		})
	}, "apk", "apt", "yum", "dnf", "rpm", "zypper")
}

// uncheckedFlag finds the word that turns the check off; variant is empty for none.
func uncheckedFlag(c *facts.Command) (at facts.Argument, variant string) {
	if c.Name() == "rpm" {
		if a, ok := c.FindFlag("--nosignature", "--nodigest", "--noverify", "--nofiledigest"); ok {
			return a, "rpm"
		}
		return at, ""
	}
	pkg, ok := facts.Packages(c)
	if !ok || len(pkg.Packages) > 0 && allPaths(pkg.Packages) {
		return at, ""
	}
	flags, variant := []string(nil), ""
	switch pkg.Manager {
	case "apk":
		flags, variant = []string{"--allow-untrusted"}, "apk"
	case "apt-get", "apt", "aptitude":
		if a, ok := c.FindFlag("--force-yes"); ok {
			return a, "apt-force"
		}
		flags, variant = []string{"--allow-unauthenticated", "--allow-insecure-repositories"}, "apt"
	case "yum", "dnf", "microdnf", "tdnf", "dnf5":
		flags, variant = []string{"--nogpgcheck", "--no-gpgchecks"}, "rpm-repository"
	case "zypper":
		flags, variant = []string{"--no-gpg-checks", "--allow-unsigned-rpm"}, "zypper"
	}
	if a, ok := c.FindFlag(flags...); ok && len(flags) > 0 && !strings.HasSuffix(a.Text, "=false") {
		return a, variant
	}
	return at, ""
}

func allPaths(words []facts.Argument) bool {
	for _, w := range words {
		if !isPath(w.Text) && (!strings.HasSuffix(w.Text, ".rpm") || strings.Contains(w.Text, "://")) {
			return false
		}
	}
	return true
}

// letPackagesCheck deletes the flag. With --force-yes goes the answer to apt's
// questions, so -y takes its place where nothing else gives it. Package files are
// most likely signed by nobody whose key is there: for them there is no edit.
func letPackagesCheck(c *facts.Command, at facts.Argument) []lint.Fix {
	for _, w := range c.Args() {
		if strings.HasSuffix(w.Text, ".apk") || strings.HasSuffix(w.Text, ".deb") || strings.HasSuffix(w.Text, ".rpm") || strings.ContainsAny(w.Text, "$*") {
			return nil
		}
	}
	edit, ok := deleteWords(c, at.Span, 1)
	if at.Text == "--force-yes" {
		if !c.HasFlag("-y", "--yes", "--assume-yes") {
			edit = lint.Replace(at.Span, "-y")
		}
		ok = ok && firstAction(c) == "install"
	}
	if !ok {
		return nil
	}
	return unsafeFix("check the packages", lint.EffectGraph, edit)
}
