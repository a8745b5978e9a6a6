package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/docs"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/terminal"
)

func newExplain(env *Env) *cobra.Command {
	var full bool
	var color string
	cmd := &cobra.Command{
		Use: "explain RULE...", Short: "Explain rules, by their ids or their names in other tools", Args: cobra.MinimumNArgs(1),
		Long: "Explain what a rule checks, why it matters and how to fix it. Name a rule by its id or by its name in\n" +
			"another tool. If a name stands for several rules, they are listed; --full prints the whole pages.",
		ValidArgsFunction: terminal.Complete(rules.All().Names),
		Example:           "  dockmend explain shell-form-command\n  dockmend explain DL3008 SC2086 AVD-DS-0002 CKV_DOCKER_2\n  dockmend explain --full eol-base-image",
		RunE: func(_ *cobra.Command, args []string) error {
			colored, err := useColor(env, color)
			if err != nil {
				return err
			}
			catalog := rules.All()
			var out strings.Builder
			for i, name := range args {
				if i > 0 {
					out.WriteByte('\n')
				}
				found := catalog.Find(name)
				if len(found) == 0 {
					return unknownRule(name)
				}
				if err := explain(&out, name, found, full, colored); err != nil {
					return err
				}
			}
			_, err = env.Stdout.Write([]byte(out.String()))
			return err
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "print the whole page, with examples and names in other tools")
	cmd.Flags().StringVar(&color, "color", "auto", "auto, always or never")
	return cmd
}

// explain writes what a name stands for: the page of one rule, or a list of several.
func explain(out *strings.Builder, name string, found []*lint.Meta, full, colored bool) error {
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
