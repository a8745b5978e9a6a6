package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// OsPackageUpgrade finds upgrade of all packages of the base image: what comes
// out differs from day to day, and every file that changes is stored twice.
//
// Off by default: it brings fixes that the base image does not have yet, and
// many advise it.
var OsPackageUpgrade = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "os-package-upgrade",
		Title:    "All packages are upgraded",
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
			p.Report(lint.Finding{Fixes: leaveOutUpgrade(p.Doc, c.Command), Span: c.Span, Message: fmt.Sprintf("%s makes an image that differs from day to day; take a newer base image, or upgrade the packages that need it by name", quoteShort(firstLine(p.Doc.Text(c.Span))))})
		}
	}, "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "tdnf", "dnf5", "zypper")
}

// leaveOutUpgrade deletes the upgrade, and with it a RUN that else only updates the
// index and cleans up. Neither an index that nothing reads any more is left behind,
// nor an installation without one.
func leaveOutUpgrade(d *facts.Dockerfile, c *facts.Command) []lint.Fix {
	only, updates, installs := true, c.Name() == "apk" && c.HasFlag("-U", "--update", "--update-cache"), false
	for _, other := range d.Commands(c.Instruction) {
		pkg, ok := facts.Packages(other)
		updates = updates || ok && updatesIndex(pkg)
		installs = installs || ok && installsByName(pkg)
		cleans := ok && (pkg.Action == "clean" || pkg.Action == "autoclean" || pkg.Action == "autoremove" || updatesIndex(pkg)) || other.Name() == "rm"
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

// needsIndex tells whether a RUN below installs packages and brings no index of its
// own.
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

// findsIndex reports whether a RUN installs packages by an index that an earlier
// one has fetched.
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
