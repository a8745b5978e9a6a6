package review

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	planBefore = "FROM a\nRUN one\nRUN two\nRUN three\nRUN four\nRUN five\nRUN six\nRUN seven\nRUN eight\nCMD x\n"
	planAfter  = "FROM a\nRUN one\nRUN 2\nRUN three\nRUN four\nRUN five\nRUN six\nRUN seven\nRUN eight\nCMD x\n"
)

func TestPlanChannels(t *testing.T) {
	source := lint.NewSource("f", []byte(planAfter))
	place := placeIn(planBefore, planAfter) // one hunk, lines 1 to 6
	on := func(id string, severity lint.Severity, line int) *lint.Diagnostic {
		return reviewtest.Finding(source, id, severity, line)
	}
	withFix := func(id string, severity lint.Severity, line int, a lint.Applicability) *lint.Diagnostic {
		d := on(id, severity, line)
		return reviewtest.Mended(d, a, lint.Replace(d.Span, "RUN mended"))
	}
	notRun := withFix("n", lint.Info, 3, lint.Safe)
	notRun.Proof = lint.Proof{}
	demoted := withFix("n", lint.Info, 3, lint.Unsafe)
	demoted.Proof.State = lint.ProofDemoted
	tests := []struct {
		name    string
		finding *lint.Diagnostic
		change  func(*Request)
		want    Channel
		why     string
	}{
		{"warning in the diff", on("w", lint.Warning, 3), nil, InComment, ""},
		{"context line", on("w", lint.Warning, 6), nil, InComment, ""},
		{"outside of the hunk", on("w", lint.Warning, 8), nil, InFile, "not in the diff"},
		{"info", on("i", lint.Info, 3), nil, InSummary, "below warning"},
		{"info with a safe fix", withFix("i", lint.Info, 3, lint.Safe), nil, InComment, ""},
		{"info with an unsafe fix", withFix("i", lint.Info, 3, lint.Unsafe), nil, InSummary, "below warning"},
		{"info with a fix that was not proved", notRun, nil, InSummary, "below warning"},
		{"info with a fix that was demoted", demoted, nil, InSummary, "below warning"},
		{"info with a fix outside of the diff", withFix("i", lint.Info, 9, lint.Safe), nil, InSummary, "below warning"},
		{"file that did not change", on("w", lint.Warning, 3), func(r *Request) { r.Places["f"] = &Place{Why: "x"} }, InAnnotation, "does not change"},
		{"file without a patch", on("w", lint.Warning, 3), func(r *Request) { r.Places["f"] = &Place{InDiff: true, Why: "no diff"} }, InFile, "no diff"},
		{"no review", on("w", lint.Warning, 3), func(r *Request) { r.Review, r.NoReview = false, "off" }, InAnnotation, "off"},
		{"info and no review", on("i", lint.Info, 3), func(r *Request) { r.Review = false }, InAnnotation, ""},
		{"no review, no annotations", on("w", lint.Warning, 3), func(r *Request) { r.Review, r.Annotate = false, false }, InSummary, ""},
		{"unchanged file, no annotations", on("w", lint.Warning, 3), func(r *Request) { r.Places["f"], r.Annotate = &Place{}, false }, InSummary, "does not change"},
		{"alerts", on("w", lint.Warning, 3), func(r *Request) { r.Alerts = true }, InAlert, ""},
		{"alerts, info", on("i", lint.Info, 3), func(r *Request) { r.Alerts = true }, InAlert, ""},
		{"alerts and a suggestion", withFix("w", lint.Warning, 3, lint.Safe), func(r *Request) { r.Alerts = true }, InComment, ""},
		{"alerts and no review", withFix("w", lint.Warning, 3, lint.Safe), func(r *Request) { r.Alerts, r.Review = true, false }, InAlert, ""},
		{"stands already", on("w", lint.Warning, 3), func(r *Request) { r.Threads = []*Thread{{Marks: []string{"w-f-RUN 2"}}} }, InThread, ""},
		{"resolved by a person", on("w", lint.Warning, 3), func(r *Request) {
			r.Threads = []*Thread{{Marks: []string{"w-f-RUN 2"}, Resolved: true, ByPerson: true}}
		}, InSummary, "a person resolved"},
		{"resolved by us", on("w", lint.Warning, 3), func(r *Request) {
			r.Threads = []*Thread{{Marks: []string{"w-f-RUN 2"}, Resolved: true}}
		}, InComment, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{
				Platform: testPlatform(),
				Findings: []*lint.Diagnostic{tt.finding}, Places: map[string]*Place{"f": place}, Threshold: lint.Warning,
				Review: true, Annotate: true, Category: "dockmend", Prove: reviewtest.Proving,
			}
			if tt.change != nil {
				tt.change(&r)
			}
			got := NewPlan(r).Placements[0]
			if got.Channel != tt.want || !strings.Contains(got.Why, tt.why) || tt.why == "" && got.Why != "" {
				t.Errorf("channel %d because %q, want %d because %q", got.Channel, got.Why, tt.want, tt.why)
			}
		})
	}
}

