package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/terminal"
)

// atOnce is how many repositories are audited at once: they wait for the network.
const atOnce = 8

// manyFlags are the flags of audit for many repositories.
func manyFlags(cmd *cobra.Command, c *audit.Command) {
	flags := cmd.Flags()
	flags.StringVar(&c.Selection.Org, "org", "", "audit the repositories of an `organisation` on GitHub, or of a person")
	flags.StringVar(&c.Selection.Group, "group", "", "audit the repositories of a `group` on GitLab")
	flags.StringVar(&c.Repos, "repos", "", "audit the repositories that a `file` names, as owner/name, a line each")
	flags.StringVar(&c.Selection.Topic, "topic", "", "only those that have this `topic`")
	flags.BoolVar(&c.Selection.Forks, "forks", false, "also forks")
	flags.BoolVar(&c.Selection.Archived, "archived", false, "also archived ones")
	flags.StringVar(&c.Shard, "shard", "", "only a part of them, as `K/N`; audit merge puts the reports together")
	flags.StringVar(&c.State, "state", "", "keep in this `folder` what is known, so that what did not change is not read again")
	flags.StringVar(&c.Previous, "previous", "", "compare with the JSON report of an earlier audit, a `file`")
	flags.IntVar(&c.Jobs, "at-once", atOnce, "number of repositories that are audited at once")
	terminal.GroupFlags(cmd, append(flagGroups(), terminal.Group{Title: "Many repositories", Flags: append(manyNames(), "at-once")})...)
}

// manyNames are the flags that ask for many repositories.
func manyNames() []string {
	return []string{"org", "group", "repos", "topic", "forks", "archived", "shard", "state", "previous"}
}

// many reports whether any of these flags was given.
func many(cmd *cobra.Command) bool { return slices.ContainsFunc(manyNames(), cmd.Flags().Changed) }

// into gives the streams and the settings of lint to a command.
func (e *Env) into(c *audit.Command, f *lintFlags) {
	c.Env, c.Stdout, c.Stderr, c.Wait = e.plain(), e.Stdout, e.Stderr, e.Wait
	c.Outputs, c.Quiet, c.Run = f.outputs, f.quiet, f.Options
}

// readPolicy reads what --policy names.
func (f *lintFlags) readPolicy(ctx context.Context, env *Env) (err error) {
	if f.policy == "" {
		return nil
	}
	c := &audit.Command{}
	env.into(c, f)
	f.Policy, err = c.LoadPolicy(ctx, f.policy)
	return err
}

func runAuditMany(ctx context.Context, env *Env, flags *lintFlags, c *audit.Command) error {
	if err := flags.readPolicy(ctx, env); err != nil {
		return err
	}
	env.into(c, flags)
	if err := c.Check(); err != nil {
		return err
	}
	verdict, err := c.Audit(ctx)
	if err != nil {
		return err
	}
	return ended(verdict)
}

func newAuditMerge(env *Env) *cobra.Command {
	c, flags := &audit.Command{}, &lintFlags{}
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "Make one report of those of all shards",
		Long: "Make one report of the JSON reports of all shards of an audit, the same to the byte as that\n" +
			"of an audit without shards.",
		Example: "  dockmend audit merge shard-*.json -o json=audit.json -o markdown",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			env.into(c, flags)
			verdict, err := c.Merge(args)
			if err != nil {
				return err
			}
			return ended(verdict)
		},
	}
	cmd.Flags().StringArrayVarP(&flags.outputs, "output", "o", nil, "report `format[=file]`, can be repeated (default markdown)")
	cmd.Flags().StringVar(&c.Previous, "previous", "", "compare with the JSON report of an earlier audit, a `file`")
	cmd.Flags().StringVar(&flags.Rules.FailOn, "fail-on", "", "exit with 1 for findings of this `severity` or above (default never)")
	return cmd
}
