package report

import (
	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/dockmend/dockmend/internal/lint"
)

// go-sarif v2.3.3 writes the unset fields of a suppression as null, which the
// schema refuses. The types below are its own but for that one: the outer of two
// fields with the same name is the one that encoding/json writes.
type (
	sarifLog struct {
		*sarif.Report
		Runs []sarifRun `json:"runs"`
	}
	sarifRun struct {
		*sarif.Run
		Results []sarifFinding `json:"results"`
	}
	sarifFinding struct {
		*sarif.Result
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifSuppression struct {
		Kind          string          `json:"kind"`
		Justification string          `json:"justification,omitempty"`
		Location      *sarif.Location `json:"location,omitempty"`
	}
)

// suppressions says what silences a finding: a comment in its file, with the
// reason that it gives, or the baseline.
func suppressions(d *lint.Diagnostic) []sarifSuppression {
	var all []sarifSuppression
	if s := d.Suppressed; s != nil {
		comment := sarifSuppression{Kind: "inSource", Justification: s.Reason}
		if s.Line > 0 {
			comment.Location = sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
				WithArtifactLocation(sarif.NewSimpleArtifactLocation(sarifURI(d.Source.Path))).
				WithRegion(sarif.NewSimpleRegion(s.Line, s.Line)))
		}
		all = append(all, comment)
	}
	if d.Baseline {
		all = append(all, sarifSuppression{Kind: "external", Justification: "known to the baseline"})
	}
	return all
}

// silenced sorts findings that no one needs to see after the others.
func silenced(d *lint.Diagnostic) int {
	if d.Counts() {
		return 0
	}
	return 1
}
