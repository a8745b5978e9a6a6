package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// isOfficialImage reports whether a name without a tag is one of Docker's own.
func isOfficialImage(name string) bool {
	_, known := facts.LookupBase(facts.ParseImage(name))
	return known || name == "scratch"
}

// isLeftBehind reports whether a build stage installs nothing and its image leaves
// nothing of a release in the final one, or with the zero value nothing at all.
func isLeftBehind(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, r images.Release) bool {
	return !s.InFinalImage() && firstInstall(p.Doc, s) == nil && !shipsFrom(p, s, r)
}

// firstInstall is the first command that installs packages of the distribution in a
// stage or one that builds on it; nil if there is none.
func firstInstall(d *facts.Dockerfile, base *facts.Stage) *facts.Command {
	return facts.Once(d, "first installs from the archive", nil, func() map[*facts.Stage]*facts.Command {
		first := map[*facts.Stage]*facts.Command{}
		for _, s := range d.Stages() {
			c := ownInstall(d, s)
			for x := s; c != nil && x != nil && first[x] == nil; x = x.Parent {
				first[x] = c
			}
		}
		return first
	})[base]
}

// ownInstall is the first command that installs packages of the distribution in a
// stage that the final image needs; nil if there is none.
func ownInstall(d *facts.Dockerfile, s *facts.Stage) *facts.Command {
	if !s.ReachesFinal() {
		return nil
	}
	for _, in := range s.Own("run") {
		if commands := d.Commands(in); slices.ContainsFunc(commands, asksArchive) {
			return commands[slices.IndexFunc(commands, asksArchive)]
		}
	}
	return nil
}

// asksArchive reports whether a command asks the distribution's package archive.
func asksArchive(c *facts.Command) bool {
	pkg, ok := facts.Packages(c)
	if !ok {
		return false
	}
	switch pkg.Manager {
	case "apt-get", "apt", "aptitude", "yum", "dnf", "microdnf":
		return pkg.Action == "install" || pkg.Action == "update" || pkg.Action == "upgrade"
	}
	return false
}

// goneArchive is the finding on an image whose steps ask an archive that is gone. ok
// is false where it answers, where no step asks it, and where the steps may name
// another archive.
func goneArchive(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, on images.Date) (f lint.Finding, ok bool) {
	d := p.Doc
	v, gone := lifecycle.WithoutArchive(s.Image, on)
	if !gone || s.Image.HasVariable() { // a build may give another value
		return lint.Finding{}, false
	}
	c := firstInstall(d, s)
	if c == nil || c.Conditional() || hasFallback(c) || mayNameArchive(d, s) {
		return lint.Finding{}, false
	}
	f = lint.Finding{
		Span: s.Image.Span, Severity: v.Severity, Dated: v.Dated, Message: quoteShort(s.Image.Raw) + " " + v.Message,
		Related: []lint.Related{{Span: c.Span, Message: "packages are installed here"}},
	}
	if lifecycle.IsVariantOf(d.Name, v.Release) {
		f = facts.Excuse(f) // it exists for this release, and another would be no help
	}
	return f, true
}

// mayNameArchive reports whether a stage, or one that builds on it, may have its
// packages from elsewhere than the image says: it touches the lists of archives, or
// takes over files, a proxy or a mount that may.
func mayNameArchive(d *facts.Dockerfile, base *facts.Stage) bool {
	for _, s := range d.Stages() {
		if !slices.Contains(s.Chain(), base) {
			continue
		}
		if slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool { return touchesArchives(d, in) }) {
			return true
		}
	}
	return false
}

func touchesArchives(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	words := strings.ToLower(d.Text(in.Span))
	switch in.Keyword {
	case "run", "copy", "add", "env", "arg", "shell", "onbuild":
	default:
		return false
	}
	for _, name := range [...]string{"sources.list", "/etc/apt", "apt.conf", "yum.repos.d", "yum.conf", "vault.", "archive.", "old-releases", "snapshot.", "mirror", "freexian", "proxy", "config-manager"} {
		if strings.Contains(words, name) {
			return true
		}
	}
	if in.Keyword != "run" {
		return false
	}
	// A script may do anything before the packages are asked for.
	return slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
		name := c.Name()
		return name == "" || name == "." || name == "source" || strings.HasSuffix(name, ".sh")
	})
}

// isForGPU reports whether a stage's base is an image for NVIDIA's GPUs.
func isForGPU(s *facts.Stage) bool {
	_, is := images.Says(s.Base().Name(), images.GPU)
	return is
}

// languageOf is the interpreter that an official image is for; empty for others.
func languageOf(i facts.Image) string {
	if !i.Known {
		return ""
	}
	language, _ := images.Says(i.Repository, images.Language)
	return language
}
