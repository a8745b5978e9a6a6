package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// PackageSignatureCheckDisabled reports options that make a package manager install
// packages without checking their signatures, such as `--allow-untrusted` (apk),
// `--allow-unauthenticated` and `--force-yes` (apt-get), `--nogpgcheck` (yum, dnf),
// `--nosignature` (rpm) and `--no-gpg-checks` (zypper).
//
// # Why it matters
//
// Anyone who can change the download, on the server or on the network path, can replace
// a package. Its code then runs as root in the build and in the container.
//
// # How to fix it
//
// Add the key of the repository, and remove the option: a file in `/etc/apk/keys` for
// apk, `signed-by` in the source line for apt, `rpm --import` for RPM packages.
//
// # Exceptions
//
// It does not report:
//
//   - package files of the build, such as `./tool.rpm`
var PackageSignatureCheckDisabled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "package-signature-check-disabled",
		Title:    "Package manager does not check signatures",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Variants: []string{"apk", "apt", "apt-force", "rpm-repository", "rpm", "zypper"},
		Aliases: append(
			[]lint.Alias{
				{Name: "CKV2_DOCKER_7", Variants: []string{"apk"}},
				{Name: "CKV2_DOCKER_8", Variants: []string{"apt"}},
				{Name: "CKV2_DOCKER_9", Variants: []string{"rpm-repository"}},
				{Name: "CKV2_DOCKER_10", Variants: []string{"rpm"}},
				{Name: "CKV2_DOCKER_11", Variants: []string{"apt-force"}},
			},
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
		fixes := letPackagesCheck(c, at)
		if strings.HasPrefix(variant, "apt") && hasOldKeys(p, c) {
			fixes = nil
		}
		p.Report(lint.Finding{
			Span: at.Span, Variant: variant, Fixes: fixes,
			Message: fmt.Sprintf("%s turns off the signature check, so a replaced package gets installed; remove it and add the key of the repository", quoteShort(at.Text)),
		})
	}, "apk", "apt", "yum", "dnf", "rpm", "zypper")
}

// hasOldKeys reports whether support for the base of a command's stage ended, so that the
// keys in it may be too old for its archive, and the check would fail.
func hasOldKeys(p *facts.Pass[*facts.Dockerfile], c *facts.Command) bool {
	s := p.Doc.StageOf(c.Instruction)
	if s == nil {
		return false
	}
	_, ended := lifecycle.Ended(s.Base(), "", lifecycle.Day(p.Settings))
	return ended
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
	if !ok || (len(pkg.Packages) > 0 && allPaths(pkg.Packages)) {
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

// letPackagesCheck deletes the flag. --force-yes also answers the questions of apt, so -y
// replaces it where no other flag does. There is no edit for package files, because the
// image most likely does not have the key for them.
func letPackagesCheck(c *facts.Command, at facts.Argument) []lint.Fix {
	for _, w := range c.Args() {
		if strings.HasSuffix(w.Text, ".apk") || strings.HasSuffix(w.Text, ".deb") || strings.HasSuffix(w.Text, ".rpm") ||
			strings.ContainsAny(w.Text, "$*") {
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
	return unsafeFix("remove the option, so that signatures are checked", lint.EffectGraph, edit)
}
