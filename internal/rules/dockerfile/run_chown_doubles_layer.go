package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// RunChownDoublesLayer finds RUN chown -R or chmod -R on what a COPY of the
// stage just brought: every file is stored twice.
//
// COPY --chown and --chmod do it on the way.
//
// Silent in stages whose layers are no part of the image.
var RunChownDoublesLayer = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "run-chown-doubles-layer",
		Title:    "chown copies the files once more",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("docs:copy-chown"),
	},
	Check: checkRunChownDoublesLayer,
}

func checkRunChownDoublesLayer(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() {
			continue
		}
		var copies []*dockerfile.Instruction
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "copy", "add":
				copies = append(copies, in)
			case "run":
				reportRecursiveChown(p, in, copies)
			}
		}
	}
}

func reportRecursiveChown(p *lint.Pass[*facts.Dockerfile], in *dockerfile.Instruction, copies []*dockerfile.Instruction) {
	if len(copies) == 0 || !strings.Contains(in.Body, "chown") && !strings.Contains(in.Body, "chmod") {
		return
	}
	for _, c := range p.Doc.Commands(in) {
		if c.Name() != "chown" && c.Name() != "chmod" || !c.HasFlag("-R", "--recursive") {
			continue
		}
		args := c.Positional()
		if len(args) < 2 {
			continue
		}
		for _, path := range args[1:] {
			for _, from := range copies {
				_, to, ok := copyWords(from)
				target := strings.TrimRight(bare(to.Text), "/")
				if !ok || target == "" || !strings.HasPrefix(target, "/") || !covers(strings.TrimRight(path.Text, "/"), target) {
					continue
				}
				p.Report(lint.Finding{
					Span:    c.Span,
					Message: fmt.Sprintf("%s stores every file of %s a second time; let %s --%s do it", quoteShort(p.Doc.Text(c.Span)), quoteShort(target), strings.ToUpper(from.Keyword), strings.Replace(c.Name(), "ch", "ch", 1)),
					Related: []lint.Related{{Span: from.Head, Message: "the files are copied here"}},
				})
				return
			}
		}
	}
}
