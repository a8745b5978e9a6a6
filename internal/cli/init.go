package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/report"
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
	for _, note := range plan.Notes {
		if err := printInert(env.Stdout, note+"\n"); err != nil {
			return err
		}
	}
	if !dry {
		_, err := fmt.Fprintf(env.Stdout, "%s written\n", countFiles(len(plan.Files)))
		return err
	}
	for _, f := range plan.Files {
		if err := printInert(env.Stdout, fmt.Sprintf("\n%s would be:\n\n%s", f.Path, f.Content)); err != nil {
			return err
		}
	}
	return nil
}

// printInert prints lines that may quote files.
func printInert(w io.Writer, text string) error {
	for line := range strings.Lines(text) {
		if _, err := fmt.Fprintln(w, report.Terminal(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}
