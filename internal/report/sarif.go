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
	findings := slices.Clone(r.Diagnostics)
	findings = slices.DeleteFunc(findings, func(d *lint.Diagnostic) bool { return d.Unchanged || s.opts.Alerts && !d.Counts() })
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
	return notified(fmt.Sprintf("%d of the least severe findings are left out: code scanning shows %d", left, sarifResults))
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
		rule.FullDescription = sarif.NewMultiformatMessageString(title + ".")
		rule.Help = sarif.NewMarkdownMultiformatMessageString(page)
		rule.Help.Text = &page
		rule.DefaultConfiguration = &sarif.ReportingConfiguration{Enabled: ptr(true), Level: sarifLevel(m.Severity)}
		rule.Properties = sarifProperties(m)
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b *sarif.ReportingDescriptor) int { return cmp.Compare(a.ID, b.ID) })
	return rules
}

// sarifProperties are what GitHub sorts alerts by. A security-severity makes an
// alert one of security, so only such rules have it; it is a number in a string.
func sarifProperties(m *lint.Meta) sarif.Properties {
	p := sarif.Properties{"tags": []string{m.Target.String(), string(m.Category)}, "precision": sarifPrecision(m.Confidence)}
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
		result.RelatedLocations = append(result.RelatedLocations, sarifLocation(files.of(d, related), related.Span).WithMessage(sarif.NewTextMessage(related.Message)))
	}
	return result
}

func sarifLocation(source *lint.Source, span text.Span) *sarif.Location {
	start, end := source.Lines.Position(span.Start), source.Lines.Position(span.End)
	region := sarif.NewRegion().
		WithStartLine(start.Line).WithStartColumn(source.Lines.UTF16Column(span.Start)).
		WithEndLine(end.Line).WithEndColumn(source.Lines.UTF16Column(span.End))
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(sarifURI(source.Path))).WithRegion(region))
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
