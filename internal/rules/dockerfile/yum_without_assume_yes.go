package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// YumWithoutAssumeYes reports `yum install`, `groupinstall`, `localinstall`, `reinstall`,
// `update` and `upgrade` without `-y`.
//
// # Why it matters
//
// yum asks for confirmation before it changes packages. A build has no terminal to answer,
// so yum stops and the build fails.
//
// # How to fix it
//
// Add the option:
//
//	RUN yum install -y httpd
//
// # Exceptions
//
// It does not report:
//
//   - a configuration that answers (`assumeyes`), and a `yes` that is piped in
//   - the update of a package after `yum -y update` of all packages in the same `RUN`
var YumWithoutAssumeYes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "yum-without-assume-yes",
		Title:    "yum asks for confirmation, which a build cannot give",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3030", Severity: lint.Warning}},
			lint.Names("DF027", "kics:yum_install_allows_manual_input", "semgrep:missing-yum-assume-yes-switch")...,
		),
	},
	Check: checkYumWithoutAssumeYes,
}

func checkYumWithoutAssumeYes(p *facts.Pass[*facts.Dockerfile]) {
	prompts{
		managers: []string{"yum"},
		actions:  []string{"install", "groupinstall", "localinstall", "reinstall", "update", "upgrade"},
		yes:      []string{"-y", "--assumeyes"},
		flag:     "-y",
		answered: answersRPM,
		idle:     yumIsUpToDate,
	}.report(p)
}

// yumIsUpToDate reports whether an update finds nothing more to do, because the RUN has
// updated all packages before.
func yumIsUpToDate(d *facts.Dockerfile, c facts.PackageCommand) bool {
	if c.Action != "update" && c.Action != "upgrade" {
		return false
	}
	for _, other := range d.Commands(c.Instruction) {
		if before, ok := facts.Packages(other); ok && other.Span.Start < c.Span.Start && before.Manager == "yum" && before.Action == c.Action &&
			len(before.Packages) == 0 &&
			before.HasFlag("-y", "--assumeyes") {
			return true
		}
	}
	return false
}
