package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// What GitHub keeps of a file (docs.github.com, "SARIF support for code
// scanning"): of more results only the first 5,000 by severity are shown, and a
// file with longer descriptions is refused.
const (
	sarifResults     = 5000
	sarifDescription = 1024
	sarifRelated     = 100
)

// defaultCategory names the run where Options have none.
const defaultCategory = "dockmend"

type sarifWriter struct{ opts Options }

// Write writes SARIF 2.1.0 as GitHub's code scanning reads it. Findings that an
// ignore comment or the baseline silences are there with their suppression; with
// Options.Alerts they are left out.
func (s sarifWriter) Write(w io.Writer, r *lint.Result) error {
	run := sarif.NewRunWithInformationURI("dockmend", lint.Homepage)
	run.Tool.Driver.SemanticVersion = &s.opts.Version
	// A category ends in a slash: what follows the last one is the run's own id.
	run.AutomationDetails = &sarif.RunAutomationDetails{ID: ptr(cmp.Or(s.opts.Category, defaultCategory) + "/")}
	run.ColumnKind = "utf16CodeUnits"
	if words := hiddenWords(r); words != "" {
		run.Invocations = append(run.Invocations, notified("files and folders "+words))
	}
	if r.AsOf != "" {
		run.Properties = sarif.Properties{"asOf": r.AsOf}
	}
	if s.opts.Repository != "" {
		run.VersionControlProvenance = []*sarif.VersionControlDetails{{RepositoryURI: &s.opts.Repository, RevisionID: &s.opts.Revision}}
	}
	findings := slices.Clone(r.Diagnostics)
	findings = slices.DeleteFunc(findings, func(d *lint.Diagnostic) bool { return d.Unchanged || (s.opts.Alerts && !d.Counts()) })
	slices.SortStableFunc(findings, func(a, b *lint.Diagnostic) int {
		return cmp.Or(cmp.Compare(silenced(a), silenced(b)), cmp.Compare(b.Severity, a.Severity))
	})
	if left := len(findings) - sarifResults; left > 0 {
		findings = findings[:sarifResults]
		run.Invocations = append(run.Invocations, notShown(left))
	}
	run.Tool.Driver.Rules = s.rules(findings)
	index := map[string]uint{}
	for i, rule := range run.Tool.Driver.Rules {
		index[rule.ID] = uint(i)
	}
	hashes := map[*lint.Source][]string{}
	files := sourcesOf(r)
	results := make([]sarifFinding, len(findings))
	for i, d := range findings {
		if hashes[d.Source] == nil {
			hashes[d.Source] = lineHashes(d.Source.Bytes)
		}
		results[i] = sarifFinding{sarifResult(d, index[d.Rule.ID], hashes[d.Source], files), suppressions(d)}
	}
	head, err := sarif.New(sarif.Version210)
	if err != nil {
		return fmt.Errorf("make sarif report: %w", err)
	}
	report := sarifLog{head, []sarifRun{{run, results}}}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return fmt.Errorf("encode sarif report: %w", err)
	}
	return write(w, "sarif", jsonInert(b.Bytes()))
}

func notShown(left int) *sarif.Invocation {
	return notified(fmt.Sprintf("the %d least severe findings are not in this report: code scanning shows at most %d", left, sarifResults))
}

// notified is an invocation that says what its results do not.
func notified(message string) *sarif.Invocation {
	invocation := sarif.NewInvocation().WithExecutionSuccess(true)
	invocation.ToolExecutionNotifications = []*sarif.Notification{{Message: sarif.NewTextMessage(message)}}
	return invocation
}

// rules describes the rules that have findings, sorted by id.
func (s sarifWriter) rules(findings []*lint.Diagnostic) []*sarif.ReportingDescriptor {
	metas := map[string]*lint.Meta{}
	for _, d := range findings {
		metas[d.Rule.ID] = d.Rule
	}
	rules := []*sarif.ReportingDescriptor{}
	for _, m := range metas {
		title := cut(m.Title, sarifDescription)
		page := title
		if s.opts.Page != nil {
			page = cmp.Or(s.opts.Page(m.ID), title)
		}
		rule := sarif.NewRule(m.ID).WithName(pascal(m.ID)).WithHelpURI(m.HelpURI())
		rule.ShortDescription = sarif.NewMultiformatMessageString(title)
		rule.FullDescription = sarif.NewMultiformatMessageString(cut(cmp.Or(pageDescription(page), title+"."), sarifDescription))
		rule.Help = sarif.NewMarkdownMultiformatMessageString(page)
		rule.Help.Text = &page
		rule.DefaultConfiguration = &sarif.ReportingConfiguration{Enabled: ptr(true), Level: sarifLevel(m.Severity)}
		rule.Properties = sarifProperties(m, s.opts.Weakness)
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b *sarif.ReportingDescriptor) int { return cmp.Compare(a.ID, b.ID) })
	return rules
}

// sarifProperties are what GitHub sorts alerts by. A security-severity makes an
// alert one of security, so only such rules have it; it is a number in a string.
func sarifProperties(m *lint.Meta, weakness func(id string) int) sarif.Properties {
	p := sarif.Properties{"tags": sarifTags(m, weakness), "precision": sarifPrecision(m.Confidence)}
	if m.Category != lint.Security {
		p["problem.severity"] = map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning"}[m.Severity]
		if p["problem.severity"] == "" {
			p["problem.severity"] = "recommendation"
		}
		return p
	}
	switch m.Severity {
	case lint.Error:
		p["security-severity"] = "8.0"
	case lint.Warning:
		p["security-severity"] = "5.5"
	default:
		p["security-severity"] = "3.0"
	}
	return p
}

