package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// OsPackageUpgrade reports commands that upgrade all packages of the base image, such as
// `apt-get upgrade`, `apk upgrade`, `dnf update` and `zypper update`.
//
// # Why it matters
//
// The result depends on the day of the build, and each changed file is stored twice: in
// the base image and in the new layer. The rule is off by default, because an upgrade
// also installs security fixes that the base image does not have yet, and many guides
// recommend it.
//
// # How to fix it
//
// Use a newer base image, or upgrade only the packages that need it:
//
//	RUN apt-get update && apt-get install -y --only-upgrade openssl
//
// # Exceptions
//
// It does not report:
//
//   - upgrades of named packages
//   - `dnf update --security`
var OsPackageUpgrade = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "os-package-upgrade",
		Title:    "Build upgrades all system packages",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DKL-DI-0003", "DS024", "kics:run_using_dnf_update", "kics:run_using_upgrade_commands", "kics:run_using_zypper_update", "kics:use_of_apk_upgrade", "kics:yum_update_disabled", "semgrep:avoid-apk-upgrade", "semgrep:avoid-apt-get-upgrade", "semgrep:avoid-dnf-update", "semgrep:avoid-yum-update", "semgrep:avoid-zypper-update"),
	},
	Check: checkOsPackageUpgrade,
}

func checkOsPackageUpgrade(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		all := false
		switch c.Manager {
		case "apt-get", "apt", "aptitude":
			all = c.Action == "upgrade" || c.Action == "dist-upgrade" || c.Action == "full-upgrade" || c.Action == "safe-upgrade"
		case "apk":
			all = c.Action == "upgrade"
		case "yum", "dnf", "microdnf", "tdnf", "dnf5":
			all = (c.Action == "update" || c.Action == "upgrade") && !c.HasFlag("--security")
		case "zypper":
			all = c.Action == "update" || c.Action == "up"
		}
		if all && len(c.Packages) == 0 {
			p.Report(lint.Finding{Fixes: leaveOutUpgrade(p.Doc, c.Command), Span: c.Span, Message: fmt.Sprintf("%s makes the image depend on the day of the build; use a newer base image, or upgrade only the packages that need it", quoteShort(firstLine(p.Doc.Text(c.Span))))})
		}
	}, "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "tdnf", "dnf5", "zypper")
}

// leaveOutUpgrade deletes the upgrade. It deletes the whole RUN if the other commands only
// update the index and clean up. It leaves no index that nothing reads, and no
// installation without an index.
func leaveOutUpgrade(d *facts.Dockerfile, c *facts.Command) []lint.Fix {
	only, updates, installs := true, c.Name() == "apk" && c.HasFlag("-U", "--update", "--update-cache"), false
	for _, other := range d.Commands(c.Instruction) {
		pkg, ok := facts.Packages(other)
		updates = updates || (ok && updatesIndex(pkg))
		installs = installs || (ok && installsByName(pkg))
		cleans := (ok && (pkg.Action == "clean" || pkg.Action == "autoclean" || pkg.Action == "autoremove" || updatesIndex(pkg))) || other.Name() == "rm"
		only = only && (other == c || cleans)
	}
	edit, ok := deleteCommand(c)
	switch {
	case only:
		edit, ok = deleteInstruction(c.Instruction)
		ok = ok && d.IsChain(c.Instruction) && !strings.Contains(c.Instruction.Body, ".list") && (!updates || !needsIndex(d, c.Instruction))
	case updates && !installs, updates && c.Name() == "apk" && c.HasFlag("-U", "--update", "--update-cache"):
		return nil
	}
	if !ok {
		return nil
	}
	return unsafeFix("remove the upgrade", lint.EffectGraph, edit)
}

func installsByName(c facts.PackageCommand) bool {
	return c.Action == "install" || c.Action == "add" || c.Action == "in"
}

// needsIndex reports whether a later RUN installs packages without updating the index
// itself.
func needsIndex(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	last := facts.Once(d, "last install that needs an index", nil, func() int {
		last := -1
		d.Each("run", true, func(x *dockerfile.Instruction) {
			if findsIndex(d, x) {
				last = x.Index()
			}
		})
		return last
	})
	return last > in.Index()
}

// findsIndex reports whether a RUN installs packages with an index that an earlier RUN
// downloaded.
func findsIndex(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	for _, c := range d.Commands(in) {
		pkg, ok := facts.Packages(c)
		if ok && updatesIndex(pkg) {
			return false
		}
		if !ok || !installsByName(pkg) {
			continue
		}
		switch pkg.Manager {
		case "apk":
			if !c.HasFlag("--no-cache", "-U", "--update", "--update-cache") {
				return true
			}
		case "apt-get", "apt", "aptitude":
			return true
		}
	}
	return false
}
