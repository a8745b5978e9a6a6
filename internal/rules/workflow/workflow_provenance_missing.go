package workflow

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// WorkflowProvenanceMissing finds images that are pushed without anything by
// which their users could tell what is in them and where they come from: no
// SBOM, no attestation, no signature; and builds that switch provenance off.
//
// Set "provenance: mode=max" and "sbom: true", or sign the image with cosign.
//
// Silent for pushes to a registry on localhost, and where a step attests or
// signs. Whether anybody looks depends on who uses the image, so it is a part of
// the preset hardening only.
var WorkflowProvenanceMissing = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-provenance-missing",
		Title:      "A published image says nothing about its origin",
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
			p.Report(lint.Finding{Span: provenance.Span, Message: "without provenance nobody can tell from what the image was built; set mode=max"})
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
				Message: "the image says nothing about what is in it; set sbom: true and provenance: mode=max",
				Fixes:   unsafe("set provenance and sbom", ok, edits...),
			})
		}
	}
}