// sarifTags are the kind of file, the category, the entry in the Common Weakness
// Enumeration in the form that code scanning knows, and what benchmarks say of it.
func sarifTags(m *lint.Meta, weakness func(id string) int) []string {
	tags := []string{m.Target.String(), string(m.Category)}
	if weakness != nil {
		if number := weakness(m.ID); number > 0 {
			tags = append(tags, fmt.Sprintf("external/cwe/cwe-%03d", number))
		}
	}
	for _, alias := range m.Aliases {
		if strings.HasPrefix(alias.Name, "CIS-") || strings.HasPrefix(alias.Name, "OWASP-") {
			tags = append(tags, alias.Name)
		}
	}
	return tags
}

// pageDescription is what a page says under "What it checks" and "Why it matters", as
// one text; empty for a page without the first.
func pageDescription(page string) string {
	_, text, ok := strings.Cut(page, "## What it checks\n\n")
	if !ok {
		return ""
	}
	what, rest, _ := strings.Cut(text, "\n\n")
	_, why, _ := strings.Cut(rest, "## Why it matters\n\n")
	why, _, _ = strings.Cut(why, "\n\n")
	return strings.Join(strings.Fields(what+" "+why), " ")
}

func sarifPrecision(c lint.Confidence) string {
	return [...]string{lint.High: "very-high", lint.Medium: "high", lint.Low: "medium"}[c]
}

func sarifLevel(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "error"
	case lint.Warning:
		return "warning"
	default:
		return "note"
	}
}

func sarifResult(d *lint.Diagnostic, rule uint, hashes []string, files sources) *sarif.Result {
	result := sarif.NewRuleResult(d.Rule.ID).WithLevel(sarifLevel(d.Severity)).WithMessage(sarif.NewTextMessage(d.Message))
	result.RuleIndex = &rule
	result.Locations = []*sarif.Location{sarifLocation(d.Source, d.Span)}
	result.PartialFingerprints = map[string]any{}
	result.Fingerprints = map[string]any{}
	if line := d.Start().Line; line <= len(hashes) {
		result.PartialFingerprints["primaryLocationLineHash"] = hashes[line-1]
	}
	if version, value, ok := strings.Cut(d.Fingerprint, ":"); ok {
		result.Fingerprints[version] = value
	}
	for i, related := range d.Related {
		at := files.related(d, related)
		if !at.Known || i == sarifRelated {
			continue
		}
		result.RelatedLocations = append(
			result.RelatedLocations,
			sarifLocation(files.of(d, related), related.Span).WithMessage(sarif.NewTextMessage(related.Message)),
		)
	}
	result.Fixes = sarifFixes(d)
	return result
}

// sarifFixes are the fixes that were proved and that no person has to decide about.
func sarifFixes(d *lint.Diagnostic) []*sarif.Fix {
	if d.Proof.State != lint.ProofPassed {
		return nil
	}
	var fixes []*sarif.Fix
	for _, fix := range d.Fixes {
		elsewhere := func(e lint.FileEdit) bool { return e.File != "" && e.File != d.Source.Path }
		if fix.Applicability == lint.Manual || len(fix.Edits) == 0 || slices.ContainsFunc(fix.Edits, elsewhere) {
			continue
		}
		change := &sarif.ArtifactChange{ArtifactLocation: *sarif.NewSimpleArtifactLocation(sarifURI(d.Source.Path))}
		for _, e := range fix.Edits {
			// A deletion may leave the content out, which ends readers such as reviewdog 0.20.3.
			change.Replacements = append(change.Replacements, &sarif.Replacement{
				DeletedRegion: *sarifRegion(d.Source, e.Span), InsertedContent: &sarif.ArtifactContent{Text: ptr(e.New)},
			})
		}
		fixes = append(fixes, &sarif.Fix{Description: sarif.NewTextMessage(fix.Title), ArtifactChanges: []*sarif.ArtifactChange{change}})
	}
	return fixes
}

func sarifLocation(source *lint.Source, span text.Span) *sarif.Location {
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(sarifURI(source.Path))).WithRegion(sarifRegion(source, span)))
}

// sarifRegion is a span with 1-based lines, and columns in UTF-16 code units.
func sarifRegion(source *lint.Source, span text.Span) *sarif.Region {
	start, end := source.Lines.Position(span.Start), source.Lines.Position(span.End)
	return sarif.NewRegion().
		WithStartLine(start.Line).WithStartColumn(source.Lines.UTF16Column(span.Start)).
		WithEndLine(end.Line).WithEndColumn(source.Lines.UTF16Column(span.End))
}

// sarifURI is a path as a relative reference: its slashes stay, all else that
// an address may not hold is percent-encoded.
func sarifURI(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), ":", "%3A")
	}
	return strings.Join(parts, "/")
}

// pascal is an id as the specification wants names: "latest-tag" as "LatestTag".
func pascal(id string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(id, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

func cut(s string, longest int) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest-3], "") + "…"
}

func ptr[T any](v T) *T { return &v }
