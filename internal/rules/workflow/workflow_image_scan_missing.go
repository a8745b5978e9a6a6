package workflow

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowImageScanMissing reports workflows that publish an image and have no step with a
// vulnerability scanner.
//
// # Why it matters
//
// Nothing notices that the image contains packages with known vulnerabilities before users
// run it.
//
// The rule is off by default, because the registry may scan images, which the workflow
// does not show. The preset `hardening` turns it on.
//
// # How to fix it
//
// Add a step with a scanner before the push, such as Trivy, Grype, Docker Scout or the
// scanner of the registry.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which scanner to use and which findings must stop
// a release.
//
// # Exceptions
//
// It does not report:
//
//   - workflows in which a step names a scanner
var WorkflowImageScanMissing = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-image-scan-missing",
		Title:      "Published image is not scanned for vulnerabilities",
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
		Message: "the image is pushed without a scan for known vulnerabilities; add a step with Trivy, Grype or Docker Scout",
	})
}
