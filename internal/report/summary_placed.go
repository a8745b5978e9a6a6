package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Placed tells the format "markdown" which findings are shown in another place,
// so that each is read once.
type Placed struct {
	// Elsewhere words the other place of a finding, as "as review comments"; it is
	// empty for one that is listed here. It is Markdown: no text of a file is in it.
	Elsewhere func(*lint.Diagnostic) string
	// Why says why a finding is listed here and nowhere else; it may be empty.
	Why func(*lint.Diagnostic) string
	// Patches are fixes that could be offered nowhere else.
	Patches []Patch
}

// Patch is a fix as a unified diff.
type Patch struct {
	// Title says what it does, in plain text.
	Title string
	Diff  []byte
}

// OnlyPatches lists all findings, and patches after them.
func OnlyPatches(patches []Patch) *Placed {
	none := func(*lint.Diagnostic) string { return "" }
	return &Placed{Elsewhere: none, Why: none, Patches: patches}
}

// shownPatches is how many patches a summary has at most.
const shownPatches = 50

// split parts the findings that are listed from those that stand elsewhere,
// which rows count.
func (p *Placed) split(r *lint.Result) (listed *lint.Result, rows []string) {
	if p == nil {
		return r, nil
	}
	here := *r
	here.Diagnostics = nil
	var places, reasons counter
	for _, d := range r.Diagnostics {
		if d.Counts() {
			if where := p.Elsewhere(d); where != "" {
				places.add(where)
				continue
			}
			reasons.add(p.Why(d))
		}
		here.Diagnostics = append(here.Diagnostics, d)
	}
	for _, where := range places.words {
		rows = append(rows, fmt.Sprintf("- %s %s\n", text.Counted(places.n[where], "finding"), where))
	}
	for _, why := range reasons.words {
		if why != "" {
			rows = append(rows, fmt.Sprintf("- %s only here: %s\n", text.Counted(reasons.n[why], "finding"), cellText(why)))
		}
	}
	return &here, rows
}

// counter counts words in the order in which they come first.
type counter struct {
	words []string
	n     map[string]int
}

func (c *counter) add(word string) {
	if c.n == nil {
		c.n = map[string]int{}
	}
	if c.n[word] == 0 {
		c.words = append(c.words, word)
	}
	c.n[word]++
}

// patchRows are the patches, each in a block that it cannot end. One with
// characters that a page does not keep or show is named and not printed.
func (p *Placed) patchRows() []string {
	if p == nil {
		return nil
	}
	var rows []string
	for _, patch := range p.Patches[:min(len(p.Patches), shownPatches)] {
		block, ok := MarkdownDiff(string(patch.Diff))
		if !ok {
			rows = append(rows, "- "+cellText(patch.Title)+" (has characters that a page does not keep; run `dockmend fix` to apply it)\n\n")
			continue
		}
		rows = append(rows, "- "+cellText(patch.Title)+"\n\n"+block+"\n")
	}
	if left := len(p.Patches) - shownPatches; left > 0 {
		rows = append(rows, fmt.Sprintf("- and %d more; run `dockmend fix`\n", left))
	}
	return slices.Clip(rows)
}

// MarkdownDiff makes a block of a diff that it cannot end. It is false for one
// with characters that a page does not keep or show.
func MarkdownDiff(diff string) (block string, ok bool) {
	if strings.ContainsFunc(diff, func(r rune) bool { return r != '\n' && r != '\t' && (hidden(r) || r == '\uFFFD') }) {
		return "", false
	}
	fence := strings.Repeat("`", max(3, longestTicks(diff)+1))
	return fence + "diff\n" + strings.TrimSuffix(diff, "\n") + "\n" + fence + "\n", true
}

func longestTicks(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		run++
		if s[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// EscapedPath is a path for a link in Markdown, which parentheses would end.
func EscapedPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.NewReplacer("(", "%28", ")", "%29").Replace(strings.Join(parts, "/"))
}
