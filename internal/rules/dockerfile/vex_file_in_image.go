package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VexFileInImage reports `COPY` and `ADD` of VEX documents, which state which known
// vulnerabilities affect an image.
//
// # Why it matters
//
// Scanners look for VEX documents in attestations, and most do not look for them in the files of an image. An update of the document also needs a new image.
//
// The rule is off by default, because few projects write such documents.
//
// # How to fix it
//
// Attach the document to the image as an attestation, for example with `docker scout
// attestation add`.
//
// # Fix safety
//
// There is no automatic fix: the step that publishes the image must attach the document.
//
// # Exceptions
//
// It does not report:
//
//   - stages whose layers are not part of the image
var VexFileInImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "vex-file-in-image",
		Title:    "VEX document is a file in the image",
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
						Message: fmt.Sprintf("most scanners do not read %s from the files of an image; attach it as an attestation", quoteShort(bare(w.Text))),
					})
				}
			}
		})
	}
}

func isVexFile(name string) bool {
	stem, ok := strings.CutSuffix(name, ".json")
	return ok &&
		(stem == "vex" || stem == "openvex" || strings.HasSuffix(stem, ".vex") || strings.HasSuffix(stem, ".openvex") || strings.HasSuffix(stem, "-vex"))
}
