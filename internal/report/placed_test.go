package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

func TestPlaced(t *testing.T) {
	source := lint.NewSource("Dockerfile", []byte("FROM a\n"))
	about := func(id string) *lint.Diagnostic {
		return &lint.Diagnostic{Rule: &lint.Meta{ID: id}, Source: source, Finding: lint.Finding{Message: "about " + id, Severity: lint.Warning}}
	}
	r := &lint.Result{Diagnostics: []*lint.Diagnostic{about("one"), about("two"), about("three"), about("four")}, Files: []string{"Dockerfile"}}
	silent := about("silent")
	silent.Suppressed = &lint.Suppression{Kind: "dockmend"}
	r.Diagnostics = append(r.Diagnostics, silent)
	placed := &Placed{
		Elsewhere: func(d *lint.Diagnostic) string {
			return map[string]string{"one": "as review comments", "two": "as review comments"}[d.Rule.ID]
		},
		Why: func(d *lint.Diagnostic) string { return map[string]string{"three": "of <b>@you</b>"}[d.Rule.ID] },
		Patches: []Patch{
			{Title: "mend <b>", Diff: []byte("--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-````\n+</details>\n")},
			{Title: "hidden", Diff: []byte("+x\u202e\n")}, {Title: "windows", Diff: []byte("+x\r\n")},
		},
	}
	var b bytes.Buffer
	if err := (markdownWriter{limit: summaryLimit, opts: Options{Placed: placed}}).Write(&b, r); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{
		"4 findings", "- 2 findings as review comments\n", "- 1 finding only here: of &lt;b&gt;@&#8203;you", "about three", "about four",
		"`````diff\n--- a/f", "+</details>\n`````\n", "hidden (has characters", "windows (has characters", "Patches (3)", "ignored by comments",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary has no %q", want)
		}
	}
	for _, bad := range []string{"about one", "about two", "mend <b>", "\u202e", "\r", "@you"} {
		if strings.Contains(got, bad) {
			t.Errorf("the summary has %q", bad)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
	for range 3 * shownPatches {
		placed.Patches = append(placed.Patches, Patch{Title: "big", Diff: bytes.Repeat([]byte("+x\n"), 20_000)})
	}
	b.Reset()
	if err := (markdownWriter{limit: summaryLimit, opts: Options{Placed: placed}}).Write(&b, r); err != nil {
		t.Fatal(err)
	}
	if b.Len() > summaryLimit || !strings.Contains(b.String(), "for lack of space") || strings.Count(b.String(), "<details>") != strings.Count(b.String(), "</details>")-1 {
		t.Errorf("a summary of %d bytes, with %d folds open", b.Len(), strings.Count(b.String(), "<details>")-strings.Count(b.String(), "</details>"))
	}
}
