package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ToolchainVersionMismatch reports build images whose compiler or interpreter is older
// than the project requires, so that the build fails:
//
//   - Go: the version after `go` in go.mod. The official images set `GOTOOLCHAIN=local`,
//     so no newer Go is downloaded
//   - .NET: the target framework of a project or of Directory.Build.props (`NETSDK1045`)
//   - Rust: `rust-version` or the edition 2024 in Cargo.toml
//   - Ruby: the version after `ruby` in the Gemfile, which must be that of the image
//
// # Why it matters
//
// The build stops with an error, or starts to do so when a new version of the base image
// comes out.
//
// # How to fix it
//
// Use an image of the version that the project requires:
//
//	FROM golang:1.24
//
// # Fix safety
//
// There is no automatic fix: either the image or the project must change, and only the author
// knows which.
//
// # Exceptions
//
// It does not report:
//
//   - images whose tag is a build argument, or has no version
//   - stages that set `GOTOOLCHAIN`, or in which rustup can download another Rust
//   - stages that do not call the compiler, or copy nothing from the folder of the project
var ToolchainVersionMismatch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "toolchain-version-mismatch",
		Title:    "The image is too old for the project",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkToolchainVersionMismatch,
}

func checkToolchainVersionMismatch(p *facts.Pass[*facts.Dockerfile]) {
	if !p.Files.Known() {
		return
	}
	told := map[*facts.Stage]bool{}
	for _, s := range p.Doc.Stages() {
		root := s.Chain()[len(s.Chain())-1]
		image := s.Base()
		if told[root] || !image.Known || image.HasVariable() || !s.ReachesFinal() {
			continue
		}
		have := versionParts(image.Tag)
		for _, t := range toolchains() {
			if !t.isIn(image) || len(have) < t.parts || !t.isUsed(p.Doc, s) {
				continue
			}
			if asked, ok := t.asked(p, s, have); ok {
				told[root] = true
				p.Report(lint.Finding{
					Span: root.From.Words[0].Span,
					Message: fmt.Sprintf("%s is %s %s, but the project requires %s, so the build fails; use an image of that version",
						quoteShort(image.Raw), t.name, versionOf(image.Tag), short(asked.version)),
					Related: []lint.Related{{Source: asked.file, Span: asked.place, Message: "the version is set here"}},
				})
			}
		}
	}
}

// toolchain is a language whose build checks its own version.
type toolchain struct {
	name string
	// suffix is how the repository of an image ends that has it: others may bring a program
	// of the name for something else.
	suffix string
	// parts is how many numbers the tag of the image must have.
	parts int
	// program is what compiles, and unless are words of a file in which another version
	// of it may run.
	program string
	unless  []string
	// files are patterns of the names that say which version is asked for.
	files []string
	// reads finds the version in such a file, and whether it is too new for an image.
	reads func(src string, have []int) (version string, place text.Span, tooNew bool)
}

func toolchains() []toolchain {
	return []toolchain{
		{"Go", "golang", 2, "go", []string{"GOTOOLCHAIN"}, []string{"go.mod"}, readsGoMod},
		{".NET", "/sdk", 1, "dotnet", []string{"dotnet-install"},
			[]string{"*.csproj", "*.fsproj", "*.vbproj", "Directory.Build.props"}, readsTargetFramework},
		{"Rust", "rust", 2, "cargo", []string{"rustup"}, []string{"Cargo.toml"}, readsCargo},
		{"Ruby", "ruby", 2, "bundle", []string{"rbenv", "rvm"}, []string{"Gemfile"}, readsGemfile},
	}
}

// isIn reports whether an image is there for the compiler.
func (t toolchain) isIn(i facts.Image) bool {
	has, _ := i.Table().Has(t.program)
	return has && strings.HasSuffix(i.Repository, t.suffix)
}

// isUsed reports whether a stage calls the program, and nothing in the file may bring
// another version of it.
func (t toolchain) isUsed(d *facts.Dockerfile, s *facts.Stage) bool {
	if mentions(d, t.unless...) {
		return false
	}
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" && in.Keyword != "entrypoint" && in.Keyword != "cmd" {
				continue
			}
			commands := d.Commands(in)
			if len(commands) == 0 && strings.Contains(in.Args, t.program+" ") { // in a shell of Windows
				return true
			}
			if slices.ContainsFunc(commands, func(c *facts.Command) bool { return c.Name() == t.program }) {
				return true
			}
		}
	}
	return false
}

// askedVersion is a version that a file of the project asks for.
type askedVersion struct {
	version string
	file    *lint.Source
	place   text.Span
}

