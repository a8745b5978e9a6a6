package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyWholeBuilderDirectory reports `COPY --from` of the whole working folder or of a
// home folder of a builder stage into the final stage.
//
// # Why it matters
//
// The final image gets everything that the build left in the folder, such as caches,
// tests, sources and sometimes credentials. That makes the image larger and gives an
// attacker more to read.
//
// The rule is off by default, because the file does not show what the program needs at
// run time.
//
// # How to fix it
//
// Copy only what the program needs, such as the virtual environment and the package, or
// the built files.
//
// # Exceptions
//
// It does not report:
//
//   - folders of build results, such as `dist`, `build` or `out`
//   - final stages that begin with `FROM scratch`
//   - builder stages that only copy
var CopyWholeBuilderDirectory = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-whole-builder-directory",
		Title:    "Whole working folder of the builder stage is copied",
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
			if known && ((source == workdirOf(p.Doc, r.Stage) && !isBuilt(source)) || isHome(source)) {
				p.Report(lint.Finding{
					Span:    r.Instruction.Head,
					Message: fmt.Sprintf("%s of the builder stage has everything that the build left there, such as caches and sources; copy only what the program needs", quoteShort(bare(w.Text))),
					Related: []lint.Related{{Span: r.Stage.From.Head, Message: "the builder stage starts here"}},
				})
				break
			}
		}
	}
}

// runsCommands reports whether a stage has a RUN of its own.
func runsCommands(s *facts.Stage) bool { return s.LastOwn("run") != nil }

// workdirOf is the last WORKDIR of a stage, if it is an absolute path that is known;
// else "?", which is not a path.
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

// isBuilt reports whether a folder holds the results of a build, by its name.
func isBuilt(path string) bool {
	switch baseName(path) {
	case "dist", "build", "out", "output", "public", "release", "target", "install", "publish", "bin", "html", "site", "_site", "rootfs", "artifacts", "export", "package", "venv", ".venv", "layers", "staging", "dest":
		return true
	}
	return false
}

// isHome reports whether a path is the home of root or of a user.
func isHome(path string) bool {
	return path == "/root" || (strings.HasPrefix(path, "/home/") && strings.Count(path, "/") == 2)
}
