package cli

import (
	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/rules/listing"
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
			colored, err := env.streams().Color(color)
			if err != nil {
				return err
			}
			return listing.Explain(env.Stdout, args, full, colored)
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "print the whole page, with examples and names in other tools")
	cmd.Flags().StringVar(&color, "color", "auto", "auto, always or never")
	return cmd
}
