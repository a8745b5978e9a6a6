package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyFromEmptyScratchStage reports `COPY --from` with a stage that begins with `FROM
// scratch` and never gets a file.
//
// # Why it matters
//
// The stage has nothing that can be copied, so the build fails.
//
// # How to fix it
//
// Copy the files into that stage first, or name the stage that has them.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which stage holds the files.
//
// # Exceptions
//
// It does not report:
//
//   - patterns and the whole stage (`/`), because such a `COPY` copies nothing and
//     succeeds
//   - stages with any instruction that creates a file
//   - a stage that has only its `FROM`; it can be a placeholder for a build context
//     (`docker build --build-context`)
var CopyFromEmptyScratchStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "copy-from-empty-scratch-stage",
		Title:      "COPY copies from an empty stage",
		Category:   lint.Correctness,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Aliases:    lint.Names("tally/copy-from-empty-scratch-stage"),
	},
	Check: checkCopyFromEmptyScratchStage,
}

func checkCopyFromEmptyScratchStage(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, r := range s.References() {
			if r.Instruction.Err != nil || r.Instruction.Keyword != "copy" || r.Stage == nil || !staysEmpty(r.Stage) {
				continue
			}
			if !copiesAPath(r.Instruction) {
				continue
			}
			p.Report(lint.Finding{
				Span:    r.Span,
				Message: fmt.Sprintf("stage %s has no files, so the build fails; copy files into the stage first, or name another stage", quoteShort(r.Text)),
				Related: []lint.Related{{Span: r.Stage.From.Head, Message: "the empty stage starts here"}},
			})
		}
	}
}

// staysEmpty reports whether a stage has no file at its end. One without any
// instruction may be a placeholder for a context that the command line names
// (docker build --build-context).
func staysEmpty(s *facts.Stage) bool {
	if !s.Base().IsScratch() {
		return false
	}
	some := s.Any("is there", func(*dockerfile.Instruction) bool { return true })
	return some && !s.Any("puts something into an empty image", func(in *dockerfile.Instruction) bool {
		switch in.Keyword {
		case "arg", "env", "label", "user", "cmd", "entrypoint", "expose", "volume", "stopsignal", "healthcheck", "shell", "maintainer":
			return false
		}
		return true
	})
}

// copiesAPath reports whether a COPY names a file that has to be there.
func copiesAPath(in *dockerfile.Instruction) bool {
	sources, _, ok := copyWords(in)
	if !ok {
		return false
	}
	for _, w := range sources {
		path := bare(w.Text)
		if strings.Trim(path, "./") != "" && !strings.ContainsAny(path, "*?[$") {
			return true
		}
	}
	return false
}
