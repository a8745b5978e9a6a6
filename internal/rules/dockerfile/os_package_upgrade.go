package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
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
			p.Report(
				lint.Finding{
					Fixes: leaveOutUpgrade(p.Doc, c.Command),
					Span:  c.Span,
					Message: fmt.Sprintf(
						"%s makes the image depend on the day of the build; use a newer base image, or upgrade only the packages that need it",
						quoteShort(firstLine(p.Doc.Text(c.Span))),
					),
				},
			)
		}
	}, "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "tdnf", "dnf5", "zypper")
}
