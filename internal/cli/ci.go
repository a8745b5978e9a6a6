package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/action"
	"github.com/dockmend/dockmend/internal/ci"
	"github.com/dockmend/dockmend/internal/job"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
)

func newCI(env *Env) *cobra.Command {
	flags := &lintFlags{color: "auto"}
	fixes := "off"
	flags.Jobs, flags.ShellCheck = runtime.GOMAXPROCS(0), "auto"
	cmd := &cobra.Command{
		Use:   "ci [PATH...]",
		Short: "Run in a CI job, with the reports that the service shows",
		Long: "Run in a CI job. The variables of the job say which service it is, which change it is about, and\n" +
			"which reports are shown: GitHub, GitLab, Gitea, Forgejo, Azure Pipelines, Bitbucket and Jenkins.\n" +
			"In a change, only findings that its base does not have are reported; elsewhere nothing fails the\n" +
			"job unless --fail-on says so.",
		Example: "  dockmend ci                   # in a job; the GitLab component does this\n  dockmend ci --fail-on error services/api",
		RunE: func(cmd *cobra.Command, args []string) error {
			service := ci.Detect(env.Getenv)
			if service.Name == ci.GitHub {
				return onGitHub(cmd.Context(), env, flags, args)
			}
			if fixes != "off" && fixes != "safe" && fixes != "unsafe" {
				return fmt.Errorf("--fix-pr %q: want off, safe or unsafe", fixes)
			}
			if service.Name == ci.GitLab {
				onGitLab(env, flags, fixes, args)
			}
			return inJob(cmd.Context(), env, flags, service, args)
		},
	}
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVarP(&flags.Config, "config", "c", "", "configuration `file` (default: .dockmend.yaml or .github/dockmend.yaml in the repository's root)")
	set.StringSliceVar(&flags.Rules.Presets, "preset", nil, "presets, instead of those in the configuration")
	set.StringSliceVar(&flags.Rules.Select, "select", nil, "run only these rules: ids, aliases, categories or all")
	set.StringSliceVar(&flags.Rules.Ignore, "ignore", nil, "do not run these rules")
	set.StringVar(&flags.Rules.FailOn, "fail-on", "", "exit with 1 for findings of this `severity` or above (default: warning in a change, otherwise never)")
	set.StringVar(&fixes, "fix-pr", "off", "on GitLab's default branch, propose fixes in a merge request: off, safe or unsafe")
	set.StringVar(&flags.baseline, "baseline", "", "do not report the findings in this `file`")
	return cmd
}

// onGitHub is the Action, with the flags as its inputs.
func onGitHub(ctx context.Context, env *Env, flags *lintFlags, args []string) error {
	inputs := map[string]string{
		"INPUT_PATH": strings.Join(args, "\n"), "INPUT_CONFIG": flags.Config, "INPUT_PRESET": strings.Join(flags.Rules.Presets, ","),
		"INPUT_SELECT": strings.Join(flags.Rules.Select, ","), "INPUT_IGNORE": strings.Join(flags.Rules.Ignore, ","),
		"INPUT_FAIL-ON": flags.Rules.FailOn, "INPUT_BASELINE": flags.baseline,
	}
	plain := *env.plain()
	plain.Getenv = func(name string) string {
		value := cmp.Or(inputs[name], env.Getenv(name))
		if value == "" && name == "INPUT_GITHUB-TOKEN" {
			return env.Getenv("GITHUB_TOKEN")
		}
		return value
	}
	verdict, err := action.Run(ctx, action.Env{Env: plain, Stdout: env.Stdout, Wait: env.Wait})
	if err != nil {
		return &exitError{code: exitCode(err)} // the step has shown it
	}
	return ended(verdict)
}

// onGitLab adds what a job with a token does after the reports. Nothing of it fails the job.
func onGitLab(env *Env, flags *lintFlags, fixes string, args []string) {
	flags.FromRoot = true
	flags.then = func(ctx context.Context, all run.Workspaces, r *lint.Result) {
		for _, note := range job.OnGitLab(ctx, env.plain(), env.Wait, all, r, args, fixes) {
			_, _ = fmt.Fprintln(env.Stderr, report.Terminal("dockmend ci: "+note))
		}
	}
}

// inJob is lint, with what the service says.
func inJob(ctx context.Context, env *Env, flags *lintFlags, service ci.Service, args []string) error {
	if err := flags.check(); err != nil {
		return err
	}
	flags.outputs = service.Reports
	if err := service.MakeFolders(env.Dir); err != nil {
		return incomplete(err)
	}
	what := "no CI service is known here, so this is dockmend lint"
	if service.Name != "" {
		what = service.Name
		if !service.Change {
			flags.Rules.DefaultFailOn = "never"
		}
		if service.Change && service.Base != "" {
			flags.ChangedSince = service.Base
			what += ", a change of " + service.Base
		}
	}
	_, _ = fmt.Fprintln(env.Stderr, report.Terminal("dockmend ci: "+what))
	err := runLint(ctx, env, flags, args)
	if exit, ok := errors.AsType[*exitError](err); err == nil || flags.ChangedSince == "" || (ok && exit.code == exitFindings) {
		return err
	}
	return withHint(err, service.Hint)
}

// withHint adds what to do where a base may not be in the clone.
func withHint(err error, hint string) error {
	if exit, ok := errors.AsType[*exitError](err); ok && exit.err == nil {
		return err
	}
	return &exitError{exitCode(err), fmt.Errorf("%w\nif the clone does not have the base: %s", err, hint)}
}
