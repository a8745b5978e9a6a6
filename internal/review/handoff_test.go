package review

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

// What the first job writes the second one reads, and no more than that.
func TestHandoff(t *testing.T) {
	src := "FROM a\nRUN x\n"
	source := lint.NewSource("a/Dockerfile", []byte(src))
	d := reviewtest.Finding(source, "r", lint.Error, 2)
	d.Fingerprint = lint.Fingerprint(d.FingerprintKey(), 1)
	silenced := reviewtest.Finding(source, "s", lint.Error, 2)
	silenced.Suppressed = &lint.Suppression{}
	e := Subject{Repository: "o/r", Number: 7, Head: strings.Repeat("e", 40)}
	made, err := NewHandoff(e, "c", true, &lint.Result{Diagnostics: []*lint.Diagnostic{d, silenced}})
	if err != nil {
		t.Fatal(err)
	}
	h, err := ReadHandoff(made, e, "c")
	if err != nil || len(h.Findings) != 1 || !h.Complete {
		t.Fatalf("read %+v, %v", h, err)
	}
	rule := &lint.Meta{ID: "r", Severity: lint.Warning, Title: "Something is wrong.", Variants: []string{"v"}}
	got := h.Findings[0].Finding(rule, []byte(src))
	if got == nil || got.Start().Line != 2 || got.Message != "Something is wrong (found by the run of the pull request)" || got.Severity != lint.Warning || len(got.Fixes) != 0 {
		t.Errorf("taken over as %+v", got)
	}
	if h.Findings[0].Finding(rule, []byte("FROM b\nRUN x\n")) != nil {
		t.Error("a finding in another file than the head's is taken over")
	}
	if h.Findings[0].Finding(nil, []byte(src)) != nil {
		t.Error("a finding of no rule is taken over")
	}
	earlier := h.Findings[0]
	earlier.Start, earlier.End = 0, 0 // as version 1 began
	if got := earlier.Finding(rule, []byte(src)); got == nil || got.Span != d.Span {
		t.Errorf("what an earlier version wrote is taken over as %+v", got)
	}
	for name, forge := range map[string]func(*HandedOver){
		"another finding's fingerprint": func(f *HandedOver) { f.Fingerprint = "dockmend/v1:" + strings.Repeat("a", 32) },
		"another place":                 func(f *HandedOver) { f.Start, f.End = 0, 6 },
		"another line":                  func(f *HandedOver) { f.Line, f.EndLine = 1, 1 },
		"an end behind the file":        func(f *HandedOver) { f.End = len(src) + 1 },
		"a variant of no rule":          func(f *HandedOver) { f.Variant = "w" },
	} {
		forged := h.Findings[0]
		forge(&forged)
		if d := forged.Finding(rule, []byte(src)); d != nil {
			t.Errorf("%s is taken over: %+v", name, d)
		}
	}
	for range maxHandedOver {
		h.Findings = append(h.Findings, h.Findings[0])
	}
	many, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadHandoff(many, e, "c"); err == nil {
		t.Error("too many findings are read")
	}
	if _, err := ReadHandoff(made, e, "d"); err == nil {
		t.Error("another category is read")
	}
	if _, err := ReadHandoff(append(made, bytes.Repeat([]byte(" "), MaxHandoff)...), e, "c"); err == nil {
		t.Error("too long a file is read")
	}
}

func FuzzHandoff(f *testing.F) {
	e := Subject{Repository: "o/r", Number: 7, Head: strings.Repeat("e", 40)}
	made, err := NewHandoff(e, "c", true, &lint.Result{Diagnostics: []*lint.Diagnostic{reviewtest.Finding(lint.NewSource("f", []byte("x\n")), "r", lint.Error, 1)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(made, []byte("x\n"))
	f.Add([]byte(`{"version":1,"findings":[{"line":1,"end_line":1,"path":"../x"}]}`), []byte(""))
	f.Fuzz(func(t *testing.T, src, file []byte) {
		h, err := ReadHandoff(src, e, "c")
		if err != nil {
			return
		}
		for i := range h.Findings {
			d := h.Findings[i].Finding(&lint.Meta{ID: "r"}, file)
			if d != nil && (d.Span.Start < 0 || d.Span.End > len(file) || d.Span.End < d.Span.Start) {
				t.Errorf("span %v in %d bytes", d.Span, len(file))
			}
		}
	})
}
