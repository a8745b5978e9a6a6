package cli

import (
	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/action"
	"github.com/dockmend/dockmend/internal/run"
)

func newAction(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:     "action",
		Short:   "Run as a step of a GitHub workflow",
		Long:    "Run as a step of a GitHub workflow. INPUT_*, GITHUB_* and the payload of the event say what to do.",
		Example: "  INPUT_PATH=. dockmend action   # in a job; the Action does this",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			verdict, err := action.Run(cmd.Context(), action.Env{Env: *env.plain(), Stdout: env.Stdout, Wait: env.Wait})
			if err != nil {
				return &exitError{code: exitCode(err)} // the step has shown it
			}
			return ended(verdict)
		},
	}
}

// ended is the error of a run with this verdict; nil for a clean one.
func ended(verdict run.Verdict) error {
	switch verdict {
	case run.NotCompleted:
		return &exitError{code: exitIncomplete}
	case run.Failed:
		return &exitError{code: exitFindings}
	case run.Clean:
	}
	return nil
}
