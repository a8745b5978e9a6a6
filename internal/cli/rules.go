package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/rules/listing"
	"github.com/dockmend/dockmend/internal/terminal"
)

func newRules(env *Env) *cobra.Command {
	var format, since string
	var coverage bool
	cmd := &cobra.Command{
		Use: "rules [WORD...]", Short: "List the rules", ValidArgsFunction: terminal.Complete(rules.All().Names),
		Long:    "List the rules: id, kind of file, severity, whether it is on by default, category, title and names\nin other tools. Words select the rules that have all of them in one of these.",
		Example: "  dockmend rules\n  dockmend rules DL3008\n  dockmend rules compose security\n  dockmend rules --format json",
		RunE: func(_ *cobra.Command, words []string) error {
			metas := slices.DeleteFunc(rules.All().Metas(), func(m *lint.Meta) bool { return !listing.HasWords(m, words) })
			if since != "" {
				from, err := parseVersion(since)
				if err != nil {
					return fmt.Errorf("--since %s: %w", since, err)
				}
				metas = slices.DeleteFunc(metas, func(m *lint.Meta) bool {
					at, err := parseVersion(m.Since)
					return err == nil && slices.Compare(at, from) <= 0
				})
			}
			if coverage {
				return listing.Coverage(env.Stdout, metas, format)
			}
			switch format {
			case "text":
				return listing.Text(env.Stdout, metas)
			case "json":
				return listing.JSON(env.Stdout, metas)
			case "markdown":
				return listing.Markdown(env.Stdout, metas)
			}
			return fmt.Errorf("--format %q: want text, json or markdown", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	cmd.Flags().StringVar(&since, "since", "", "only rules that are newer than this `version`")
	cmd.Flags().BoolVar(&coverage, "coverage", false, "list the rules of other tools that are covered")
	return cmd
}

// parseVersion reads "1.2" or "v1.2.3".
func parseVersion(s string) ([]int, error) {
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	version := make([]int, 3)
	if len(parts) > len(version) {
		return nil, fmt.Errorf("want a version such as 1.2.3")
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("want a version such as 1.2.3")
		}
		version[i] = n
	}
	return version, nil
}
