package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// many makes a result with so many findings of each severity, mildest first.
func many(perSeverity map[lint.Severity]int) *lint.Result {
	src := lint.NewSource("Dockerfile", []byte("FROM a\n"))
	r := &lint.Result{Files: []string{src.Path}}
	for s := lint.Style; s <= lint.Error; s++ {
		for i := range perSeverity[s] {
			r.Diagnostics = append(r.Diagnostics, &lint.Diagnostic{
				Finding: lint.Finding{Span: text.Span{Start: 5, End: 6}, Severity: s, Message: fmt.Sprintf("%s %d", s, i)},
				Rule:    meta("some-rule", lint.Runtime), Source: src,
			})
		}
	}
	return r
}

func TestGitHubLimits(t *testing.T) {
	type counts = map[lint.Severity]int
	tests := []struct {
		name                      string
		findings                  counts
		errors, warnings, notices int
		left                      string
	}{
		{"all fit", counts{lint.Error: 10, lint.Warning: 10, lint.Info: 4, lint.Style: 6}, 10, 10, 10, ""},
		{
			"the notice that counts takes a notice's place", counts{lint.Error: 11, lint.Info: 10}, 10, 0, 10,
			"2 annotations not shown (1 error, 1 notice): ",
		},
		{
			"info before style", counts{lint.Info: 9, lint.Style: 5}, 0, 0, 10,
			"5 annotations not shown (5 notices): ",
		},
		{"one", counts{lint.Warning: 11}, 0, 10, 1, "1 annotation not shown (1 warning): "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := render(t, "github", Options{}, many(tt.findings))
			for prefix, want := range map[string]int{"\n::error ": tt.errors, "\n::warning ": tt.warnings, "\n::notice ": tt.notices} {
				if got := strings.Count("\n"+out, prefix); got != want {
					t.Errorf("%d lines with %q, want %d", got, prefix, want)
				}
			}
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			want := "::notice title=dockmend::" + tt.left
			if last := lines[len(lines)-1]; strings.HasPrefix(last, want) != (tt.left != "") {
				t.Errorf("last line %q, want %q...", last, want)
			}
			if tt.findings[lint.Style] == 5 && strings.Contains(out, "::style") {
				t.Error("a style finding is shown, an info one is not")
			}
		})
	}
}

func TestGitHubMessageIsCut(t *testing.T) {
	for _, filler := range []string{"a", "%", "世"} {
		for pad := range 3 {
			data := cutData(CommandData(strings.Repeat("x", pad) + strings.Repeat(filler, 5000)))
			if len(data) > annotationCharacters || !strings.HasSuffix(data, "…") {
				t.Errorf("%q: %d bytes, ending in %q", filler, len(data), data[len(data)-6:])
			}
			if rest := strings.ReplaceAll(data, "%25", ""); strings.Contains(rest, "%") || strings.Contains(rest, "\ufffd") {
				t.Errorf("%q: cut inside of a character: ...%q", filler, data[len(data)-6:])
			}
		}
	}
}

