package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/terminal"
)

// atOnce is how many repositories are audited at once: they wait for the network.
const atOnce = 8

// Limits of audit propose: people read what it makes.
const proposeLimit, proposePerHour = 10, 30

// manyFlags are the flags of audit for many repositories.
func manyFlags(cmd *cobra.Command, c *audit.Command) {
	flags := cmd.Flags()
	selectFlags(flags, c)
	flags.BoolVar(&c.Selection.Archived, "archived", false, "also archived ones")
	flags.StringVar(&c.Shard, "shard", "", "only a part of them, as `K/N`; audit merge puts the reports together")
	flags.StringVar(&c.State, "state", "", "keep in this `folder` what is known, so that what did not change is not read again")
	flags.StringVar(&c.Previous, "previous", "", "compare with the JSON report of an earlier audit, a `file`")
	issueFlag(flags, c)
	flags.IntVar(&c.Jobs, "at-once", atOnce, "number of repositories that are audited at once")
	terminal.GroupFlags(cmd, append(flagGroups(), terminal.Group{Title: "Many repositories", Flags: append(manyNames(), "at-once")})...)
}

func issueFlag(flags *pflag.FlagSet, c *audit.Command) {
	flags.StringVar(&c.Issue, "issue", "", "keep one issue of this `repository` on GitHub up to date with the overview")
}

// selectFlags say which repositories are meant.
func selectFlags(flags *pflag.FlagSet, c *audit.Command) {
	flags.StringVar(&c.Selection.Org, "org", "", "the repositories of an `organisation` on GitHub, or of a person")
	flags.StringVar(&c.Selection.Group, "group", "", "the repositories of a `group` on GitLab")
	flags.StringVar(&c.Repos, "repos", "", "the repositories that a `file` names, as owner/name, a line each")
	flags.StringVar(&c.Selection.Topic, "topic", "", "only those that have this `topic`")
	flags.BoolVar(&c.Selection.Forks, "forks", false, "also forks")
}

// manyNames are the flags that ask for many repositories.
func manyNames() []string {
	return []string{"org", "group", "repos", "topic", "forks", "archived", "shard", "state", "previous", "issue"}
}

// many reports whether any of these flags was given.
func many(cmd *cobra.Command) bool { return slices.ContainsFunc(manyNames(), cmd.Flags().Changed) }

// into gives the streams and the settings of lint to a command.
func (e *Env) into(c *audit.Command, f *lintFlags) {
	c.Env, c.Stdout, c.Stderr, c.Wait = e.plain(), e.Stdout, e.Stderr, e.Wait
	c.ErrTerminal = e.ErrTerminal
	c.Outputs, c.Quiet, c.Run = f.outputs, f.quiet, f.Options
}

// readPolicy reads what --policy names, on the platform of an audit of many; nil for none.
func (f *lintFlags) readPolicy(ctx context.Context, env *Env, of *audit.Command) (err error) {
	if f.policy == "" {
		return nil
	}
	c := &audit.Command{}
	if of != nil {
		c.Selection, c.Repos = of.Selection, of.Repos
	}
	env.into(c, f)
	f.Policy, err = c.LoadPolicy(ctx, f.policy)
	return err
}

func runAuditMany(ctx context.Context, env *Env, flags *lintFlags, c *audit.Command) error {
	if err := flags.readPolicy(ctx, env, c); err != nil {
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
		RunE: func(cmd *cobra.Command, args []string) error {
			env.into(c, flags)
			verdict, err := c.Merge(cmd.Context(), args)
			if err != nil {
				return err
			}
			return ended(verdict)
		},
	}
	cmd.Flags().StringArrayVarP(&flags.outputs, "output", "o", nil, "report `format[=file]`, can be repeated (default markdown)")
	cmd.Flags().StringVar(&c.Previous, "previous", "", "compare with the JSON report of an earlier audit, a `file`")
	issueFlag(cmd.Flags(), c)
	cmd.Flags().StringVar(&flags.Rules.FailOn, "fail-on", "", "exit with 1 for findings of this `severity` or above (default never)")
	return cmd
}

func newAuditPropose(env *Env) *cobra.Command {
	c, flags := &audit.Command{}, &lintFlags{}
	var p audit.Proposing
	cmd := &cobra.Command{
		Use:   "propose",
		Short: "Make pull requests with fixes in many repositories",
		Long: "Make a pull request with fixes in each repository, as the Action does with fix-pr: one branch and\n" +
			"one pull request, which is updated while nobody else commits to it, and does not come again once it\n" +
			"was closed. The token in GITHUB_TOKEN, that of an app, needs contents and pull requests: write.",
		Example: "  dockmend audit propose --org acme --dry-run\n" +
			"  dockmend audit propose --org acme --state .audit --limit 10 --per-hour 30",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.readPolicy(cmd.Context(), env, c); err != nil {
				return err
			}
			env.into(c, flags)
			c.Jobs = 1
			if err := errors.Join(c.Check(), p.Check()); err != nil {
				return err
			}
			verdict, err := c.Propose(cmd.Context(), p)
			if err != nil {
				return err
			}
			return ended(verdict)
		},
	}
	flags.Options = run.Defaults()
	set := cmd.Flags()
	selectFlags(set, c)
	set.StringVar(&c.State, "state", "", "keep in this `folder` the files that were read, and when repositories were written to")
	set.StringVar(&p.Fixes, "fixes", "safe", "which fixes: `safe|unsafe`")
	set.BoolVar(&p.DryRun, "dry-run", false, "list what would be done, and write nothing")
	set.IntVar(&p.Limit, "limit", proposeLimit, "how many repositories this run may write to")
	set.IntVar(&p.PerHour, "per-hour", proposePerHour, "how many repositories may be written to within an hour, with --state over all runs")
	set.BoolVar(&flags.Online, "online", true, "look up images in registries, for pins")
	set.StringVar(&flags.policy, "policy", "", "a policy above the configurations: `FILE|OWNER/NAME@COMMIT`")
	set.BoolVar(&flags.quiet, "quiet", false, "no summary on standard error")
	return cmd
}
