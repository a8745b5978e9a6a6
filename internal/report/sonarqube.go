package report

import (
	"io"

	"github.com/dockmend/dockmend/internal/lint"
)

// SonarQube's "generic formatted issue report", in the form that it has since version
// 10.3: rules with their impacts, and issues that name them.

type sonarReport struct {
	Rules  []sonarRule  `json:"rules"`
	Issues []sonarIssue `json:"issues"`
}

type sonarRule struct {
	ID                 string        `json:"id"`
	Name               string        `json:"name"`
	Description        string        `json:"description"`
	EngineID           string        `json:"engineId"`
	CleanCodeAttribute string        `json:"cleanCodeAttribute"`
	Impacts            []sonarImpact `json:"impacts"`
}

type sonarImpact struct {
	SoftwareQuality string `json:"softwareQuality"`
	Severity        string `json:"severity"`
}

type sonarIssue struct {
	RuleID             string          `json:"ruleId"`
	PrimaryLocation    sonarLocation   `json:"primaryLocation"`
	SecondaryLocations []sonarLocation `json:"secondaryLocations,omitempty"`
}

type sonarLocation struct {
	Message   string    `json:"message"`
	FilePath  string    `json:"filePath"`
	TextRange sonarText `json:"textRange"`
}

// sonarText has 1-based lines, and columns that count from 0 in UTF-16 code units. SonarQube
// refuses an empty range, so columns are there only where something is between them.
type sonarText struct {
	StartLine   int  `json:"startLine"`
	EndLine     int  `json:"endLine"`
	StartColumn *int `json:"startColumn,omitempty"`
	EndColumn   *int `json:"endColumn,omitempty"`
}

type sonarWriter struct{}

// Write writes the rules that have findings, and the findings. SonarQube has one severity
// for a rule, so that of the worst finding is taken.
func (sonarWriter) Write(w io.Writer, r *lint.Result) error {
	report := sonarReport{Rules: []sonarRule{}, Issues: []sonarIssue{}}
	index, worst := map[string]int{}, map[string]lint.Severity{}
	files := sourcesOf(r)
	for d := range counting(r) {
		id := d.Rule.ID
		i, ok := index[id]
		if !ok {
			i = len(report.Rules)
			index[id] = i
			quality, attribute := sonarQuality(d.Rule.Category)
			report.Rules = append(report.Rules, sonarRule{
				ID: id, Name: d.Rule.Title, Description: d.Rule.Title + ". See " + d.Rule.HelpURI(), EngineID: "dockmend",
				CleanCodeAttribute: attribute, Impacts: []sonarImpact{{SoftwareQuality: quality}},
			})
		}
		worst[id] = max(worst[id], d.Severity)
		report.Rules[i].Impacts[0].Severity = level{"HIGH", "MEDIUM", "LOW", "LOW"}.of(worst[id])
		issue := sonarIssue{RuleID: id, PrimaryLocation: sonarAt(d.Source, d.Span.Start, d.Span.End, d.Message)}
		for _, related := range d.Related {
			if source := files.of(d, related); source != nil {
				issue.SecondaryLocations = append(issue.SecondaryLocations, sonarAt(source, related.Span.Start, related.Span.End, related.Message))
			}
		}
		report.Issues = append(report.Issues, issue)
	}
	return writeJSON(w, "sonarqube", report)
}

// sonarAt is a place in a file; start and end are byte offsets.
func sonarAt(source *lint.Source, start, end int, message string) sonarLocation {
	first, last := source.Lines.Position(start), source.Lines.Position(end)
	if end > start {
		last = source.Lines.Position(end - 1)
	}
	at := sonarText{StartLine: min(first.Line, source.Lines.Lines()), EndLine: min(last.Line, source.Lines.Lines())}
	from, to := source.Lines.UTF16Column(start)-1, source.Lines.UTF16Column(end)-1
	if at.StartLine == source.Lines.Position(end).Line && from < to {
		at.StartColumn, at.EndColumn = &from, &to
	}
	return sonarLocation{Message: message, FilePath: source.Path, TextRange: at}
}

// sonarQuality is the software quality that a category's findings harm, and the
// attribute of clean code that they lack.
func sonarQuality(c lint.Category) (quality, attribute string) {
	switch c {
	case lint.Security:
		return "SECURITY", "TRUSTWORTHY"
	case lint.Correctness, lint.Runtime:
		return "RELIABILITY", "LOGICAL"
	case lint.Speed, lint.Size:
		return "MAINTAINABILITY", "EFFICIENT"
	default:
		return "MAINTAINABILITY", "CONVENTIONAL"
	}
}
