package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ChmodAfterCopy reports a `RUN` that only changes the mode of the file that the `COPY`
// right before it copies.
//
// # Why it matters
//
// Each instruction makes a layer, and a change of the mode stores the whole file again.
// The image has the file twice.
//
// The rule is off by default, because the saving is small for most files.
//
// # How to fix it
//
// Set the mode with `COPY`:
//
//	COPY --chmod=755 run.sh /run.sh
//
// # Exceptions
//
// It does not report:
//
//   - `COPY` of several files, of patterns and of folders
//   - a `RUN` with more than one command
//   - Windows images
var ChmodAfterCopy = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "chmod-after-copy",
		Title:    "RUN chmod stores a copied file a second time",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/prefer-copy-chmod"),
	},
	Check: checkChmodAfterCopy,
}

func checkChmodAfterCopy(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Base().IsWindows() {
			continue
		}
		for i := 1; i < len(s.Instructions); i++ {
			reportChmod(p, s.Instructions[i-1], s.Instructions[i])
		}
	}
}

func reportChmod(p *facts.Pass[*facts.Dockerfile], from, run *dockerfile.Instruction) {
	sources, to, ok := copyWords(from)
	_, hasMode := flagOf(from, "chmod")
	if from.Keyword != "copy" || run.Keyword != "run" || !ok || len(sources) != 1 {
		return
	}
	if len(from.Heredocs) > 0 || hasMode || len(run.Flags) > 0 || from.JSON {
		return
	}
	commands := p.Doc.Commands(run)
	script := run.Script()
	if script == nil || script.File == nil || len(script.File.Stmts) != 1 || len(commands) != 1 {
		return
	}
	if commands[0].Name() != "chmod" {
		return
	}
	args := commands[0].Args()
	target := bare(to.Text)
	if name := baseName(bare(sources[0].Text)); strings.HasSuffix(target, "/") {
		target += name
	}
	// A name with a suffix is a file; chmod of a folder does not change the files in it.
	if len(args) != 2 || !args[1].Literal || args[1].Text != target || !strings.Contains(baseName(bare(sources[0].Text)), ".") {
		return
	}
	if strings.ContainsAny(target, "*?[$") || !strings.HasPrefix(target, "/") {
		return
	}
	f := lint.Finding{
		Span:    run.Head,
		Message: fmt.Sprintf("%s stores a second copy of the file in the image; set the mode with COPY --chmod=%s", quoteShort(p.Doc.Text(commands[0].Span)), args[0].Text),
		Related: []lint.Related{{Span: from.Head, Message: "the file is copied here"}},
	}
	cut, plain := deleteInstruction(run)
	if mode := args[0].Text; strings.Trim(mode, "01234567") == "" && mode != "" && plain {
		f.Fixes = unsafeFix("set the mode with COPY --chmod", lint.EffectGraph, lint.Insert(from.KeywordSpan.End, " --chmod="+mode), cut)
	}
	p.Report(f)
}