// asked is the version that the project of a stage asks for, where the image is too old
// for it.
func (t toolchain) asked(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, have []int) (a askedVersion, ok bool) {
	sources, _ := s.ContextSources(nil)
	context, known := contextOfSources(p)
	if len(sources) == 0 || !known {
		return a, false
	}
	for _, folder := range foldersOfSources(context, sources) {
		if t.name == "Rust" && namesIn(context, folder, []string{"rust-toolchain", "rust-toolchain.toml"}) != nil {
			continue
		}
		for _, name := range namesIn(context, folder, t.files) {
			file, err := context.Files.Source(path.Join(folder, name))
			if err != nil || !sources.Cover(path.Join(folder, name)) {
				continue
			}
			if version, place, tooNew := t.reads(string(file.Bytes), have); tooNew {
				return askedVersion{version, file, place}, true
			}
		}
	}
	return a, false
}

// namesIn are the files of a folder that a pattern names.
func namesIn(context *facts.BuildContext, folder string, patterns []string) (found []string) {
	names, err := context.Files.List(folder)
	if err != nil {
		return nil
	}
	for _, name := range names {
		if slices.ContainsFunc(patterns, func(pattern string) bool { fits, _ := path.Match(pattern, name); return fits }) {
			found = append(found, name)
		}
	}
	return found
}

// settingIn is the value that a line gives to a key, as "go 1.24", `rust-version = "1.85"`
// and `ruby "3.3.1"`, and its place.
func settingIn(src, key string) (value string, place text.Span, ok bool) {
	at := 0
	for line := range strings.Lines(src) {
		start := at
		at += len(line)
		rest, has := strings.CutPrefix(line, key)
		if !has || strings.TrimLeft(rest, " \t=") == rest {
			continue
		}
		rest = strings.TrimLeft(rest, " \t=\"'")
		start += len(line) - len(rest)
		value = rest[:len(rest)-len(strings.TrimLeft(rest, ".0123456789"))]
		return value, text.Span{Start: start, End: start + len(value)}, value != ""
	}
	return "", place, false
}

// versionOf is the version with which a tag begins.
func versionOf(tag string) string {
	return strings.Trim(tag[:len(tag)-len(strings.TrimLeft(tag, ".0123456789"))], ".")
}

// versionParts are the numbers with which a tag or a version begins: 1, 24 of
// "1.24-alpine".
func versionParts(tag string) (parts []int) {
	for part := range strings.SplitSeq(versionOf(tag), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		parts = append(parts, n)
	}
	return parts
}

// readsGoMod: Go before 1.21 knows no version of three numbers, and later ones refuse a
// newer one than their own.
func readsGoMod(src string, have []int) (version string, place text.Span, tooNew bool) {
	version, place, ok := settingIn(src, "go")
	asked := versionParts(version)
	const strict = 21
	switch {
	case !ok || len(asked) < len("1."):
		return "", place, false
	case have[1] < strict:
		tooNew = len(asked) > len("1.")
	default:
		tooNew = isNewer(asked, have)
	}
	return "Go " + version, place, tooNew
}

func readsTargetFramework(src string, have []int) (version string, place text.Span, tooNew bool) {
	for _, tag := range []string{"TargetFramework", "TargetFrameworks"} {
		_, rest, ok := strings.Cut(src, "<"+tag+">")
		list, _, closed := strings.Cut(rest, "</"+tag+">")
		if !ok || !closed {
			continue
		}
		place.Start = len(src) - len(rest)
		place.End = place.Start + len(list)
		for framework := range strings.SplitSeq(list, ";") {
			number, isNet := strings.CutPrefix(strings.TrimSpace(framework), "net")
			// "net48" is the .NET Framework, which has no dot.
			if asked := versionParts(number); isNet && strings.Contains(number, ".") && isNewer(asked, have[:1]) {
				return strings.TrimSpace(framework), place, true
			}
		}
	}
	return "", place, false
}

func readsCargo(src string, have []int) (version string, place text.Span, tooNew bool) {
	if version, place, ok := settingIn(src, "rust-version"); ok && isNewer(versionParts(version), have) {
		return "Rust " + version, place, true
	}
	edition, place, _ := settingIn(src, "edition")
	return "the edition 2024, which came with Rust 1.85", place, edition == "2024" && isNewer([]int{1, 85}, have)
}

// readsGemfile: Bundler takes no other version, be it older or newer.
func readsGemfile(src string, have []int) (version string, place text.Span, other bool) {
	version, place, ok := settingIn(src, "ruby")
	asked := versionParts(version)
	shared := min(len(asked), len(have))
	return "Ruby " + version, place, ok && !slices.Equal(asked[:shared], have[:shared])
}

// isNewer reports whether a version is newer than another one, as far as both say.
func isNewer(asked, have []int) bool {
	shared := min(len(asked), len(have))
	return slices.Compare(asked[:shared], have[:shared]) > 0
}
