package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v2/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

func sarifOf(t *testing.T, r *lint.Result) *sarif.Run {
	t.Helper()
	w, err := New("sarif", Options{Version: "1.2.3", Category: "dockmend/api", Page: func(id string) string { return "page of " + id }})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	report, err := sarif.FromBytes(b.Bytes())
	if err != nil || len(report.Runs) != 1 {
		t.Fatalf("%d runs, %v", len(report.Runs), err)
	}
	return report.Runs[0]
}

func TestSARIF(t *testing.T) {
	src := lint.NewSource("a b/ö:%/Dockerfile", []byte("FROM x\nENV ö😀=\"secret\" y\n"))
	at := bytes.Index(src.Bytes, []byte("secret"))
	found := func(s lint.Severity, more lint.Diagnostic) *lint.Diagnostic {
		more.Finding = lint.Finding{Span: text.Span{Start: at, End: at + 6}, Severity: s, Message: "m", Related: []lint.Related{{Span: text.Span{End: 4}, Message: "r"}}}
		more.Rule, more.Source, more.Fingerprint = meta("secret-in-env", lint.Security), src, "dockmend/v1:abc"
		more.Rule.Severity = lint.Warning
		return &more
	}
	run := sarifOf(t, &lint.Result{Diagnostics: []*lint.Diagnostic{
		found(lint.Error, lint.Diagnostic{}), found(lint.Error, lint.Diagnostic{Baseline: true}),
		found(lint.Error, lint.Diagnostic{Unchanged: true}),
		found(lint.Error, lint.Diagnostic{Suppressed: &lint.Suppression{Kind: "dockmend", Line: 1, Reason: "of the demo"}}),
	}})
	if len(run.Results) != 3 || run.AutomationDetails == nil || *run.AutomationDetails.ID != "dockmend/api/" {
		t.Fatalf("%d results, %v", len(run.Results), run.AutomationDetails)
	}
	result, rule := run.Results[0], run.Tool.Driver.Rules[0]
	place := result.Locations[0].PhysicalLocation
	got := fmt.Sprintln(*place.ArtifactLocation.URI, *place.Region.StartLine, *place.Region.StartColumn, *place.Region.EndColumn, *result.Level,
		result.PartialFingerprints["primaryLocationLineHash"], result.Fingerprints["dockmend/v1"], len(result.RelatedLocations),
		rule.ID, *rule.Name, *rule.Help.Text, rule.Properties["security-severity"], rule.Properties["problem.severity"])
	// The emoji counts two UTF-16 units.
	hash := lineHashes(src.Bytes)[1]
	want := fmt.Sprintln("a%20b/%C3%B6%3A%25/Dockerfile", 2, 10, 16, "error", hash, "abc", 1, "secret-in-env", "SecretInEnv", "page of secret-in-env", "5.5", nil)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestSARIFSuppressions writes what is silenced, with the reasons, as the schema
// wants it, and leaves it out of what becomes alerts.
func TestSARIFSuppressions(t *testing.T) {
	src := lint.NewSource("Dockerfile", []byte("# dockmend ignore=a -- of the demo\nFROM x\n"))
	silent := func(d lint.Diagnostic) *lint.Diagnostic {
		d.Finding, d.Rule, d.Source = lint.Finding{Severity: lint.Error, Message: "m"}, meta("a", lint.StyleIssue), src
		return &d
	}
	r := &lint.Result{Diagnostics: []*lint.Diagnostic{
		silent(lint.Diagnostic{Suppressed: &lint.Suppression{Kind: "dockmend", Line: 1, Reason: "of the demo"}}),
		silent(lint.Diagnostic{Suppressed: &lint.Suppression{Kind: "hadolint"}}),
		silent(lint.Diagnostic{Baseline: true}),
	}}
	written := render(t, "sarif", Options{}, r)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile("../../testdata/sarif/sarif-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	var got []string
	for _, x := range sarifOf(t, r).Results {
		s := x.Suppressions[0]
		got = append(got, fmt.Sprint(s.Kind, deref(s.Justification), s.Location != nil))
	}
	want := []string{"inSourceof the demotrue", "inSourcefalse", "externalknown to the baselinefalse"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if alerts := render(t, "sarif", Options{Alerts: true}, r); !strings.Contains(alerts, `"results": []`) {
		t.Errorf("silenced findings become alerts:\n%s", alerts)
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestSARIFIsNeverWithoutResults(t *testing.T) {
	w, err := New("sarif", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Write(&b, &lint.Result{}); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b.Bytes()) || !strings.Contains(b.String(), `"results": []`) || !strings.Contains(b.String(), `"rules": []`) {
		t.Errorf("%s", &b)
	}
}

func TestSARIFKeepsTheWorst(t *testing.T) {
	src := lint.NewSource("Dockerfile", []byte("FROM x\n"))
	r := &lint.Result{}
	for i := range sarifResults + 10 {
		d := &lint.Diagnostic{Finding: lint.Finding{Severity: lint.Style, Message: "m"}, Rule: meta("a", lint.StyleIssue), Source: src}
		if i == sarifResults+9 {
			d.Severity = lint.Error
		}
		r.Diagnostics = append(r.Diagnostics, d)
	}
	run := sarifOf(t, r)
	if len(run.Results) != sarifResults || *run.Results[0].Level != "error" || len(run.Invocations) != 1 {
		t.Errorf("%d results, first %s", len(run.Results), *run.Results[0].Level)
	}
}

// TestSARIFDeletionHasContent: the format lets a deletion leave its content out, and
// reviewdog 0.20.3 ends where it does.
func TestSARIFDeletionHasContent(t *testing.T) {
	d := &lint.Diagnostic{
		Finding: lint.Finding{Severity: lint.Warning, Message: "m", Fixes: []lint.Fix{{Applicability: lint.Safe, Edits: []lint.FileEdit{{Edit: text.Edit{Span: text.Span{Start: 0, End: 7}}}}}}},
		Rule:    meta("a", lint.StyleIssue), Source: lint.NewSource("Dockerfile", []byte("FROM x\n\n")),
	}
	d.Proof.State = lint.ProofPassed
	run := sarifOf(t, &lint.Result{Diagnostics: []*lint.Diagnostic{d}})
	if got := run.Results[0].Fixes[0].ArtifactChanges[0].Replacements[0].InsertedContent; got == nil || got.Text == nil || *got.Text != "" {
		t.Errorf("the inserted content is %v, want an empty text", got)
	}
}
