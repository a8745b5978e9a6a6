package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/takeover"
)

func newInit(env *Env) *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "init [PATH]", Short: "Set up a repository: configuration, workflow, pre-commit hook", Args: cobra.MaximumNArgs(1),
		Long: "Write .dockmend.yaml, a GitHub workflow and a pre-commit hook, if they do not exist. The ignored rules\n" +
			"of hadolint, dclint, compose-lint, trivy and checkov are taken over. Existing findings do not fail\n" +
			"anything: pull requests and commits are checked for what they add.",
		Example: "  dockmend init --dry-run    # show the files, write nothing\n  dockmend init",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runInit(cmd.Context(), env, append(args, "")[0], dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show the files and write nothing")
	return cmd
}

func runInit(ctx context.Context, env *Env, dir string, dry bool) error {
	plan, done, err := takeover.New(ctx, env.plain(), dir)
	if err != nil {
		return err
	}
	defer done()
	if !dry {
		if err := plan.Write(); err != nil {
			return incomplete(err)
		}
	}
	return plan.Print(env.Stdout, dry)
}
