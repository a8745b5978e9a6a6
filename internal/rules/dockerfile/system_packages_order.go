package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// systemInstall is the call by which a RUN installs packages of the distribution and does
// nothing that may need what was copied before; nil where it may.
func systemInstall(d *facts.Dockerfile, all, in *dockerfile.Instruction) *facts.Command {
	s := d.StageOf(in)
	if s == nil || !s.ReachesFinal() || len(in.Heredocs) > 0 || copiesIntoSystem(all) {
		return nil
	}
	if strings.ContainsAny(in.Body, "<`") || strings.Contains(in.Body, "$(") {
		return nil
	}
	var install *facts.Command
	for _, c := range d.Commands(in) {
		pkg, ok := facts.Packages(c)
		switch {
		case !ok && !staysAway(c.Name()), c.Conditional():
			return nil
		case !ok || (pkg.Action != "install" && pkg.Action != "add"):
		case !isSystemManager(pkg.Manager) || !namesOnly(pkg.Packages):
			return nil
		case install == nil:
			install = c
		}
	}
	return install
}

// copiesIntoSystem reports whether a copy of everything goes where packages and their
// settings are.
func copiesIntoSystem(all *dockerfile.Instruction) bool {
	to := bare(all.Words[1].Text)
	return to == "/" || strings.HasPrefix(to, "/etc") || strings.HasPrefix(to, "/usr/share")
}

// namesOnly reports whether words are plain names of packages: no files and no variables.
func namesOnly(words []facts.Argument) bool {
	for _, w := range words {
		if !w.Literal || strings.ContainsAny(w.Text, "/$*") || strings.HasSuffix(w.Text, ".deb") || strings.HasSuffix(w.Text, ".rpm") {
			return false
		}
		if strings.HasSuffix(w.Text, ".apk") {
			return false
		}
	}
	return len(words) > 0
}

// staysAway reports whether a program reads no sources of the project.
func staysAway(name string) bool {
	switch name {
	case "rm", "echo", "true", ":", "set", "export", "mkdir", "ln", "locale-gen", "update-ca-certificates", "debconf-set-selections",
		"useradd", "groupadd", "adduser", "addgroup", "dpkg-reconfigure":
		return true
	}
	return false
}

func reportSystemOrder(p *facts.Pass[*facts.Dockerfile], all *dockerfile.Instruction, install *facts.Command) {
	p.Report(lint.Finding{
		Span: all.Head,
		Message: fmt.Sprintf(
			"%s comes before %s, so every change to a copied file installs the packages again; install them first",
			quoteShort(p.Doc.Text(all.Head)),
			quoteShort(firstLine(p.Doc.Text(install.Span))),
		),
		Related: []lint.Related{{Span: install.Span, Message: "the packages are installed here"}},
	})
}
