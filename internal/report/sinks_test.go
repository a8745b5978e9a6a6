package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// attacks are texts that try to leave the place of a report in which they stand.
func attacks() []string {
	return []string{
		"]]>", "<![CDATA[", "--><!--", "</failure><failure>", `"/><error line="1"/>`, "&x;&#0;&#x1;", "<?xml version=\"1.0\"?>",
		"<!DOCTYPE a [<!ENTITY x SYSTEM \"/etc/passwd\">]>", "##teamcity[buildStatus status='SUCCESS']", "'] ##teamcity[blockOpened name='x']",
		"|", "|'", "|n", "a|", "\u0085##teamcity[x]", "\u2028##vso[task.x]", "\u2029", "##vso[task.setvariable variable=x]y",
		"x]##vso[task.complete]", "##[error]x", "%0A##vso[a]", ";code=x;", "::error::x", "\n::stop-commands::x", "\r\n##vso[a]", "\n\n# x",
		"</script><script>alert(1)</script>", "<img src=x onerror=y>", `" onmouseover="x`, "javascript:x", "{{.}}", "</style>", "<a href=x>",
		"\x00", "\x01\x08\x0b\x0c\x0e\x1f", "\x1b[2J\x1b]8;;x\x07", "\x7f\u0080\u009b", "\xff", "\xc0\x80", "\xed\xa0\x80", "\ufffe\uffff",
		"\u202e\u2066\u200b", "\U000E0041", "\ufeff", strings.Repeat("\u0301", 100), strings.Repeat("x", 100_000),
		strings.Repeat("|[\n", 10_000), strings.Repeat("é", 5_000), strings.Repeat("]", 5_000),
	}
}

// attacked are results with an attack at each place where a text of a repository stands.
func attacked(attack string) *lint.Result {
	src := lint.NewSource("a/"+attack+"/Dockerfile", []byte("FROM "+attack+"\nRUN x\n"))
	found := func(start, end int, severity lint.Severity) *lint.Diagnostic {
		at := text.Span{Start: start, End: end}
		return &lint.Diagnostic{
			Finding: lint.Finding{
				Severity: severity, Message: attack + " is here: " + attack, Span: at,
				Fixes:   []lint.Fix{{Title: attack, Applicability: lint.Safe, Edits: []lint.FileEdit{lint.Replace(at, attack)}}},
				Related: []lint.Related{{File: attack, Message: attack}, {Span: at, Message: attack}},
			},
			Rule: shellForm(), Source: src, Fingerprint: "dockmend/v1:0",
		}
	}
	silenced := found(0, 4, lint.Warning)
	silenced.Suppressed = &lint.Suppression{Kind: "dockmend", Line: 1, Reason: attack}
	return &lint.Result{
		Files:       []string{src.Path, attack, "clean"},
		Diagnostics: []*lint.Diagnostic{found(0, 4, lint.Error), found(0, len(src.Bytes), lint.Style), silenced},
		Skipped:     []lint.SkippedRule{{Rule: "some-rule", File: attack, Reason: attack}},
		Problems:    []lint.Problem{{File: attack, Message: attack}},
		Notices:     []string{attack},
		Hidden:      []lint.Hidden{{File: attack, Reason: "template"}},
	}
}

// TestAttackedReports writes each attack in each format: what reads the format finds one
// document, or whole lines, in which the attack is text.
func TestAttackedReports(t *testing.T) {
	for _, format := range Formats() {
		whole := holds(format)
		clean := whole(t, render(t, format, Options{}, attacked("plain")))
		for _, attack := range attacks() {
			got := render(t, format, Options{}, attacked(attack))
			if !utf8.ValidString(got) {
				t.Errorf("%s: %.40q makes a report that is no UTF-8", format, attack)
			}
			if i := strings.IndexFunc(got, isLoose); i >= 0 {
				t.Errorf("%s: %.40q is in the report as it is: %q", format, attack, got[max(i-20, 0):min(i+20, len(got))])
			}
			if shape := whole(t, got); shape != clean {
				t.Errorf("%s: %.40q changes the report from\n%s\nto\n%s", format, attack, clean, shape)
			}
		}
	}
}

