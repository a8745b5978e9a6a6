package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VexFileInImage finds COPY and ADD of VEX documents, which say which known
// faults concern an image: in its files no scanner looks for them, and a new one
// makes a new image. Attach them as an attestation.
//
// Off by default: few projects write such documents.
var VexFileInImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "vex-file-in-image",
		Title:    "A VEX document is a file of the image",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/prefer-vex-attestation"),
	},
	Check: checkVexFileInImage,
}

func checkVexFileInImage(p *facts.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"copy", "add"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			sources, _, ok := copyWords(in)
			if !ok || !shipsLayers(p.Doc, in) {
				return
			}
			for _, w := range sources {
				if isVexFile(baseName(strings.ToLower(bare(w.Text)))) {
					p.Report(lint.Finding{
						Span:    w.Span,
						Message: fmt.Sprintf("scanners do not look for %s inside of an image; attach it as an attestation", quoteShort(bare(w.Text))),
					})
				}
			}
		})
	}
}

func isVexFile(name string) bool {
	stem, ok := strings.CutSuffix(name, ".json")
	return ok && (stem == "vex" || stem == "openvex" || strings.HasSuffix(stem, ".vex") || strings.HasSuffix(stem, ".openvex") || strings.HasSuffix(stem, "-vex"))
}
