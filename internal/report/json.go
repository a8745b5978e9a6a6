package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dockmend/dockmend/internal/lint"
)

// jsonVersion is the version of the JSON report; it changes in a major release
// only (docs/contract.md section 7).
const jsonVersion = 1

// maxHidden is how many files and folders that were not looked at are named; the
// summary counts all.
const maxHidden = 1000

// The types below are docs/contract.md section 2, field by field and in its order;
// Baseline, Related and ProofDetails were added. report.schema.json describes
// them to users, and a test keeps the two together.

type jsonReport struct {
	Version  int                `json:"version"`
	Tool     jsonTool           `json:"tool"`
	AsOf     string             `json:"as_of,omitempty"`
	Summary  lint.Summary       `json:"summary"`
	Findings []jsonFinding      `json:"findings"`
	Skipped  []lint.SkippedRule `json:"skipped"`
	Problems []lint.Problem     `json:"problems"`
	Hidden   []lint.Hidden      `json:"hidden,omitempty"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonFinding struct {
	Rule        string            `json:"rule"`
	Variant     string            `json:"variant"`
	Aliases     []string          `json:"aliases"`
	Category    lint.Category     `json:"category"`
	Severity    lint.Severity     `json:"severity"`
	Confidence  lint.Confidence   `json:"confidence"`
	File        string            `json:"file"`
	Line        int               `json:"line"`
	Column      int               `json:"column"`
	EndLine     int               `json:"end_line"`
	EndColumn   int               `json:"end_column"`
	Message     string            `json:"message"`
	HelpURI     string            `json:"help_uri"`
	Fingerprint string            `json:"fingerprint"`
	Group       string            `json:"group,omitempty"`
	Suppressed  *lint.Suppression `json:"suppressed"`
	Baseline    bool              `json:"baseline,omitempty"`
	Unchanged   bool              `json:"unchanged,omitempty"`
	Related     []jsonRelated     `json:"related"`
	Fixes       []jsonFix         `json:"fixes"`
}

type jsonRelated struct {
	File      string `json:"file"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
	Message   string `json:"message"`
}

type jsonFix struct {
	Title         string             `json:"title"`
	Applicability lint.Applicability `json:"applicability"`
	MaxEffect     lint.Effect        `json:"max_effect"`
	Proof         lint.ProofState    `json:"proof"`
	Effect        *lint.Effect       `json:"effect,omitempty"`
	ProofDetails  []string           `json:"proof_details,omitempty"`
	Edits         []jsonEdit         `json:"edits"`
}

type jsonEdit struct {
	File  string `json:"file"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

type jsonWriter struct{ opts Options }

// Write writes the JSON report, with one line for each value: reports are kept
// and compared. All findings are in it, those that do not count are marked.
func (j jsonWriter) Write(w io.Writer, r *lint.Result) error {
	report := jsonReport{
		Version:  jsonVersion,
		Tool:     jsonTool{Name: "dockmend", Version: j.opts.Version},
		AsOf:     r.AsOf,
		Summary:  r.Summary(),
		Findings: []jsonFinding{},
		Skipped:  list(r.Skipped),
		Problems: list(r.Problems),
		Hidden:   r.Hidden[:min(len(r.Hidden), maxHidden)],
	}
	whole, err := jsonPart(report, "")
	if err != nil {
		return err
	}
	// The findings one by one: they are nearly all of a report, and would be in
	// memory several times.
	before, after, _ := bytes.Cut(whole, []byte(noFindings))
	var b bytes.Buffer
	b.Write(before)
	b.WriteString(findingsKey + "[")
	files := sourcesOf(r)
	groups := groupNames(r)
	for i, d := range r.Diagnostics {
		if i > 0 {
			b.WriteByte(',')
		}
		f := jsonFindingOf(d, files)
		f.Group = groups[d]
		finding, err := jsonPart(f, jsonIndent+jsonIndent)
		if err != nil {
			return err
		}
		b.WriteString("\n" + jsonIndent + jsonIndent)
		b.Write(bytes.TrimSuffix(finding, []byte("\n")))
	}
	if len(r.Diagnostics) > 0 {
		b.WriteString("\n" + jsonIndent)
	}
	b.WriteByte(']')
	b.Write(after)
	return write(w, "json", b.Bytes())
}

// groupNames names the groups of several findings by the fingerprint of the first one.
func groupNames(r *lint.Result) map[*lint.Diagnostic]string {
	names := map[*lint.Diagnostic]string{}
	for _, g := range r.Groups() {
		if len(g) == 1 {
			continue
		}
		for _, d := range g {
			names[d] = g[0].Fingerprint
		}
	}
	return names
}

const (
	jsonIndent = "  "
	// findingsKey begins the findings of a report; nothing before them can hold it,
	// since a string has no line end.
	findingsKey = "\n" + jsonIndent + `"findings": `
	noFindings  = findingsKey + "[]"
)

// jsonPart writes a part of a report, each line but the first behind a prefix.
func jsonPart(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(prefix, jsonIndent)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode json report: %w", err)
	}
	return jsonInert(b.Bytes()), nil
}

func jsonFindingOf(d *lint.Diagnostic, files sources) jsonFinding {
	start, end := d.Start(), d.End()
	f := jsonFinding{
		Rule:        d.Rule.ID,
		Variant:     d.Variant,
		Aliases:     list(d.Aliases()),
		Category:    d.Rule.Category,
		Severity:    d.Severity,
		Confidence:  d.Confidence,
		File:        d.Source.Path,
		Line:        start.Line,
		Column:      start.Column,
		EndLine:     end.Line,
		EndColumn:   end.Column,
		Message:     d.Message,
		HelpURI:     d.Rule.HelpURI(),
		Fingerprint: d.Fingerprint,
		Suppressed:  d.Suppressed,
		Baseline:    d.Baseline,
		Unchanged:   d.Unchanged,
		Related:     make([]jsonRelated, len(d.Related)),
		Fixes:       make([]jsonFix, len(d.Fixes)),
	}
	for i, related := range d.Related {
		at := files.related(d, related)
		f.Related[i] = jsonRelated{at.File, at.Start.Line, at.Start.Column, at.End.Line, at.End.Column, related.Message}
	}
	for i, fix := range d.Fixes {
		f.Fixes[i] = jsonFixOf(d, fix)
	}
	return f
}

func jsonFixOf(d *lint.Diagnostic, fix lint.Fix) jsonFix {
	f := jsonFix{
		Title:         fix.Title,
		Applicability: fix.Applicability,
		MaxEffect:     fix.MaxEffect,
		Proof:         d.Proof.State,
		Edits:         make([]jsonEdit, len(fix.Edits)),
	}
	if d.Proof.State != lint.ProofNotRun {
		f.Effect = &d.Proof.Effect
		f.ProofDetails = d.Proof.Details
	}
	for i, e := range fix.Edits {
		file := e.File
		if file == "" {
			file = d.Source.Path
		}
		f.Edits[i] = jsonEdit{File: file, Start: e.Span.Start, End: e.Span.End, Text: e.New}
	}
	return f
}

// list is s, or an empty list in place of none, which JSON would call null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
