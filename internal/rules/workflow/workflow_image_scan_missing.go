package workflow

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowImageScanMissing finds workflows that publish an image without a
// scanner for known holes in them.
//
// Add Trivy, Grype, Docker Scout or the scanner of your registry before the push.
//
// Silent where a step of the workflow has the name of a scanner. The registry may
// scan, which the file does not show, so it is a part of the preset hardening
// only.
var WorkflowImageScanMissing = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-image-scan-missing",
		Title:      "A published image is not scanned",
		Category:   lint.Security,
		Severity:   lint.Info,
		Confidence: lint.Medium,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native", "hardening"},
		Aliases:    lint.Names("CIS-4.4", "OWASP-R9"),
	},
	Check: checkWorkflowImageScanMissing,
}

func checkWorkflowImageScanMissing(p *facts.Pass[*facts.Workflow]) {
	builds := publishes(p.Doc)
	if len(builds) == 0 || names(p.Doc, "trivy", "grype", "scan", "scout", "snyk", "clair", "anchore", "dockle", "wiz") {
		return
	}
	p.Report(lint.Finding{
		Span:    builds[0].place,
		Message: "the image is pushed without a scan for known holes; add a step with Trivy, Grype or Docker Scout",
	})
}

// names tells whether a step uses an action, or runs a script, in which one of
// the words stands; a workflow that is called may do anything.
func names(d *facts.Workflow, words ...string) bool {
	for _, j := range d.Jobs() {
		text := j.Scalar("uses")
		for _, s := range j.Steps {
			text += "\n" + s.Scalar("uses") + "\n" + s.Scalar("run")
		}
		text = strings.ToLower(text)
		for _, word := range words {
			if strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}
