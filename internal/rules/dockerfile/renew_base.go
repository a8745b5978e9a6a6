package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// renewBase is the fix that moves a stage to a supported release of its base image. There is
// one only where what the file does on it is known to work on the new release too.
func renewBase(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, on images.Date) []lint.Fix {
	x, ok := p.Doc.SiteOf(s.Image)
	if !ok || s.Image.Digest != "" {
		return nil
	}
	name := images.Canonical(s.Image.Name())
	tag, keepsVersion, ok := images.Renewed(name, s.Image.Tag, on)
	if !ok || namesReleaseElsewhere(p.Doc, s) || !worksOnNewer(p, s, keepsVersion) {
		return nil
	}
	edit, ok := x.Rewrite(tag, "")
	if !ok {
		return nil
	}
	return unsafeFix("use "+s.Image.Name()+":"+tag, lint.EffectGraph, lint.FileEdit{Edit: edit})
}

// namesReleaseElsewhere reports whether the file has the code name or the version of a
// distribution in another place than in FROM: in the address of an archive, or in the name
// of a package.
func namesReleaseElsewhere(d *facts.Dockerfile, s *facts.Stage) bool {
	r, _ := images.SystemOf(images.Canonical(s.Image.Name()), s.Image.Tag)
	words := []string{r.Codename, "v" + r.Cycle}
	for _, in := range d.Instructions {
		if in.Keyword == "from" {
			continue
		}
		text := strings.ToLower(d.Text(in.Span))
		if slices.ContainsFunc(words, func(w string) bool { return len(w) > 1 && strings.Contains(text, w) }) {
			return true
		}
	}
	return false
}

// worksOnNewer reports whether all that runs in the stage and in those that build on it is
// known to work on a newer release of the base.
func worksOnNewer(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, keepsLanguage bool) bool {
	isGo := isGoImage(s.Image)
	if isGo && !isGoModule(p, s) {
		return false
	}
	for _, y := range p.Doc.Stages() {
		if y != s && !slices.Contains(y.Chain(), s) {
			continue
		}
		for _, in := range y.Instructions {
			switch in.Keyword {
			case "run":
				if !runsOnNewer(p.Doc, in, isGo, keepsLanguage) {
					return false
				}
			case "copy", "add":
				if bringsBinaries(p.Doc, in) && !isServed(in) {
					return false
				}
			case "onbuild":
				return false
			}
		}
	}
	return true
}

// isGoImage reports whether an image is one of Go.
func isGoImage(i facts.Image) bool {
	r, ok := images.ReleaseOf(images.Canonical(i.Name()), i.Tag)
	return ok && r.Product == "go"
}

// isGoModule reports whether a stage builds a Go module, for which a newer compiler is
// compatible, into a program that needs no library of the builder.
func isGoModule(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	src := strings.ToLower(string(p.Doc.Src))
	if strings.Contains(src, "go get ") || strings.Contains(src, "go111module=off") || strings.Contains(src, "golangci") {
		return false
	}
	if _, ok := p.Project.FileAt(s, nil, "go.mod"); !ok {
		if isDir, found := p.Files.Exists("go.mod"); isDir || !found {
			return false
		}
	}
	needsNoLibrary := strings.Contains(src, "cgo_enabled=0") || strings.Contains(src, "cgo_enabled 0")
	return needsNoLibrary || len(p.Doc.Stages()) == 1 || strings.Contains(s.Image.Tag, "alpine")
}

// runsOnNewer reports whether the commands of a RUN install only packages that each release
// has, and otherwise only move files. A Go compiler may be called on Go, and the package
// manager of a language that stays at its version.
func runsOnNewer(d *facts.Dockerfile, in *dockerfile.Instruction, isGo, keepsLanguage bool) bool {
	commands := d.Commands(in)
	readsElsewhere := func(word string) bool { return strings.Contains(in.Args, word) }
	if len(commands) == 0 || slices.ContainsFunc([]string{"/etc/apt", "/etc/apk/repositories", ".deb"}, readsElsewhere) {
		return false
	}
	for _, c := range commands {
		if pkg, ok := facts.Packages(c); ok {
			if !installsSteady(pkg, isGo, keepsLanguage) {
				return false
			}
			continue
		}
		if !slices.Contains(strings.Fields(plainCommands), c.Name()) {
			return false
		}
	}
	return true
}

// plainCommands work on files, users and downloads, the same way in each release.
const plainCommands = "addgroup adduser cat cd chmod chown cp curl cut echo exit export find groupadd head ln locale-gen ls mkdir mktemp mv " +
	"printf rm sed set sha256sum sort tail tar tee test touch tr true unzip update-ca-certificates useradd usermod wget xz [ :"

// installsSteady reports whether a call of a package manager works on a newer release.
func installsSteady(pkg facts.PackageCommand, isGo, keepsLanguage bool) bool {
	switch pkg.Manager {
	case "apt-get", "apt", "apk":
		if pkg.Action != "install" && pkg.Action != "add" {
			return pkg.Action != "build-dep" && pkg.Action != "source"
		}
		return !slices.ContainsFunc(pkg.Packages, func(a facts.Argument) bool { return !a.Literal || !isSteadyPackage(a.Text) })
	case "go":
		return isGo && slices.Contains([]string{"build", "generate", "install", "mod", "test", "vet"}, pkg.Action)
	case "pip", "npm", "yarn", "pnpm", "bundle", "gem":
		return keepsLanguage
	}
	return false
}

// isServed reports whether a COPY brings what a web server sends or reads as its
// configuration, which it does not run.
func isServed(in *dockerfile.Instruction) bool {
	_, destination, ok := copyWords(in)
	if !ok || strings.Contains(destination.Text, "..") {
		return false
	}
	at := bare(destination.Text)
	return slices.ContainsFunc([]string{"/usr/share/nginx/", "/etc/nginx/", "/var/www/", "/usr/share/caddy", "/etc/caddy/", "/usr/local/apache2/htdocs"},
		func(folder string) bool { return strings.HasPrefix(at+"/", folder) })
}

// bringsBinaries reports whether a COPY or ADD brings programs that another image compiled
// for its own libraries: of a stage, but for one of Go.
func bringsBinaries(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	from, ok := flagOf(in, "from")
	if !ok {
		return in.Keyword == "add" && strings.Contains(in.Args, ".deb")
	}
	for _, s := range d.Stages() {
		if strings.EqualFold(s.Name, from.Value) && isGoImage(s.Base()) {
			return false
		}
	}
	return true
}
