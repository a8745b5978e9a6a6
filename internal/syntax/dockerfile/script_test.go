package dockerfile

import (
	"os"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/limits"
)

func TestScriptOffsetsAreFileOffsets(t *testing.T) {
	for name, src := range map[string]string{
		"one line":            "FROM a\nRUN apt-get update && apt-get install -y curl\n",
		"continued":           "FROM a\nRUN apt-get update \\\n  && apt-get install -y curl\n",
		"comment inside":      "FROM a\nRUN apt-get update \\\n# why\n  && apt-get install -y curl\n",
		"blank line inside":   "FROM a\nRUN apt-get update \\\n\n\n  && apt-get install -y curl\n",
		"CRLF":                "FROM a\r\nRUN apt-get update \\\r\n# why\r\n\r\n  && apt-get install -y curl\r\n",
		"blanks after escape": "FROM a\nRUN apt-get update \\  \t\n  && apt-get install -y curl\n",
		"backtick":            "# escape=`\nFROM a\nRUN apt-get update `\n  && apt-get install -y curl\n",
		"byte order mark":     "\xEF\xBB\xBFRUN apt-get install -y curl",
		"heredoc":             "FROM a\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n",
		"health check":        "FROM a\nHEALTHCHECK --interval=5s CMD apt-get install -y curl || exit 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := Parse([]byte(src))
			s := d.Instructions[len(d.Instructions)-1].Script()
			if s == nil || s.File == nil {
				t.Fatalf("not parsed: %+v", s)
			}
			found := false
			syntax.Walk(s.File, func(n syntax.Node) bool {
				if lit, ok := n.(*syntax.Lit); ok && lit.Value == "curl" {
					found = true
					if got := d.Text(s.SpanOf(lit)); got != "curl" {
						t.Errorf("span shows %q", got)
					}
				}
				return true
			})
			if !found {
				t.Error("the word is not in the tree")
			}
			if !s.Editable() {
				t.Error("not editable")
			}
		})
	}
}

func TestScriptIsNotEditableWhereTheShellReadsOtherwise(t *testing.T) {
	for _, src := range []string{
		"RUN echo 'a \\\n  b'\n",
		"RUN echo a # tail \\\n && echo b\n",
		"RUN curl \r-o a  b\n",
	} {
		s := Parse([]byte(src)).Instructions[0].Script()
		if s.File == nil || s.Editable() {
			t.Errorf("%q is editable", src)
		}
	}
}

func TestScriptSkips(t *testing.T) {
	for src, want := range map[string]string{
		"RUN <<EOF python3\nprint(1)\nEOF\n":               "the heredoc is for python3",
		"RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF": "the heredoc is for python3",
		"RUN if true; then\n":                              "the shell parser does not understand it",
	} {
		s := Parse([]byte(src)).Instructions[0].Script()
		if s == nil || !strings.HasPrefix(s.Skipped, want) {
			t.Errorf("%q: %+v, want %q", src, s, want)
		}
	}
	if Parse([]byte("CMD [\"a\"]\n")).Instructions[0].Script() != nil {
		t.Error("JSON form has a script")
	}
}

// TestShellLimit has scripts as long and as deep as the parser is given, and one more.
// A walk over the first ones ends too.
func TestShellLimit(t *testing.T) {
	list := "a" + strings.Repeat("&&a", limits.ShellBytes/3)
	deep := "echo $((" + strings.Repeat("(", limits.ShellParentheses-2) + "1" + strings.Repeat(")", limits.ShellParentheses)
	for src, want := range map[string]bool{
		"#" + strings.Repeat("x", limits.ShellBytes-1): true,
		"#" + strings.Repeat("x", limits.ShellBytes):   false,
		list: true, list + "&&a": false,
		deep: true, "(" + deep + ")": false,
		strings.Repeat("a && ", limits.FileBytes/8) + "a": false,
	} {
		s := Parse([]byte("FROM a\nRUN " + src + "\n")).Instructions[1].Script()
		if s.PastLimit == want || (s.File != nil) != want {
			t.Errorf("%.20q, %d bytes: parsed %t, past the limit %t, want %t", src, len(src), s.File != nil, s.PastLimit, want)
			continue
		}
		if want {
			syntax.Walk(s.File, func(syntax.Node) bool { return true })
			s.Editable()
		}
	}
}

func TestCorpusScripts(t *testing.T) {
	bodies, refused, fixed := 0, 0, 0
	for _, path := range corpusFiles(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := Parse(src)
		for _, in := range d.Instructions {
			s := in.Script()
			if s == nil {
				continue
			}
			bodies++
			if s.File == nil {
				refused++
				continue
			}
			if !s.Editable() {
				fixed++
			}
			syntax.Walk(s.File, func(n syntax.Node) bool {
				if n != nil {
					if span := s.SpanOf(n); span.Start < s.Span.Start || span.End > s.Span.End+1 {
						t.Errorf("%s: node %T at %v leaves %v", path, n, span, s.Span)
					}
				}
				return true
			})
		}
	}
	t.Logf("%d scripts, %d not parsed, %d with another tree than the joined text", bodies, refused, fixed)
}

func FuzzScript(f *testing.F) {
	for _, s := range fuzzseed.Texts(f, "dockerfile") {
		f.Add([]byte(s))
	}
	f.Add([]byte("FROM a\nRUN a \\\n# c\n\n && b\n"))
	f.Add([]byte("RUN <<A cat && <<-B b\nx\nA\n\ty\n\tB\n"))
	f.Add([]byte("# escape=`\r\nRUN a `  \r\n b\r\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		d := Parse(src)
		for _, in := range d.Instructions {
			s := in.Script()
			if s == nil || s.File == nil {
				continue
			}
			if len(s.masked) != s.Span.Len() {
				t.Fatalf("the masked copy has %d bytes for %d", len(s.masked), s.Span.Len())
			}
			s.Editable()
			syntax.Walk(s.File, func(n syntax.Node) bool {
				if n != nil {
					_ = d.Text(s.SpanOf(n))
				}
				return true
			})
		}
	})
}