func TestGitHubPosition(t *testing.T) {
	tests := []struct {
		name, src  string
		start, end int
		want       string
	}{
		{"one line", "FROM a\nUSER b\n", 12, 13, ",line=2,endLine=2,col=6,endColumn=7"},
		{"insertion", "FROM a\n", 5, 5, ",line=1,endLine=1,col=6,endColumn=6"},
		{"a line with its end", "FROM a\nUSER b\n", 0, 7, ",line=1,endLine=1,col=1,endColumn=7"},
		{"two lines", "RUN a \\\n b\n", 4, 10, ",line=1,endLine=2"},
		{"end of the file", "FROM a\n", 7, 7, ",line=1,endLine=1"},
		{"empty file", "", 0, 0, ",line=1,endLine=1,col=1,endColumn=1"},
		{"up to the end of the file", "RUN a \\\n b\n", 4, 11, ",line=1,endLine=2"},
	}
	for _, tt := range tests {
		d := &lint.Diagnostic{
			Finding: lint.Finding{Span: text.Span{Start: tt.start, End: tt.end}},
			Source:  lint.NewSource("Dockerfile", []byte(tt.src)),
		}
		if got := position(d); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMarkdownLimit(t *testing.T) {
	r := many(map[lint.Severity]int{lint.Error: 5, lint.Style: 200})
	other := lint.NewSource("other/Dockerfile", []byte("FROM b\n"))
	r.Diagnostics = append(r.Diagnostics, &lint.Diagnostic{
		Finding: lint.Finding{Severity: lint.Style, Message: "in the other file"}, Rule: meta("some-rule", lint.Runtime), Source: other,
	})
	for i := range 200 {
		r.Problems = append(r.Problems, lint.Problem{File: fmt.Sprint("x", i), Message: "cannot be read"})
		r.Notices = append(r.Notices, fmt.Sprint("notice ", i))
		r.Skipped = append(r.Skipped, lint.SkippedRule{Rule: "a-rule", File: fmt.Sprint("y", i), Reason: fmt.Sprint("needs ", i)})
		r.Diagnostics = append(r.Diagnostics, &lint.Diagnostic{
			Finding: lint.Finding{Severity: lint.Style, Message: "silenced"}, Rule: meta("some-rule", lint.Runtime), Source: other,
			Suppressed: &lint.Suppression{Kind: "dockmend", Line: i + 1},
		})
	}
	for _, limit := range []int{12000, 20000, 30000} {
		var b bytes.Buffer
		if err := (markdownWriter{limit: limit}).Write(&b, r); err != nil {
			t.Fatal(err)
		}
		out := b.String()
		if len(out) > limit {
			t.Errorf("%d bytes, the limit is %d", len(out), limit)
		}
		if open, closed := strings.Count(out, "<details"), strings.Count(out, "</details>"); open != closed || open < 3 {
			t.Errorf("limit %d: %d folds opened, %d closed", limit, open, closed)
		}
		for noun, shown := range map[string]int{
			"entry":           strings.Count(out, "| 🔴 error |") + strings.Count(out, "| ⚪ style |"),
			"problem":         strings.Count(out, ": cannot be read\n"),
			"note":            strings.Count(out, "- note: "),
			"ignored finding": strings.Count(out, "| dockmend, line "),
			"skip reason":     strings.Count(out, ": a-rule in "),
		} {
			total := 200
			if noun == "entry" {
				total = 206
			}
			if want := fmt.Sprintf("**Not shown for lack of space: %s.**", text.Counted(total-shown, noun)); shown == 0 || shown < total && !strings.Contains(out, want) {
				t.Errorf("limit %d: %d of %d %ss shown, and no line %q", limit, shown, total, noun, want)
			}
		}
		if n := strings.Count(out, "| 🔴 error |"); n != 5 {
			t.Errorf("limit %d: %d errors shown, want all 5", limit, n)
		}
	}
}

func TestSummaryLine(t *testing.T) {
	fixable := func(a lint.Applicability, n int) *lint.Result {
		r := many(map[lint.Severity]int{lint.Info: n})
		for _, d := range r.Diagnostics {
			d.Fixes = []lint.Fix{{Applicability: lint.Manual}, {Applicability: a}}
		}
		return r
	}
	failed, passed := Verdict{Conclusion: "failure", FailOn: lint.Warning}, Verdict{Conclusion: "success", FailOn: lint.Warning}
	const unsafe = "next: look at dockmend fix --unsafe --diff: it has fixes for 2 findings, which can change what an image does\n"
	tests := []struct {
		name    string
		result  *lint.Result
		verdict Verdict
		want    string
	}{
		{"nothing", &lint.Result{}, Verdict{}, "no files were linted\n"},
		{"clean", &lint.Result{Files: []string{"a"}}, Verdict{}, "no findings in 1 file\n"},
		{"clean files", &lint.Result{Files: []string{"a", "b"}}, passed, "passed: no findings in 2 files\nnext: nothing has to be done\n"},
		{
			"safe", fixable(lint.Safe, 1), passed,
			"passed (fail-on warning): 1 finding (1 info) in 1 file\nnext (optional): run dockmend fix: it fixes 1 finding, and images keep their files and the program that they start\n",
		},
		{"unsafe", fixable(lint.Unsafe, 2), Verdict{}, "2 findings (2 info) in 1 file\n" + unsafe},
		{"manual", fixable(lint.Manual, 2), passed, "passed (fail-on warning): 2 findings (2 info) in 1 file\nnext (optional): nothing has to be done\n"},
		{
			"severities", many(map[lint.Severity]int{lint.Error: 2, lint.Style: 1}), failed,
			"failed (fail-on warning): 3 findings (2 errors, 1 style) in 1 file\nnext: fix by hand, the worst first: Dockerfile:1:6 [some-rule]\n",
		},
		{
			"many", many(map[lint.Severity]int{lint.Warning: manyFindings}), Verdict{Conclusion: "failure", FailOn: lint.Warning},
			"next: too many for today? dockmend lint --write-baseline dockmend-baseline.json accepts these; with the file as baseline, only new ones fail\n",
		},
		{
			"problem", &lint.Result{Problems: []lint.Problem{{Message: "x"}}}, Verdict{Conclusion: "incomplete"},
			"did not finish: no files were linted; incomplete because of 1 problem\nnext: solve the problem that is named here: findings may be missing\n",
		},
	}
	for _, tt := range tests {
		if out := render(t, "text", Options{Verdict: tt.verdict}, tt.result); !strings.HasSuffix(out, tt.want) {
			t.Errorf("%s: ends in %q, want %q", tt.name, out[max(len(out)-300, 0):], tt.want)
		}
	}
}

// TestHeadline: the first line of a page says passed or failed, and why.
func TestHeadline(t *testing.T) {
	tests := []struct {
		found   map[lint.Severity]int
		verdict Verdict
		want    string
	}{
		{map[lint.Severity]int{lint.Error: 1, lint.Warning: 2, lint.Info: 3}, Verdict{Conclusion: "failure", FailOn: lint.Warning}, "❌ dockmend failed: 1 error and 2 warnings"},
		{map[lint.Severity]int{lint.Error: 1, lint.Warning: 2}, Verdict{Conclusion: "failure", FailOn: lint.Error}, "❌ dockmend failed: 1 error"},
		{map[lint.Severity]int{lint.Warning: 2}, Verdict{Conclusion: "failure", FailOn: lint.Warning, New: true}, "❌ dockmend failed: this change brings 2 warnings"},
		{map[lint.Severity]int{lint.Info: 2}, Verdict{Conclusion: "success", FailOn: lint.Warning}, "✅ dockmend passed: 2 info, none of severity warning or above"},
		{map[lint.Severity]int{lint.Error: 2}, Verdict{Conclusion: "success"}, "🔴 dockmend passed: 2 errors, which do not fail this job"},
		{nil, Verdict{Conclusion: "success", FailOn: lint.Warning, New: true}, "✅ dockmend passed: this change brings no findings"},
		{nil, Verdict{Conclusion: "neutral"}, "⚪ dockmend could not tell which findings are new, so nothing fails"},
	}
	for _, tt := range tests {
		out := render(t, "markdown", Options{Verdict: tt.verdict}, many(tt.found))
		if line, _, _ := strings.Cut(out, "\n"); line != "## "+tt.want {
			t.Errorf("%+v of %v: %q, want %q", tt.verdict, tt.found, line, tt.want)
		}
	}
}

func TestSkippedRulesAreFolded(t *testing.T) {
	r := &lint.Result{Files: []string{"a"}}
	for i := range 5 {
		for j := range 5 {
			s := lint.SkippedRule{Rule: fmt.Sprint("rule-", j), Reason: fmt.Sprint("reason ", i)}
			r.Skipped = append(r.Skipped, s, s)
		}
	}
	want := "note: skipped 5 rules: reason 0\n" +
		"note: skipped 5 rules: reason 1\n" +
		"note: skipped 5 rules: reason 2\n" +
		"note: more rules were skipped for 2 other reasons; the format json lists all\n" +
		"no findings in 1 file\n"
	if got := render(t, "text", Options{}, r); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}
