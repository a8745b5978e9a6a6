package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyWholeBuilderDirectory finds COPY of a builder stage's whole working folder
// or home into the final stage: caches, tests and sources come along with what
// the program needs.
//
// Name what it needs: the environment and the package, or the built files.
//
// Silent for folders of built files, as dist, for final stages FROM scratch, and
// for stages that only copy. Off by default: what the program needs at run time
// cannot be known from the file.
var CopyWholeBuilderDirectory = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-whole-builder-directory",
		Title:    "The builder's whole folder ends in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkCopyWholeBuilderDirectory,
}

func checkCopyWholeBuilderDirectory(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || final.Base().IsScratch() {
		return
	}
	for _, r := range final.References() {
		if r.Instruction.Keyword != "copy" || r.Stage == nil || !runsCommands(r.Stage) {
			continue
		}
		sources, _, ok := copyWords(r.Instruction)
		if !ok {
			continue
		}
		for _, w := range sources {
			source, known := p.Doc.Expand(r.Instruction, w.Text)
			source = strings.TrimRight(bare(source), "/")
			if known && (source == workdirOf(p.Doc, r.Stage) && !isBuilt(source) || isHome(source)) {
				p.Report(lint.Finding{
					Span:    r.Instruction.Head,
					Message: fmt.Sprintf("%s of the builder has all that the build left there; copy what the program needs", quoteShort(bare(w.Text))),
					Related: []lint.Related{{Span: r.Stage.From.Head, Message: "it is built here"}},
				})
				break
			}
		}
	}
}

// runsCommands tells whether a stage has a RUN of its own.
func runsCommands(s *facts.Stage) bool { return s.LastOwn("run") != nil }

// workdirOf is the folder in which a stage ends, if it is given whole; a folder
// that nobody can name for one that is not.
func workdirOf(d *facts.Dockerfile, s *facts.Stage) string {
	in := s.Last("workdir")
	if in == nil {
		return "?"
	}
	path, known := d.Expand(in, in.Args)
	path = strings.TrimRight(bare(path), "/")
	if !known || !strings.HasPrefix(path, "/") {
		return "?"
	}
	return path
}

// isBuilt tells whether a folder is named as one of results.
func isBuilt(path string) bool {
	switch baseName(path) {
	case "dist", "build", "out", "output", "public", "release", "target", "install", "publish", "bin", "html", "site", "_site", "rootfs", "artifacts", "export", "package", "venv", ".venv", "layers", "staging", "dest":
		return true
	}
	return false
}

// isHome tells whether a path is the home of root or of a user.
func isHome(path string) bool {
	return path == "/root" || strings.HasPrefix(path, "/home/") && strings.Count(path, "/") == 2
}
