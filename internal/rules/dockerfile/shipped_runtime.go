package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// shipsFrom reports whether the final image takes what is in the image of a stage that
// is discarded, of a release or the zero value for all that is in it: an interpreter or a program that it copies, a package's files, or what a
// tool packs into its output, as jlink does.
func shipsFrom(p *facts.Pass[*facts.Dockerfile], base *facts.Stage, r images.Release) bool {
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() {
			continue
		}
		for _, ref := range s.References() {
			from := ref.Stage
			if from == nil || ref.Instruction.Keyword != "copy" || !from.BuildsOn(base) {
				continue
			}
			sources, _, ok := copyWords(ref.Instruction)
			if !ok {
				continue
			}
			isTaken := func(w dockerfile.Word) bool { return isOfImage(p, from, bare(w.Text), r) }
			if packsRuntime(p.Doc, from, r) || slices.ContainsFunc(sources, isTaken) {
				return true
			}
		}
	}
	return false
}

// packsRuntime reports whether a stage makes a program that has its language's runtime
// in it.
func packsRuntime(d *facts.Dockerfile, s *facts.Stage, r images.Release) bool {
	if isSystem(s.Base(), r) {
		return false
	}
	for _, x := range s.Chain() {
		for _, in := range x.Own("run") {
			if slices.ContainsFunc(d.Commands(in), packsItsRuntime) {
				return true
			}
		}
	}
	return false
}

func packsItsRuntime(c *facts.Command) bool {
	has := func(words ...string) bool {
		args := c.ArgTexts()
		i := slices.IndexFunc(args, func(a string) bool { return slices.Contains(words, strings.ToLower(a)) })
		return i >= 0 && (i+1 == len(args) || args[i+1] != "false")
	}
	switch path.Base(c.Name()) {
	case "jlink", "jpackage", "native-image", "pyinstaller", "nexe", "pkg":
		return true
	case "deno":
		return has("compile")
	case "bun":
		return has("build") && has("--compile")
	case "dotnet":
		return has("publish") &&
			has("--self-contained", "--sc", "--self-contained=true", "-p:publishsinglefile=true", "/p:publishaot=true", "-p:publishaot=true")
	}
	return false
}

// isSystem reports whether a release is that of the distribution in an image.
func isSystem(i facts.Image, r images.Release) bool {
	system, ok := images.SystemOf(images.Canonical(i.Name()), i.Tag)
	return ok && system == r
}

// isOfImage reports whether a path that is copied from a stage is one of its image's
// program, or was installed by the package manager of its distribution. Without a release
// it is any path of the image.
func isOfImage(p *facts.Pass[*facts.Dockerfile], from *facts.Stage, name string, r images.Release) bool {
	if rest, ok := strings.CutPrefix(strings.NewReplacer("{", "", "}", "").Replace(name), "$JAVA_HOME"); ok && (rest == "" || rest[0] == '/') {
		return !isSystem(from.Base(), r)
	}
	if !path.IsAbs(name) || strings.Contains(name, "$") {
		return false
	}
	name = path.Clean(name)
	if p.Project.OriginOf(from, name) != facts.NotWritten {
		return false // a step of the stage makes it
	}
	if name == "/" || r == (images.Release{}) {
		return true
	}
	if isSystem(from.Base(), r) {
		return holdsSystemFiles(name)
	}
	return holdsProgram(name, programNames(from.Base(), r))
}

// holdsSystemFiles reports whether a path is one of programs and libraries that packages
// of a distribution bring. Below /usr/local and /opt is what people install themselves.
func holdsSystemFiles(name string) bool {
	if name == "/usr" {
		return true
	}
	for _, folder := range []string{"/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/libexec"} {
		if covers(folder, name) {
			return true
		}
	}
	return false
}

// programNames are names by which the program of an image stands in paths.
func programNames(i facts.Image, r images.Release) []string {
	names := []string{r.Product, path.Base(i.Repository)}
	switch r.Product {
	case "nodejs":
		names = append(names, "node", "npm", "npx", "corepack")
	case "eclipse-temurin", "amazon-corretto", "azul-zulu", "bellsoft-liberica", "ibm-semeru-runtime", "sapmachine", "alibaba-dragonwell":
		names = append(names, "java", "jvm", "jdk", "jre", "openjdk")
	case "docker-engine":
		names = append(names, "dockerd")
	}
	return names
}

// holdsProgram reports whether a path is that of a program, or of a folder that holds it
// in official images, and not of packages for it.
func holdsProgram(name string, programs []string) bool {
	switch name {
	case "/usr", "/usr/local", "/usr/local/bin":
		return true
	}
	parts := strings.Split(strings.ToLower(name[1:]), "/")
	for _, part := range parts {
		switch part {
		case "site-packages", "dist-packages", "gems", "node_modules", "share", "etc", "src":
			return false
		}
	}
	if !slices.ContainsFunc(parts, func(part string) bool { return slices.Contains([]string{"bin", "sbin", "lib", "opt", "libexec"}, part) }) {
		return false
	}
	return slices.ContainsFunc(parts, func(part string) bool {
		word := strings.TrimRight(part, "0123456789.")
		return slices.ContainsFunc(programs, func(program string) bool {
			return word == program || part == program || strings.HasPrefix(part, program+"-")
		})
	})
}
