package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/dockmend/dockmend/internal/lint"
)

// codeQualityWriter writes issues as Code Climate's specification has them. GitLab's
// Code Quality reads a part of these fields and ignores the others.
type codeQualityWriter struct{ name string }

// An issue of Code Climate's engine specification; GitLab's documentation "Code
// Quality report format" names the fields that it needs.
type codeQualityIssue struct {
	Type        string              `json:"type"`
	CheckName   string              `json:"check_name"`
	Description string              `json:"description"`
	Categories  []string            `json:"categories"`
	Severity    string              `json:"severity"`
	Fingerprint string              `json:"fingerprint"`
	Location    codeQualityLocation `json:"location"`
}

type codeQualityLocation struct {
	Path  string           `json:"path"`
	Lines codeQualityLines `json:"lines"`
}

type codeQualityLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// Write writes an array of issues. The fingerprints are those of the JSON report, so
// that a platform knows an issue again when lines move.
func (c codeQualityWriter) Write(w io.Writer, r *lint.Result) error {
	issues := []codeQualityIssue{}
	for d := range counting(r) {
		issues = append(issues, codeQualityIssue{
			Type:        "issue",
			CheckName:   d.Rule.ID,
			Description: d.Message,
			Categories:  []string{codeQualityCategory(d.Rule.Category)},
			Severity:    level{"critical", "major", "minor", "info"}.of(d.Severity),
			Fingerprint: d.Fingerprint,
			Location:    codeQualityLocation{d.Source.Path, codeQualityLines{d.Start().Line, lastLine(d)}},
		})
	}
	return writeJSON(w, c.name, issues)
}

// codeQualityCategory is one of the specification's.
func codeQualityCategory(c lint.Category) string {
	switch c {
	case lint.Security:
		return "Security"
	case lint.StyleIssue:
		return "Style"
	case lint.Size, lint.Speed:
		return "Performance"
	default:
		return "Bug Risk"
	}
}

// lastLine is the line of a finding's last byte.
func lastLine(d *lint.Diagnostic) int {
	if d.Span.End > d.Span.Start {
		return d.Source.Lines.Position(d.Span.End - 1).Line
	}
	return d.Start().Line
}

// writeJSON writes a whole document that is safe to print.
func writeJSON(w io.Writer, format string, v any) error {
	document, err := json.MarshalIndent(v, "", jsonIndent)
	if err != nil {
		return fmt.Errorf("encode %s report: %w", format, err)
	}
	return write(w, format, append(jsonInert(document), '\n'))
}