// isLoose reports whether a character acts on what shows it, wherever it stands.
func isLoose(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// holds is for a format what says how its reader sees a report: what is the same for all texts.
func holds(format string) func(*testing.T, string) string {
	switch format {
	case "junit", "checkstyle":
		return xmlShape
	case "html":
		return htmlShape
	case "azure":
		const place = `(sourcepath=[^;\]]*;linenumber=\d+;columnnumber=\d+;code=[\w-]+;)?`
		return commandShape(regexp.MustCompile(`^##vso\[task\.logissue type=\w+;`+place+`\].*$`), "##vso[")
	case "teamcity":
		return commandShape(regexp.MustCompile(`^##teamcity\[\w+( \w+='([^|'\[\]]|\|['|nr\[\]])*')+\]$`), "##teamcity[")
	case "github":
		return commandShape(regexp.MustCompile(`^::\w+ ?([\w]+=[^,:]*,?)*::.*$`), "::")
	case "text", "gnu", "markdown":
		return commandShape(regexp.MustCompile(`^$`), "##vso[", "##teamcity[", "##[", "::")
	case "rdjsonl":
		return func(t *testing.T, s string) string {
			t.Helper()
			var lines []string
			for line := range strings.Lines(s) {
				lines = append(lines, jsonShape(t, line))
			}
			return strings.Join(lines, "\n")
		}
	}
	return jsonShape
}

// xmlShape are the elements of a document with the names of their attributes.
func xmlShape(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	for d := xml.NewDecoder(strings.NewReader(s)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Errorf("no XML: %v", err)
			return b.String()
		}
		switch x := token.(type) {
		case xml.StartElement:
			b.WriteString("<" + x.Name.Local)
			for _, a := range x.Attr {
				b.WriteString(" " + a.Name.Local)
			}
			b.WriteString(">\n")
		case xml.Comment, xml.Directive:
			fmt.Fprintf(&b, "%T\n", x)
		}
	}
}

// htmlShape are the tags of a page with their attributes; values of attributes are part
// of it, since all are constant but links.
func htmlShape(t *testing.T, s string) string {
	t.Helper()
	// How many lines a diff has is for the text to say, and nothing else is.
	s = regexp.MustCompile(`(?s)<details><summary>Fix</summary><pre class="diff" tabindex="0">(<span( class="(at|add|del)")?>[^<>]*</span>)*</pre></details>\n`).ReplaceAllString(s, "")
	var tags []string
	for _, tag := range regexp.MustCompile(`<[^>]*>?`).FindAllString(s, -1) {
		if strings.Contains(html.UnescapeString(tag), "javascript:") {
			t.Errorf("a link that runs: %s", tag)
		}
		tags = append(tags, tag)
	}
	return strings.Join(tags, "\n")
}

// commandShape holds the lines of a log in which one of the marks stands to a pattern, and
// is how many there are. "::" is a mark at the start of a line only.
func commandShape(pattern *regexp.Regexp, marks ...string) func(*testing.T, string) string {
	return func(t *testing.T, s string) string {
		t.Helper()
		commands := 0
		for line := range strings.Lines(s) {
			line = strings.TrimSuffix(line, "\n")
			for _, mark := range marks {
				n := strings.Count(line, mark)
				if mark == "::" {
					n = min(n, 1)
				}
				if n == 0 || mark == "::" && !strings.HasPrefix(strings.TrimSpace(line), mark) {
					continue
				}
				if commands++; n > 1 || !pattern.MatchString(line) {
					t.Errorf("a line that is no command of ours: %.300q", line)
				}
			}
		}
		return fmt.Sprint(commands, " commands")
	}
}

// jsonShape are the keys of a document.
func jsonShape(t *testing.T, s string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Errorf("no JSON: %v", err)
	}
	return keysOf(v)
}

func keysOf(v any) string {
	switch x := v.(type) {
	case []any:
		var all []string
		for _, item := range x {
			all = append(all, keysOf(item))
		}
		return "[" + strings.Join(all, " ") + "]"
	case map[string]any:
		keys := map[string]string{}
		for key, value := range x {
			keys[key] = keysOf(value)
		}
		return fmt.Sprint(keys)
	}
	return fmt.Sprintf("%T", v)
}
