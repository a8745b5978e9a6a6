package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AptWithoutAssumeYes reports `apt-get install`, `upgrade`, `dist-upgrade`,
// `full-upgrade`, `remove`, `purge` and `build-dep` without `-y`.
//
// # Why it matters
//
// apt-get asks for confirmation when it installs or removes more packages than the
// command names. A build has no terminal to answer, so apt-get aborts and the build
// fails. A command that passes today fails as soon as a package gets a new dependency.
//
// # How to fix it
//
// Add `-y`.
//
// # Exceptions
//
// It does not report:
//
//   - other options that answer, such as `-qq`, `--yes` or `--assume-yes`, and a `yes`
//     that is piped in
//   - commands that install nothing, such as `--download-only` or `--simulate`
//   - an apt configuration that answers, set in the file or known to be in the base
//     image, as in the images of CircleCI
//   - `install -f` after an `install -y` in the same `RUN`, because the packages are
//     complete then
//   - `install` of one package that is not known to bring others, because apt-get asks only
//     about packages that the command does not name, or after another `install` of the `RUN`,
//     and `remove` or `purge` without
//     packages
var AptWithoutAssumeYes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-without-assume-yes",
		Title:    "apt-get asks for confirmation during the build",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3014", Severity: lint.Warning}},
			lint.Names("DF015", "DS021", "kics:apt_get_missing_flags_to_avoid_manual_input", "kics:apt_get_missing_yes_flag_to_avoid_manual_input", "kics:apt_get_without_yes_flag", "kics:y_switch_avoid_manual_input", "semgrep:missing-assume-yes-switch")...,
		),
	},
	Check: checkAptWithoutAssumeYes,
}

func checkAptWithoutAssumeYes(p *facts.Pass[*facts.Dockerfile]) {
	actions := []string{"install"}
	if !p.Hadolint {
		actions = append(actions, "upgrade", "dist-upgrade", "full-upgrade", "remove", "purge", "build-dep")
	}
	prompts{
		managers: []string{"apt-get", "apt"},
		actions:  actions,
		yes:      []string{"-y", "--yes", "--assume-yes", "-qq", "--download-only", "-d", "--simulate", "-s", "--dry-run", "--just-print", "--print-uris"},
		flag:     "-y",
		answered: answersApt,
		idle:     aptNeverAsks,
	}.report(p)
}

// aptNeverAsks reports whether apt has no reason to ask: it asks where it installs more
// than was named.
func aptNeverAsks(d *facts.Dockerfile, c facts.PackageCommand) bool {
	switch {
	case c.Action == "install" && len(c.Packages) == 1 && (!bringsOthers(c.Packages[0].Text) || followsInstall(d, c)):
		return true
	case len(c.Packages) == 0 && (c.Action == "remove" || c.Action == "purge"):
		return true
	}
	if s := d.StageOf(c.Instruction); s != nil {
		if _, assumes := images.Says(s.Base().Name(), images.AptAssumesYes); assumes {
			return true
		}
	}
	if len(c.Packages) > 0 || !c.HasFlag("-f", "--fix-broken") {
		return false
	}
	for _, other := range d.Commands(c.Instruction) {
		if before, ok := facts.Packages(other); ok && other.Span.Start < c.Span.Start && before.Manager == c.Manager &&
			before.Action == "install" &&
			before.HasFlag("-y", "--yes") {
			return true
		}
	}
	return false
}

// bringsOthers reports whether a package of Debian needs others that no image of a
// distribution has.
func bringsOthers(name string) bool {
	name, _, _ = strings.Cut(name, "=")
	if strings.HasPrefix(name, "lib") {
		return strings.HasSuffix(name, "-dev")
	}
	return slices.ContainsFunc([]string{
		"build-essential", "gcc", "g++", "clang", "cmake", "autoconf", "automake", "python", "ruby", "perl6", "nodejs", "npm", "yarn", "golang", "rustc", "cargo",
		"openjdk", "default-j", "maven", "gradle", "ant", "php", "apache2", "nginx", "postgresql", "mysql", "mariadb", "redis", "mongodb", "git", "subversion",
		"mercurial", "curl", "wget", "gnupg", "ca-certificates", "software-properties-common", "apt-transport-https", "openssh", "supervisor", "ffmpeg", "imagemagick",
		"graphviz", "vim", "emacs", "texlive", "docker", "chromium", "firefox", "xvfb", "r-base", "octave", "iputils-ping", "dnsutils", "iproute2",
	}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// followsInstall reports whether an earlier command of the RUN installs packages, which may
// have brought what the next one needs.
func followsInstall(d *facts.Dockerfile, c facts.PackageCommand) bool {
	return slices.ContainsFunc(d.Commands(c.Instruction), func(other *facts.Command) bool {
		pkg, ok := facts.Packages(other)
		return ok && other.Span.Start < c.Span.Start && pkg.Action == "install" && strings.HasPrefix(pkg.Manager, "apt")
	})
}

// answersApt reports whether something other than -y answers apt's questions.
func answersApt(d *facts.Dockerfile, c facts.PackageCommand) bool {
	quiet := 0
	for _, a := range c.Args() {
		switch {
		case a.Text == "-q", a.Text == "--quiet":
			quiet++
		case strings.HasPrefix(a.Text, "-q=") && a.Text != "-q=0" && a.Text != "-q=1",
			strings.HasPrefix(a.Text, "--quiet=") && a.Text >= "--quiet=2":
			return true
		case strings.HasPrefix(a.Text, "-") && !strings.HasPrefix(a.Text, "--"):
			quiet += strings.Count(a.Text, "q")
		}
	}
	if quiet >= 2 || strings.Contains(strings.ToLower(c.Instruction.Body), "assume-yes") || pipesYes(c) {
		return true
	}
	return aptIsConfigured(d, "assume-yes")
}

// aptIsConfigured reports whether any RUN writes a setting, in lower case, for apt.
func aptIsConfigured(d *facts.Dockerfile, setting string) bool {
	return facts.Once(d, "apt is configured", setting, func() bool {
		return slices.ContainsFunc(d.Instructions, func(in *dockerfile.Instruction) bool {
			return in.Keyword == "run" && strings.Contains(in.Body, "apt.conf") && strings.Contains(strings.ToLower(in.Body), setting)
		})
	})
}
