package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// GoPackageNotPinned reports `go install`, `go get` and `go run` of a module without a
// version, or with `@latest`. For `go get` with Go 1.18 or later, which installs no
// programs and fails outside of a module, the severity is info.
//
// # Why it matters
//
// The build uses the newest version, so two builds of the same file can give different
// programs. A new version can require a newer Go than the image has, and then the build
// fails.
//
// # How to fix it
//
// Add the version:
//
//	RUN go install golang.org/x/tools/cmd/stringer@<version>
//
// # Fix safety
//
// There is no automatic fix: the version that was tested is not in the file.
//
// # Exceptions
//
// It does not report:
//
//   - calls after sources were copied or cloned, because their `go.mod` has the version
//   - packages of the module itself
//   - images of Go before 1.16, in which `go install` and `go get` accept no version
//     outside of a module
//   - `go get` where the version of Go is not known, and after sources were copied or
//     cloned, because it adds a dependency to their module
var GoPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "go-package-not-pinned",
		Title:    "Go program is installed without a fixed version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3062", Severity: lint.Warning}},
			lint.Names("DF054")...,
		),
	},
	Check: checkGoPackageNotPinned,
}

func checkGoPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"go"},
		actions:  []string{"install", "get", "run"},
		pinned:   goPinned,
		exempt:   goLocal,
		idle:     goTakesNone,
		adjust:   adviseGoInstall,
		example: func(name string) string {
			module, _, _ := strings.Cut(name, "@")
			return module + "@<version>"
		},
	}.report(p)
}

func goPinned(word string) bool {
	_, version, ok := strings.Cut(word, "@")
	return (ok && version != "" && version != "latest") || isPath(word) || !strings.ContainsAny(word, ".@") ||
		strings.HasSuffix(word, ".go") ||
		word == "all"
}

// goLocal reports whether only the first word is a package, which is pinned, or
// the package may be the sources' own: those are copied before.
func goLocal(c facts.PackageCommand) bool {
	if c.Action == "run" && len(c.Packages) > 0 && goPinned(c.Packages[0].Text) {
		return true
	}
	return len(c.Packages) > 0 && !strings.Contains(c.Packages[0].Text, "@") && goSourcesCopied(c)
}

// goSourcesCopied reports whether the file copies sources into GOPATH before the
// call, so that a package without a version may be one of them.
func goSourcesCopied(c facts.PackageCommand) bool {
	return strings.Contains(c.Instruction.Args, "go mod init") || strings.Contains(c.Instruction.Args, "git clone") ||
		strings.Contains(c.Instruction.Args, "cd ")
}

// goTakesNone reports whether the Go of the image accepts no version there, or may not:
// go get and go install accept one outside of a module from 1.16 on, and before that
// only go get with GO111MODULE=on. A call with "@latest" can have another version.
func goTakesNone(d *facts.Dockerfile, c facts.PackageCommand) bool {
	if len(c.Packages) > 0 && strings.Contains(c.Packages[0].Text, "@") {
		return false
	}
	if v, ok := d.ScopeAt(c.Instruction).Lookup("GO111MODULE"); (ok && v.Value == "on") ||
		strings.Contains(c.Instruction.Args, "GO111MODULE=on") {
		return false
	}
	s := d.StageOf(c.Instruction)
	return s == nil || !hasGoSince(s.Base(), goTakesVersions) || copiesIntoGOPATH(s) || mayBeInModule(s, c.Instruction)
}

const (
	// goTakesVersions is the minor release from which go install and go get take a
	// version outside of a module.
	goTakesVersions = 16
	// goGetInstallsNothing is the one from which go get installs no programs any more.
	goGetInstallsNothing = 18
)

// hasGoSince reports whether an image is Go's official one of a minor release or later,
// or the latest Alpine, whose package of Go is later.
func hasGoSince(i facts.Image, since int) bool {
	if !i.Known || (i.Tag == "" && i.Digest != "") {
		return false
	}
	if i.System() == facts.Alpine && !i.Has("go") {
		return i.Tag == "" || i.Tag == "latest"
	} else if !i.Has("go") {
		return false
	}
	rest, old := strings.CutPrefix(i.Tag, "1.")
	if !old {
		return true
	}
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	minor, err := strconv.Atoi(digits)
	return err != nil || minor >= since
}

// mayBeInModule reports whether a step before an instruction may bring go.mod, which then
// says which version a package has: outside of a module go install and go run refuse one
// without a version, and in it go get adds a dependency.
func mayBeInModule(s *facts.Stage, in *dockerfile.Instruction) bool {
	return s.AnyBefore(in, "may bring a module of Go", func(x *dockerfile.Instruction) bool {
		switch x.Keyword {
		case "copy", "add":
			return true
		case "run":
			return strings.Contains(x.Args, "git clone") || strings.Contains(x.Args, "go mod init")
		}
		return false
	})
}

// copiesIntoGOPATH reports whether the stage has sources by their import path, which
// the call may name.
func copiesIntoGOPATH(s *facts.Stage) bool {
	return s.First("copies into GOPATH", func(in *dockerfile.Instruction) bool {
		if in.Keyword != "copy" && in.Keyword != "add" {
			return false
		}
		_, to, ok := copyWords(in)
		return ok && (strings.Contains(to.Text, "/src/") || strings.Contains(to.Text, "GOPATH"))
	}) != nil
}

// adviseGoInstall changes the finding on go get for Go 1.18 and later.
func adviseGoInstall(d *facts.Dockerfile, c facts.PackageCommand, f *lint.Finding) {
	s := d.StageOf(c.Instruction)
	if c.Action != "get" || s == nil || !hasGoSince(s.Base(), goGetInstallsNothing) || len(c.Packages) == 0 {
		return
	}
	name, _, _ := strings.Cut(c.Packages[0].Text, "@")
	f.Severity = lint.Info
	f.Message = fmt.Sprintf("since Go 1.18, go get installs no programs and fails outside of a module; use %s", quoteShort("go install "+name+"@<version>"))
}
