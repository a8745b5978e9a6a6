package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyFromEmptyScratchStage finds COPY --from with a stage FROM scratch that
// never receives a file: nothing can be copied out of it, and the build fails.
//
// Silent for patterns and for the whole of the stage, which copy nothing and
// pass; for stages with any instruction that makes a file; and for a stage that
// has only its FROM and that nothing but COPY --from names, which is how a place
// is kept for a build context that the command line gives.
var CopyFromEmptyScratchStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "copy-from-empty-scratch-stage",
		Title:      "COPY takes from an empty stage",
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
			if r.Instruction.Err != nil || r.Instruction.Keyword != "copy" || r.Stage == nil || !staysEmpty(r.Stage) || !copiesAPath(r.Instruction) {
				continue
			}
			p.Report(lint.Finding{
				Span:    r.Span,
				Message: fmt.Sprintf("the stage %s is empty, so nothing can be copied from it; copy into it first, or name another stage", quoteShort(r.Text)),
				Related: []lint.Related{{Span: r.Stage.From.Head, Message: "the empty stage"}},
			})
		}
	}
}

// staysEmpty tells whether a stage has no file at its end. One without any
// instruction may be the place of a context that the command line names
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

// copiesAPath tells whether a COPY names a file that has to be there.
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
