package cli

import (
	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/terminal"
)

// flagGroups are how help shows the flags of lint, fix and audit.
func flagGroups() []terminal.Group {
	return []terminal.Group{
		{Title: "Files", Flags: []string{"changed-since", "baseline", "write-baseline", "stdin-filename", "no-gitignore", "allow-empty", "list-files"}},
		{Title: "Rules", Flags: []string{"config", "policy", "preset", "select", "ignore", "fail-on", "as-of"}},
		{Title: "Fixes", Flags: []string{"fix", "unsafe", "diff", "patch", "prove"}},
		{Title: "Reports", Flags: []string{"output", "each", "quiet", "color", "stats"}},
		{Title: "Registries and ShellCheck", Flags: []string{"online", "online-registry", "shellcheck"}},
	}
}

// completions lets a shell complete the values of those flags that have a few, where the
// command has them.
func completions(cmd *cobra.Command) {
	severities := append(lint.SeverityNames(), "never")
	for name, values := range map[string]func() []string{
		"preset": config.PresetNames, "select": selectors, "ignore": selectors, "output": report.Formats,
		"fail-on": func() []string { return severities },
		"color":   func() []string { return []string{"auto", "always", "never"} },
		"format":  func() []string { return []string{"text", "json", "markdown"} },
	} {
		if f := cmd.Flags().Lookup(name); f != nil && !f.Hidden {
			// The error is for a flag that is not there.
			_ = cmd.RegisterFlagCompletionFunc(name, terminal.Complete(values))
		}
	}
}

// selectors are what --select and --ignore take.
func selectors() []string {
	names := []string{"all"}
	for _, c := range lint.Categories() {
		names = append(names, string(c))
	}
	return append(names, rules.All().Names()...)
}