func TestPlanLimits(t *testing.T) {
	var src strings.Builder
	for i := range 60 {
		fmt.Fprintf(&src, "RUN %d\n", i)
	}
	source := lint.NewSource("f", []byte(src.String()))
	r := Request{Platform: testPlatform(), Places: map[string]*Place{"f": placeIn("", src.String())}, Threshold: lint.Warning, Review: true, Annotate: true, Category: "c"}
	for i := range 60 {
		severity := lint.Warning
		if i >= 45 {
			severity = lint.Error
		}
		r.Findings = append(r.Findings, reviewtest.Finding(source, fmt.Sprint("r", i), severity, i+1))
	}
	p := NewPlan(r)
	if len(p.Comments) != maxComments || len(p.Shown(InComment)) != maxComments || len(p.Shown(InSummary)) != 30 {
		t.Fatalf("%d comments, %d in the summary; want 30 and 30", len(p.Comments), len(p.Shown(InSummary)))
	}
	if p.Comments[14].severity != lint.Error || p.Comments[15].severity != lint.Warning {
		t.Error("the most severe are not the first")
	}
	if b := p.ReviewBody(); strings.Count(b, "\n- ") != 30 || !strings.Contains(b, "30 more") {
		t.Errorf("the review's body does not name what is left out:\n%s", b)
	}
	p.Degrade(p.Comments, "refused")
	if a, s := len(p.Shown(InAnnotation)), len(p.Shown(InSummary)); a != 20 || s != 40 {
		t.Errorf("%d annotations, %d in the summary; want 10 of each of two kinds and 40", a, s)
	}

	r.Places["f"] = &Place{InDiff: true, Why: "no diff"}
	p = NewPlan(r)
	if f, a, s := len(p.Files), len(p.Shown(InAnnotation)), len(p.Shown(InSummary)); f != maxFileComments || a != 15 || s != 35 {
		t.Errorf("%d on files, %d annotations, %d in the summary; want 10, 5 errors with 10 warnings, and 35", f, a, s)
	}
	r.Problems = 4
	if a := len(NewPlan(r).Shown(InAnnotation)); a != 15 {
		t.Errorf("%d annotations beside 4 problems, want 15", a)
	}
	r.Problems = 8
	if a := len(NewPlan(r).Shown(InAnnotation)); a != 12 {
		t.Errorf("%d annotations beside 8 problems, want 12", a)
	}
}

