package cli

import (
	"github.com/spf13/cobra"

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
			metas, err := listing.Select(words, since)
			if err != nil {
				return err
			}
			if coverage {
				return listing.Coverage(env.Stdout, metas, format)
			}
			return listing.Write(env.Stdout, metas, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	cmd.Flags().StringVar(&since, "since", "", "only rules that are newer than this `version`")
	cmd.Flags().BoolVar(&coverage, "coverage", false, "list the rules of other tools that are covered")
	return cmd
}
