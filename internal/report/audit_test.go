package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

func auditOf(t *testing.T, a *Audit, r *lint.Result) string {
	t.Helper()
	w, err := New("markdown", Options{Audit: a})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// auditFinding is one on the first line of a file.
func auditFinding(file, rule string, severity lint.Severity, words string) *lint.Diagnostic {
	source := lint.NewSource(file, []byte("FROM a\n"))
	return &lint.Diagnostic{
		Finding: lint.Finding{Span: source.Lines.Line(1), Message: words, Severity: severity},
		Rule:    &lint.Meta{ID: rule, Title: rule, Severity: severity}, Source: source,
	}
}

func TestAuditReport(t *testing.T) {
	fresh := auditFinding("b/Dockerfile", "latest-tag", lint.Warning, "it moves")
	r := &lint.Result{Files: []string{"a", "b/Dockerfile"}, Diagnostics: []*lint.Diagnostic{
		auditFinding("a", "latest-tag", lint.Warning, "it moves"), auditFinding("a", "syntax-error", lint.Error, "what"), fresh,
	}}
	got := auditOf(t, &Audit{Since: "2026-05-01 at abc", New: []*lint.Diagnostic{fresh}, Gone: []GoneFinding{{"final-user-root", "c"}}}, r)
	for _, want := range []string{
		"### Since the audit of 2026-05-01 at abc: 1 new, 1 gone", "- new: 🟠 warning [`latest-tag`]", "in `b/Dockerfile`, line 1: it moves",
		"- gone: `final-user-root` in `c`", "### By rule", "| 🔴 error | 1 | 1 | 0 |\n| [`latest-tag`]", "| 🟠 warning | 2 | 2 | 0 |", "### Findings",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got := auditOf(t, &Audit{}, &lint.Result{}); !strings.Contains(got, "first audit") || strings.Contains(got, "By ") {
		t.Errorf("%s", got)
	}
	if got := auditOf(t, &Audit{Why: "it is <b>late</b>"}, r); !strings.Contains(got, "There is no comparison") || strings.Contains(got, "<b>") {
		t.Errorf("%s", got)
	}
}

func TestAuditReportIsBounded(t *testing.T) {
	r, a := &lint.Result{}, &Audit{Since: "2026"}
	for i := range 5_000 {
		d := auditFinding(strings.Repeat("long`|", 100), fmt.Sprint("rule-", i), lint.Info, strings.Repeat("é", 2_000))
		r.Diagnostics = append(r.Diagnostics, d)
		a.New = append(a.New, d)
		a.Gone = append(a.Gone, GoneFinding{"rule", strings.Repeat("@x", 2_000)})
	}
	got := auditOf(t, a, r)
	if len(got) > summaryLimit || !strings.Contains(got, "Not shown for lack of space") {
		t.Errorf("%d bytes", len(got))
	}
}
