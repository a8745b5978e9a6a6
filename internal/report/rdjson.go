package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Reviewdog Diagnostic Format (proto/rdf in reviewdog's repository). Lines and columns
// are 1-based, columns count UTF-8 bytes, ends are exclusive.

type rdfResult struct {
	Source      rdfSource       `json:"source"`
	Diagnostics []rdfDiagnostic `json:"diagnostics"`
}

type rdfSource struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type rdfDiagnostic struct {
	Message     string          `json:"message"`
	Location    rdfLocation     `json:"location"`
	Severity    string          `json:"severity"`
	Source      *rdfSource      `json:"source,omitempty"`
	Code        rdfCode         `json:"code"`
	Suggestions []rdfSuggestion `json:"suggestions,omitempty"`
	Related     []rdfRelated    `json:"relatedLocations,omitempty"`
}

type rdfLocation struct {
	Path  string   `json:"path"`
	Range rdfRange `json:"range"`
}

type rdfRange struct {
	Start rdfPosition `json:"start"`
	End   rdfPosition `json:"end"`
}

type rdfPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type rdfCode struct {
	Value string `json:"value"`
	URL   string `json:"url"`
}

type rdfSuggestion struct {
	Range rdfRange `json:"range"`
	Text  string   `json:"text"`
}

type rdfRelated struct {
	Message  string      `json:"message"`
	Location rdfLocation `json:"location"`
}

// rdjsonWriter writes one document, or with lines set a line for each finding.
type rdjsonWriter struct{ lines bool }

// Write writes the findings with the fixes that were proved as suggestions.
func (j rdjsonWriter) Write(w io.Writer, r *lint.Result) error {
	tool := rdfSource{Name: "dockmend", URL: "https://github.com/dockmend/dockmend"}
	result := rdfResult{Source: tool, Diagnostics: []rdfDiagnostic{}}
	files := sourcesOf(r)
	for d := range counting(r) {
		result.Diagnostics = append(result.Diagnostics, rdfDiagnosticOf(d, files))
	}
	if !j.lines {
		return writeJSON(w, "rdjson", result)
	}
	var b bytes.Buffer
	for i := range result.Diagnostics {
		d := &result.Diagnostics[i]
		d.Source = &tool
		line, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("encode rdjsonl report: %w", err)
		}
		b.Write(append(jsonInert(line), '\n'))
	}
	return write(w, "rdjsonl", b.Bytes())
}

func rdfDiagnosticOf(d *lint.Diagnostic, files sources) rdfDiagnostic {
	out := rdfDiagnostic{
		Message:  d.Message,
		Location: rdfAt(d.Source, d.Span),
		Severity: level{"ERROR", "WARNING", "INFO", "INFO"}.of(d.Severity),
		Code:     rdfCode{d.Rule.ID, d.Rule.HelpURI()},
	}
	for _, fix := range d.Fixes {
		if s, ok := rdfSuggest(d, fix); ok {
			out.Suggestions = append(out.Suggestions, s)
		}
	}
	for _, related := range d.Related {
		if source := files.of(d, related); source != nil {
			out.Related = append(out.Related, rdfRelated{related.Message, rdfAt(source, related.Span)})
		}
	}
	return out
}

// rdfSuggest makes one replacement of a fix. There is none for a fix that no one
// proved or that a person has to apply, and for one that changes other files.
func rdfSuggest(d *lint.Diagnostic, fix lint.Fix) (s rdfSuggestion, ok bool) {
	if d.Proof.State != lint.ProofPassed || fix.Applicability == lint.Manual || len(fix.Edits) == 0 {
		return s, false
	}
	whole := fix.Edits[0].Span
	edits := make([]text.Edit, len(fix.Edits))
	for i, e := range fix.Edits {
		if e.File != "" && e.File != d.Source.Path {
			return s, false
		}
		whole.Start, whole.End = min(whole.Start, e.Span.Start), max(whole.End, e.Span.End)
		edits[i] = text.Edit{Span: e.Span, New: e.New}
	}
	for i := range edits {
		edits[i].Span.Start -= whole.Start
		edits[i].Span.End -= whole.Start
	}
	after, err := text.Apply(whole.Of(d.Source.Bytes), edits)
	if err != nil {
		return s, false
	}
	return rdfSuggestion{rdfAt(d.Source, whole).Range, string(after)}, true
}

func rdfAt(source *lint.Source, span text.Span) rdfLocation {
	start, end := source.Lines.Position(span.Start), source.Lines.Position(span.End)
	return rdfLocation{source.Path, rdfRange{rdfPosition(start), rdfPosition(end)}}
}
