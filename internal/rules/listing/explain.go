package listing

import (
	"fmt"
	"io"
	"strings"

	"github.com/dockmend/dockmend/docs"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/terminal"
)

// Explain writes the pages of the rules with these names: whole ones if full, with
// headings in colour if colored. A name that no rule has is an error, and then nothing is
// written.
func Explain(w io.Writer, names []string, full, colored bool) error {
	catalog := rules.All()
	var out strings.Builder
	for i, name := range names {
		if i > 0 {
			out.WriteByte('\n')
		}
		found := catalog.Find(name)
		if len(found) == 0 {
			return unknownRule(name)
		}
		if err := explainOne(&out, name, found, full, colored); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// explainOne writes what a name stands for: the page of one rule, or a list of several.
func explainOne(out *strings.Builder, name string, found []*lint.Meta, full, colored bool) error {
	if len(found) > 1 && !full {
		fmt.Fprintf(out, "%s is reported by %d rules:\n\n", name, len(found))
		for _, m := range found {
			fmt.Fprintf(out, "  %s\n      %s\n", m.ID, m.Title)
		}
		out.WriteString("\ndockmend explain RULE explains one of them; --full prints all pages.\n")
		return nil
	}
	for i, m := range found {
		page, err := docs.Rules.ReadFile("rules/" + m.ID + ".md")
		if err != nil {
			return fmt.Errorf("the page of %s is missing in this build: %w", m.ID, err)
		}
		text := string(page)
		if !full {
			text = shortPage(text) + "\nMore: dockmend explain --full " + m.ID + "\n"
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		if colored {
			text = terminal.Headings(text)
		}
		out.WriteString(text)
	}
	return nil
}

// shortPage is a page without its table and without the sections after the first example.
func shortPage(page string) string {
	var b strings.Builder
	keep := true
	for line := range strings.Lines(page) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			switch strings.TrimSpace(title) {
			case "What it checks", "Why it matters", "How to fix it", "Fix safety", "Flagged":
				keep = true
			default:
				keep = false
			}
		}
		if keep && !strings.HasPrefix(line, "|") {
			b.WriteString(line)
		}
	}
	return strings.ReplaceAll(b.String(), "\n\n\n", "\n\n")
}

func unknownRule(name string) error {
	if near, ok := nearest.Name(name, rules.All().Names()); ok {
		return fmt.Errorf("unknown rule %q (did you mean %q?)", name, near)
	}
	return fmt.Errorf("unknown rule %q; dockmend rules lists them", name)
}