// No finding is ever lost, whatever is refused in which order.
func TestPlanKeepsEveryFinding(t *testing.T) {
	source := lint.NewSource("f", []byte(planAfter))
	for bits := range 1 << 5 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		r := Request{
			Platform: testPlatform(),
			Places:   map[string]*Place{"f": placeIn(planBefore, planAfter)}, Threshold: lint.Warning,
			Review: on(0), Annotate: on(1), Alerts: on(2), Category: "c",
		}
		if on(4) {
			r.Prove = reviewtest.Proving
		}
		for line := 1; line <= 10; line++ {
			d := reviewtest.Finding(source, fmt.Sprint("r", line), lint.Severity(1+line%4), line)
			if on(3) {
				reviewtest.Mended(d, lint.Safe, lint.Insert(d.Span.Start, "# x\n"))
			}
			r.Findings = append(r.Findings, d)
		}
		p := NewPlan(r)
		for range 3 {
			if len(p.Placements) != len(r.Findings) {
				t.Fatalf("%05b: %d placements of %d findings", bits, len(p.Placements), len(r.Findings))
			}
			marks := map[string]int{}
			for _, c := range append(append([]*Comment(nil), p.Comments...), p.Files...) {
				for _, m := range c.Marks {
					marks[m]++
				}
			}
			for _, x := range p.Placements {
				commented := x.Channel == InComment || x.Channel == InFile
				if n := marks[mark(x.Finding)]; commented && n != 1 || !commented && n != 0 {
					t.Fatalf("%05b: %s is in channel %d and in %d comments", bits, x.Finding.Rule.ID, x.Channel, n)
				}
			}
			if len(p.Comments) > 0 {
				p.Degrade(p.Comments[:1], "refused")
			} else {
				p.Degrade(p.Files, "refused")
			}
		}
	}
}

func TestGone(t *testing.T) {
	threads := []*Thread{
		{ID: "gone", Path: "a/f", Marks: []string{"1"}},
		{ID: "stands", Path: "a/f", Marks: []string{"2"}},
		{ID: "half", Path: "a/f", Marks: []string{"1", "2"}},
		{ID: "answered", Path: "a/f", Marks: []string{"1"}, Replied: true},
		{ID: "resolved", Path: "a/f", Marks: []string{"1"}, Resolved: true},
		{ID: "hidden", Path: "a/f", Marks: []string{"1"}, Minimized: true},
		{ID: "elsewhere", Path: "ab/f", Marks: []string{"1"}},
	}
	r := Request{Platform: testPlatform(), Threads: threads, Standing: map[string]bool{"2": true}, Complete: true, Review: true, Paths: []string{"a"}}
	if got := NewPlan(r).Resolve; len(got) != 1 || got[0].ID != "gone" {
		t.Errorf("resolve %v, want gone alone", got)
	}
	r.Complete = false
	if got := NewPlan(r).Resolve; len(got) != 0 {
		t.Errorf("a run that saw not everything resolves %v", got)
	}
}

