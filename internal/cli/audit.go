package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/output"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/terminal"
)

func newAudit(env *Env) *cobra.Command {
	flags, all := &lintFlags{}, &audit.Command{}
	cmd := &cobra.Command{
		Use:   "audit [PATH]",
		Short: "Report on a whole repository, or on many, with look-ups in registries",
		Long: "Lint all files at and below the path, with --online, and write a report by rule,\n" +
			"severity and file in Markdown; -o sarif=FILE and the other formats work as with lint.\n" +
			"The GitHub Action also reports what is new and what is gone since its last audit.\n" +
			"With --org, --group or --repos it is an audit of many repositories, by the API and without clones;\n" +
			"the token is GITHUB_TOKEN, of a group on GitLab GITLAB_TOKEN. Then the formats are " + strings.Join(audit.Formats(), ", ") + ".",
		Example: "  dockmend audit > audit.md\n" +
			"  dockmend audit -o html=audit.html      # one page for a browser\n" +
			"  dockmend audit --online=false deploy/  # Dockerfiles, compose files and manifests in deploy\n" +
			"  dockmend audit --org acme --state .audit -o json=audit.json -o markdown=audit.md",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if many(cmd) {
				if len(args) > 0 {
					return errors.New("audit takes a folder, or --org, --group or --repos")
				}
				return runAuditMany(cmd.Context(), env, flags, all)
			}
			if len(args) == 1 && args[0] == "-" {
				return errors.New("audit takes a folder, not standard input")
			}
			return runAudit(cmd.Context(), env, flags, args)
		},
	}
	flags.register(cmd)
	manyFlags(cmd, all)
	cmd.AddCommand(newAuditMerge(env), newAuditPropose(env))
	online := cmd.Flags().Lookup("online")
	online.DefValue, online.Usage, flags.Online = "true", "look up images in registries; --online=false turns this off", true
	cmd.Flags().Lookup("output").Usage = "report `format[=file]`, can be repeated (default markdown)"
	return cmd
}

func runAudit(ctx context.Context, env *Env, flags *lintFlags, args []string) error {
	compared := &report.Audit{Why: "the command line stores no audits; the GitHub Action does, and --baseline hides the findings of a file"}
	own, rest, err := audit.SplitOutputs(flags.outputs)
	if err != nil {
		return err
	}
	var outputs output.Outputs
	if flags.outputs = rest; len(rest) > 0 || len(own) == 0 {
		if outputs, err = flags.parseOutputs(env, "markdown", report.Options{Audit: compared}); err != nil {
			return err
		}
	}
	all, err := flags.open(ctx, env, args)
	if all == nil || err != nil {
		return err
	}
	defer all.Close()
	var local *audit.Local
	if len(own) > 0 {
		local = audit.NewLocal(all)
	}
	done := showProgress(env, all)
	results, err := all.Check(ctx)
	done()
	if err != nil {
		return err
	}
	result := run.Merge(results)
	if err := flags.baselines(env, all, result); err != nil {
		return err
	}
	if err := flags.writeAll(env, outputs, all, results, result); err != nil {
		return err
	}
	if local != nil {
		c := &audit.Command{}
		env.into(c, flags)
		if err := c.WriteAll(local.Report(results, Version), own); err != nil {
			return incomplete(err)
		}
	}
	return exitForAll(all, results)
}

// showProgress counts the files that are read, on a terminal, in a run that takes long.
// done wipes the line.
func showProgress(env *Env, all run.Workspaces) (done func()) {
	if !env.ErrTerminal {
		return func() {}
	}
	n := 0
	for _, w := range all {
		n += len(w.Files)
	}
	progress := terminal.NewProgress(env.Stderr, env.plain().Time, n, "files")
	for _, w := range all {
		for i := range w.Files {
			open := w.Files[i].Open
			w.Files[i].Open = func() (io.ReadCloser, error) {
				progress.Step()
				return open()
			}
		}
	}
	return progress.End
}
