package workflow

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// WorkflowProvenanceMissing reports images that are pushed without an SBOM, an attestation
// or a signature, and builds that turn provenance off.
//
// # Why it matters
//
// Users of the image cannot verify what it contains and from which source it was built.
//
// The rule is off by default, because it depends on the users whether anyone checks
// this. The preset `hardening` turns it on.
//
// # How to fix it
//
// Add both to the build, or sign the image with cosign:
//
//	with:
//	  provenance: mode=max
//	  sbom: true
//
// # Exceptions
//
// It does not report:
//
//   - pushes to a registry on localhost
//   - workflows in which a step attests or signs
//   - images that a command such as `docker push` pushes
var WorkflowProvenanceMissing = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-provenance-missing",
		Title:      "Published image has no SBOM or provenance",
		Category:   lint.Security,
		Severity:   lint.Info,
		Confidence: lint.Medium,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native", "hardening"},
		Aliases:    lint.Names("CIS-4.12", "CIS-4.5", "CIS-DI-0005", "OWASP-R13"),
	},
	Check: checkWorkflowProvenanceMissing,
}

func checkWorkflowProvenanceMissing(p *facts.Pass[*facts.Workflow]) {
	if names(p.Doc, "cosign", "attest", "slsa", "notation", "notary", "sigstore") {
		return
	}
	for _, b := range publishes(p.Doc) {
		if b.command != nil || !b.step.UsesAction(buildActions...) {
			continue
		}
		provenance := b.step.Get("with", "provenance")
		switch {
		case provenance != nil && provenance.Value == "false":
			p.Report(lint.Finding{Span: provenance.Span, Message: "without provenance, users cannot verify from which source the image was built; set mode=max"})
		case b.step.Get("with", "sbom") == nil && b.step.Get("with", "attests") == nil:
			edits, ok := []text.Edit(nil), false
			if with := b.step.Node.Own("with"); with != nil {
				var lines []string
				if provenance == nil {
					lines = append(lines, "provenance: mode=max")
				}
				edits, ok = p.Doc.Add(with.Value, strings.Join(append(lines, "sbom: true"), "\n"))
			}
			p.Report(lint.Finding{
				Span:    b.place,
				Message: "the image is published without an SBOM and full provenance, so users cannot verify what it contains; set sbom: true and provenance: mode=max",
				Fixes:   unsafe("set provenance and sbom", ok, edits...),
			})
		}
	}
}