func TestSuggestions(t *testing.T) {
	const src = "FROM a\nENV A 1\nRUN x && \\\n  y\n# ```` fence\nCMD x y\n"
	source := lint.NewSource("f", []byte(src))
	line := func(n int) text.Span { return source.Lines.Line(n) }
	full := func(n int) text.Span { return source.Lines.FullLine(n) }
	at := func(n, column int) int { return source.Lines.Offset(text.Position{Line: n, Column: column}) }
	tests := []struct {
		name        string
		edits       []lint.FileEdit
		first, last int
		want        string
	}{
		{"words in a line", []lint.FileEdit{lint.Replace(text.Span{Start: at(2, 6), End: at(2, 7)}, "=")}, 2, 2, "ENV A=1\n"},
		{"a whole line", []lint.FileEdit{lint.Replace(line(6), `CMD ["x", "y"]`)}, 6, 6, "CMD [\"x\", \"y\"]\n"},
		{"two edits", []lint.FileEdit{lint.Replace(line(2), "ENV A=1"), lint.Insert(at(4, 3), "z && ")}, 2, 4, "ENV A=1\nRUN x && \\\n  z && y\n"},
		{"a line before", []lint.FileEdit{lint.Insert(at(6, 1), "USER app\n")}, 6, 6, "USER app\nCMD x y\n"},
		{"a line after", []lint.FileEdit{lint.Insert(len(src), "USER app\n")}, 6, 6, "CMD x y\nUSER app\n"},
		{"a line goes", []lint.FileEdit{lint.Delete(full(2))}, 2, 2, ""},
		{"two lines join", []lint.FileEdit{lint.Delete(text.Span{Start: at(3, 9), End: at(4, 3)})}, 3, 4, "RUN x &&y\n"},
		{"the end of a line goes", []lint.FileEdit{lint.Delete(text.Span{Start: line(2).End, End: full(2).End})}, 2, 3, "ENV A 1RUN x && \\\n"},
		{"back-ticks", []lint.FileEdit{lint.Insert(at(5, 2), " ```")}, 5, 5, "# ``` ```` fence\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := reviewtest.Mended(reviewtest.Finding(source, "r", lint.Warning, 2), lint.Safe, tt.edits...)
			s, why := suggest(d)
			if s == nil || s.first != tt.first || s.last != tt.last || s.text != tt.want {
				t.Fatalf("suggestion %+v (%s), want lines %d to %d as %q", s, why, tt.first, tt.last, tt.want)
			}
			var edits []text.Edit
			for _, e := range tt.edits {
				edits = append(edits, e.Edit)
			}
			want, err := text.Apply([]byte(src), edits)
			if err != nil {
				t.Fatal(err)
			}
			if got := reviewtest.Press(t, src, s.first, s.last, body(testPlatform(), "c", []remark{{Diagnostic: d}}, s)); got != string(want) {
				t.Errorf("the button makes\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestNoSuggestion(t *testing.T) {
	for name, src := range map[string]string{
		"carriage returns":   "FROM a\r\nCMD x\r\n",
		"no line end":        "FROM a\nCMD x",
		"byte order mark":    "\ufeffFROM a\n",
		"direction override": "FROM a\nCMD x # \u202e\n",
		"invalid UTF-8":      "FROM a\nCMD \xff\n",
		"too long":           "FROM a\nCMD " + strings.Repeat("x", maxSuggestion) + "\n",
	} {
		source := lint.NewSource("f", []byte(src))
		last := source.Lines.Lines()
		d := reviewtest.Mended(reviewtest.Finding(source, "r", lint.Warning, last), lint.Safe, lint.Insert(source.Lines.Line(last).End, " y"))
		if s, why := suggest(d); s != nil || why == "" {
			t.Errorf("%s: suggested %+v", name, s)
		}
	}
}

func FuzzSuggestion(f *testing.F) {
	f.Add("FROM a\nCMD x\n", 7, 12, "CMD y")
	f.Add("a\n```\nb\n", 2, 2, "````\n")
	f.Fuzz(func(t *testing.T, src string, start, end int, replacement string) {
		if start < 0 || end < start || end > len(src) || len(src) > 5000 || len(replacement) > 5000 {
			return
		}
		source := lint.NewSource("f", []byte(src))
		d := reviewtest.Mended(reviewtest.Finding(source, "r", lint.Warning, 1), lint.Safe, lint.Replace(text.Span{Start: start, End: end}, replacement))
		s, _ := suggest(d)
		if s == nil {
			return
		}
		want, err := text.Apply([]byte(src), s.edits)
		if err != nil {
			t.Fatal(err)
		}
		if got := reviewtest.Press(t, src, s.first, s.last, body(testPlatform(), "c", []remark{{Diagnostic: d}}, s)); got != string(want) {
			t.Errorf("the button makes %q, want %q", got, want)
		}
	})
}

func TestMergedSuggestions(t *testing.T) {
	const src = "FROM a\nENV A 1 B\nCMD x\n"
	source := lint.NewSource("f", []byte(src))
	fix := func(id string, severity lint.Severity, column, length int, with string) *lint.Diagnostic {
		start := source.Lines.Offset(text.Position{Line: 2, Column: column})
		return reviewtest.Mended(reviewtest.Finding(source, id, severity, 2), lint.Safe, lint.Replace(text.Span{Start: start, End: start + length}, with))
	}
	request := func(findings ...*lint.Diagnostic) Request {
		return Request{Platform: testPlatform(), Findings: findings, Places: map[string]*Place{"f": placeIn("", src)}, Threshold: lint.Warning, Review: true, Annotate: true, Category: "c", Prove: reviewtest.Proving}
	}
	a, b := fix("a", lint.Warning, 6, 1, "="), fix("b", lint.Info, 9, 1, "C")
	p := NewPlan(request(a, b))
	if len(p.Comments) != 1 || len(p.Comments[0].Marks) != 2 {
		t.Fatalf("%d comments, want one for both", len(p.Comments))
	}
	if got := reviewtest.Press(t, src, 2, 2, p.Comments[0].Body); got != "FROM a\nENV A=1 C\nCMD x\n" {
		t.Errorf("together they make %q", got)
	}
	if marks, ok := ReadMarkers(p.Comments[0].Body, "c"); !ok || len(marks) != 2 {
		t.Errorf("markers %q", marks)
	}

	// They exclude each other: the more severe one is offered, once.
	clash := fix("c", lint.Info, 5, 3, "Z")
	p = NewPlan(request(clash, a))
	reviewtest.Equal(t, "channels", channels(p), "a comment", "c summary")
	if p.Placements[1].Patch == nil {
		t.Error("the fix that is not offered is no patch either")
	}
	clash.Severity = lint.Error
	p = NewPlan(request(a, clash))
	reviewtest.Equal(t, "channels", channels(p), "c comment", "a comment")
	if _, ok := reviewtest.Suggested(p.Comments[1].Body); ok {
		t.Error("the second comment has a suggestion too")
	}
	// What cannot be proved together is not offered together.
	r := request(a, b)
	r.Prove = func(*lint.Source, []text.Edit) lint.Proof { return lint.Proof{State: lint.ProofUnknown} }
	reviewtest.Equal(t, "channels", channels(NewPlan(r)), "a comment", "b summary")
}

func TestHunks(t *testing.T) {
	head := []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n10")
	tests := []struct {
		patch string
		want  string
		bad   bool
	}{
		{"@@ -1,3 +1,4 @@ x\n 1\n+2\n 3\n 4\n@@ -8,2 +9,2 @@\n 9\n-x\n+10\n\\ No newline at end of file", "[{1 4} {9 10}]", false},
		{"@@ -2 +2 @@\n-x\n+2", "[{2 2}]", false},
		{"@@ -2,2 +1,0 @@\n-x\n-y", "[{2 1}]", false},
		{"", "[]", false},
		{"@@ -1,3 +1,4 @@\n 1\n+2\n 3", "", true},
		{"@@ -1,1 +1,1 @@\n 2", "", true},
		{"@@ -1,1 +1,1 @@\n 1\n 2", "", true},
		{"@@ -1,1 +99,1 @@\n 1", "", true},
		{"@@ nonsense @@\n 1", "", true},
		{"@@ -1 +999999999999999999999 @@\n 1", "", true},
		{" 1\n", "", true},
	}
	for _, tt := range tests {
		got, err := hunksOf(tt.patch, head)
		if (err != nil) != tt.bad || err == nil && fmt.Sprint(got) != tt.want {
			t.Errorf("%q: %v, %v; want %s, an error: %t", tt.patch, got, err, tt.want, tt.bad)
		}
	}
}

func FuzzHunks(f *testing.F) {
	f.Add("@@ -1,3 +1,4 @@\n 1\n+2\n 3\n 4", "1\n2\n3\n4\n")
	f.Add("@@ -0 +0,4 @@\nz", "\n\n21\n4\n")
	f.Fuzz(func(t *testing.T, patch, head string) {
		hunks, err := hunksOf(patch, []byte(head))
		if err != nil {
			return
		}
		lines := strings.Count(head, "\n") + 1
		for _, h := range hunks {
			if h.last >= h.first && (h.first < 1 || h.last > lines) {
				t.Errorf("hunk %v of a file with %d lines", h, lines)
			}
		}
	})
}

// The checkout is a merge: lines moved, and one is another than the head's.
func TestPlaceOfAMerge(t *testing.T) {
	before, headFile := planBefore, planAfter
	checkout := "# new in the base\n" + strings.Replace(headFile, "RUN three", "RUN drei", 1)
	p := placeIn(before, headFile)
	p.toHead = sameLines([]byte(checkout), []byte(headFile))
	for _, tt := range []struct {
		first, last, from, to int
		ok                    bool
	}{
		{4, 4, 3, 3, true},    // RUN 2
		{5, 5, 0, 0, false},   // another line
		{3, 4, 2, 3, true},    // two of them
		{4, 6, 0, 0, false},   // not all
		{1, 1, 0, 0, false},   // not in the head
		{8, 8, 0, 0, false},   // not in a hunk
		{99, 99, 0, 0, false}, // not there
	} {
		from, to, ok := p.anchor(tt.first, tt.last)
		if ok != tt.ok || ok && (from != tt.from || to != tt.to) {
			t.Errorf("lines %d to %d: %d to %d, %t; want %d to %d, %t", tt.first, tt.last, from, to, ok, tt.from, tt.to, tt.ok)
		}
	}
	if from, to, ok := p.anchorSome(5, 20); !ok || from != 5 || to != 6 {
		t.Errorf("what is shown of a long instruction: %d to %d, %t; want 5 to 6", from, to, ok)
	}
}

func TestMarkers(t *testing.T) {
	for _, category := range []string{"dockmend", "dockmend/a b--c", "x --> <b>", "%2D"} {
		made := marker(category, "0a-1") + marker(category, "2") + "text\n" + marker(category, "3")
		marks, ok := ReadMarkers(made, category)
		if !ok || fmt.Sprint(marks) != "[0a-1 2]" {
			t.Errorf("%q: %q, %t", category, marks, ok)
		}
		if _, ok := ReadMarkers(made, "other"); ok {
			t.Errorf("the marker of %q is taken for another category's", category)
		}
		if strings.Count(made, "-->") != 3 || strings.Contains(strings.ReplaceAll(made, "<!-- ", ""), "--c") {
			t.Errorf("%q can end the marker", category)
		}
	}
	for _, bad := range []string{"", "text", "text\n" + marker("c", "1"), "<!-- dockmend:v1 c -->\n", "<!-- dockmend:v1 c %zz -->\n", "<!-- dockmend:v1 c 1"} {
		if _, ok := ReadMarkers(bad, "c"); ok {
			t.Errorf("%q has a marker", bad)
		}
	}
}

// What a stranger writes stays text.
func TestHostileComment(t *testing.T) {
	hostile := "@everyone <!-- dockmend:v1 c 9 --> ```suggestion\nx\n``` <img src=x> [a](http://b) #1 \u202e | fixes #2 ::error::x" + strings.Repeat("A", 100_000)
	source := lint.NewSource("f", []byte("FROM a\n# "+strings.ReplaceAll(hostile[:120], "\n", " ")+"\n"))
	d := reviewtest.Finding(source, "r", lint.Warning, 1)
	d.Message = hostile
	d.Proof.Details = nil
	got := body(testPlatform(), "c", []remark{{Diagnostic: d, line: 3}}, nil)
	if marks, _ := ReadMarkers(got, "c"); len(marks) != 1 {
		t.Errorf("markers %q", marks)
	}
	if _, ok := reviewtest.Suggested(got); ok {
		t.Error("a stranger's text is a suggestion")
	}
	for _, bad := range []string{"@everyone", "<img", "[a](http:", "\u202e", "#1", "```suggestion"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q reaches the comment", bad)
		}
	}
	if len(got) > testPlatform().Body || !utf8.ValidString(got) {
		t.Errorf("a comment of %d bytes", len(got))
	}
}

// Each kind of changed file: where a comment can stand, and why not.
func TestPlaces(t *testing.T) {
	const was, is = "a\nb\nc\n", "a\nB\nc\n"
	sha := func(content string) string { return files.BlobHash([]byte(content), 40) }
	patch := reviewtest.PatchOf(was, is)
	changes := []FileChange{
		{Path: "Dockerfile", Blob: sha(is), Patch: patch},
		{Path: "removed", Status: Removed, Blob: sha(was)}, {Path: "binary", Blob: sha(is)}, {Path: "renamed", Status: Moved, Was: "old", Blob: sha(is)},
		{Path: "renamed and changed", Status: Moved, Was: "older", Blob: sha(is), Patch: patch}, {Path: "gone", Blob: sha("nobody has it"), Patch: patch},
		{Path: "cut", Blob: sha(is), Patch: patch[:len(patch)-3]}, {Path: "another", Blob: sha(is), Patch: "@@ -1,1 +1,1 @@\n+x"},
		{Path: "windows", Blob: sha("a\r\nB\r\n"), Patch: reviewtest.PatchOf("a\r\nb\r\n", "a\r\nB\r\n")},
	}
	diff := NewDiff(testPlatform(), changes, func(_ context.Context, f FileChange) ([]byte, error) {
		if f.Blob != sha(is) {
			return nil, errors.New("it is not there")
		}
		return []byte(is), nil
	})
	for _, tt := range []struct {
		path, checkout string
		inDiff, line2  bool
		why            string
	}{
		{"Dockerfile", is, true, true, ""},
		{"untouched", is, false, false, "does not change"},
		{"removed", was, true, false, "removes"},
		{"binary", is, true, false, "no diff"},
		{"renamed", is, true, false, "no diff"},
		{"renamed and changed", is, true, true, ""},
		{"gone", is, true, false, "could not read"},
		{"cut", is, true, false, "cannot be parsed"},
		{"another", is, true, false, "cannot be parsed"},
		{"windows", "a\r\nB\r\n", true, true, ""},
		{"Dockerfile", "new\n" + is, true, false, ""},             // a merge, whose line 2 is the head's line 1
		{"Dockerfile", "a\nB\r\nc\n", true, false, ""},            // only the line's end differs
		{"Dockerfile", strings.Repeat("z\n", 5), true, false, ""}, // nothing in common
	} {
		place := diff.Place(t.Context(), tt.path, []byte(tt.checkout))
		line, _, ok := place.anchor(2, 2)
		if place.InDiff != tt.inDiff || (ok && line == 2) != tt.line2 || !strings.Contains(place.Why, tt.why) || tt.why == "" && place.Why != "" {
			t.Errorf("%s: in the diff %t, line 2 at %d, %t, because %q", tt.path, place.InDiff, line, ok, place.Why)
		}
	}
}

// placeIn is the place of a checkout's file that is the head's.
func placeIn(before, after string) *Place {
	return placeOf(FileChange{Path: "f", Blob: files.BlobHash([]byte(after), 40), Patch: reviewtest.PatchOf(before, after)}, after)
}

// placeOf is the place of a file of which nothing but the checkout can be read.
func placeOf(change FileChange, checkout string) *Place {
	read := func(context.Context, FileChange) ([]byte, error) { return nil, errors.New("it is not there") }
	return NewDiff(testPlatform(), []FileChange{change}, read).Place(context.Background(), change.Path, []byte(checkout))
}

// testPlatform is a platform without a name of its own.
func testPlatform() Platform {
	return Platform{
		Name: "The forge", Request: "pull request", Sign: "#", StartsNoChecks: true, Annotations: 10, Body: 60_000, Description: 65_000, Workflows: ".forge/workflows/",
	}
}

// channels words a plan's placements.
func channels(p *Plan) []string {
	var all []string
	for _, x := range p.Placements {
		all = append(all, x.Finding.Rule.ID+" "+[...]string{"thread", "comment", "file", "alert", "annotation", "summary"}[x.Channel])
	}
	return all
}
