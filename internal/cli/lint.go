package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/terminal"
)

// lintFlags are the flags of lint, most of which fix shares.
type lintFlags struct {
	run.Options
	outputs                 []string
	stats                   statsFlag
	listFiles, quiet, each  bool
	noFail, noColor         bool
	fix                     bool
	color, policy           string
	baseline, writeBaseline string
	// then is what a job does after the reports; nil for nothing.
	then func(ctx context.Context, all run.Workspaces, r *lint.Result)
}

func (f *lintFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.Config, "config", "c", "", "configuration `file` (default: .dockmend.yaml or .github/dockmend.yaml in the repository's root)")
	flags.StringSliceVar(&f.Rules.Presets, "preset", nil, "presets, instead of those in the configuration: "+strings.Join(config.PresetNames(), ", "))
	flags.StringSliceVar(&f.Rules.Select, "select", nil, "run only these rules: ids, aliases, categories or all")
	flags.StringSliceVar(&f.Rules.Ignore, "ignore", nil, "do not run these rules")
	flags.StringVar(&f.Rules.FailOn, "fail-on", "", "exit with 1 for findings of this `severity` or above: error, warning, info, style or never (default warning)")
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "report `format[=file]`, can be repeated (default text): "+strings.Join(report.Formats(), ", "))
	flags.StringVar(&f.ChangedSince, "changed-since", "", "report only findings that are not in this `commit`")
	flags.StringVar(&f.baseline, "baseline", "", "do not report the findings in this `file`")
	flags.StringVar(&f.writeBaseline, "write-baseline", "", "write all findings to this `file`, and report none")
	flags.StringVar(&f.StdinName, "stdin-filename", "", "lint \"-\" as the file of this `name`, with the files around it if its folder is there (default Dockerfile)")
	flags.BoolVar(&f.NoGitignore, "no-gitignore", false, "do not skip files that .gitignore lists")
	flags.BoolVar(&f.AllowEmpty, "allow-empty", false, "accept a path with nothing to lint")
	flags.BoolVar(&f.listFiles, "list-files", false, "list the files, and the skipped ones with the reason, and exit")
	flags.IntVar(&f.Jobs, "jobs", runtime.GOMAXPROCS(0), "number of files that are checked at once")
	flags.Var(&f.stats, "stats", "print counts and times to standard error; --stats=rules adds the time of each rule")
	flags.Lookup("stats").NoOptDefVal = "true"
	flags.StringVar(&f.color, "color", "auto", "auto, always or never")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only findings and problems")
	flags.BoolVar(&f.each, "each", false, "show each finding; by default, findings of one rule with one cause are one entry")
	flags.BoolVar(&f.Online, "online", false, "look up images in registries, for rules and fixes")
	flags.StringSliceVar(&f.NamedRegistries, "online-registry", nil, "with --online, another registry `host` to use, also at a private address")
	flags.BoolVar(&f.Prove, "prove", false, "show what each fix does to the build")
	flags.StringVar(&f.Rules.AsOf, "as-of", "", "judge end of support as of this `day`, such as 2026-11-30 (default: SOURCE_DATE_EPOCH, otherwise today, in UTC)")
	flags.StringVar(&f.ShellCheck, "shellcheck", "auto", "check scripts with ShellCheck: auto (if it is installed), off, or the `path` of the program")
	flags.StringVar(&f.policy, "policy", "", "a `policy` that the configuration may tighten and not loosen: a file, or owner/name@COMMIT of a repository on GitHub")
	f.otherFlags(flags)
}

// check refuses flags that do not go together.
func (f *lintFlags) check() error {
	f.settle()
	f.Baselined = f.baseline != "" || f.writeBaseline != ""
	switch {
	case len(f.NamedRegistries) > 0 && !f.Online:
		return errors.New("--online-registry needs --online")
	case f.Jobs < 1:
		return fmt.Errorf("--jobs %d: want 1 or more", f.Jobs)
	case f.baseline != "" && f.writeBaseline != "":
		return errors.New("--baseline and --write-baseline cannot be used together")
	}
	return checkDay(f.Rules.AsOf)
}

func newLint(env *Env) *cobra.Command {
	flags := &lintFlags{}
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Lint Dockerfiles, compose files and related files",
		Long:  "Lint Dockerfiles, compose files, .dockerignore files, Kubernetes manifests, GitHub\nworkflows and bake files at and below the paths, by default in the working directory. \"-\" reads one file from standard input; --stdin-filename names it.",
		Example: "  dockmend lint                          # all files in the current folder\n" +
			"  dockmend lint api/Dockerfile compose.yaml deploy/app.yaml .github/workflows\n" +
			"  dockmend lint --changed-since main     # only findings that main does not have\n" +
			"  dockmend lint -o text -o sarif=dockmend.sarif\n" +
			"  dockmend lint - < Dockerfile",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if flags.fix {
				return runFix(cmd.Context(), env, &fixFlags{lintFlags: *flags}, args)
			}
			return runLint(cmd.Context(), env, flags, args)
		},
	}
	flags.register(cmd)
	terminal.GroupFlags(cmd, flagGroups()...)
	cmd.Flags().BoolVar(&flags.fix, "fix", false, "apply the safe fixes, as dockmend fix does")
	return cmd
}

func runLint(ctx context.Context, env *Env, flags *lintFlags, args []string) error {
	format := cmp.Or(env.Getenv("HADOLINT_FORMAT"), "text")
	outputs, err := flags.parseOutputs(env, format, report.Options{})
	if err != nil {
		return err
	}
	// A suggestion is shown only with its proof.
	flags.Prove = flags.Prove || outputs.Suggest()
	start := time.Now()
	all, err := flags.open(ctx, env, args)
	if all == nil || err != nil {
		return err
	}
	defer all.Close()
	found := time.Now()
	wipe := showProgress(env, all)
	results, err := all.Check(ctx)
	wipe()
	if err != nil {
		return err
	}
	result := run.Merge(results)
	checked := time.Now()
	if err := flags.baselines(env, all, result); err != nil {
		return err
	}
	if len(result.Files) == 0 && len(result.Problems) == 0 {
		result.Notices = append(result.Notices, "nothing to lint: no Dockerfile, compose file or related file; --list-files shows what was skipped")
	}
	if err := flags.writeAll(env, outputs, all, results, result); err != nil {
		return err
	}
	if flags.then != nil {
		flags.then(ctx, all, result)
	}
	flags.stats.print(env.Stderr, all, result, found.Sub(start), checked.Sub(found), time.Since(checked))
	return exitForAll(all, results)
}

// open opens the workspaces of a command and lets them ask registries where these may be
// asked. There is none where the files were only to be listed.
func (f *lintFlags) open(ctx context.Context, env *Env, args []string) (run.Workspaces, error) {
	f.Times, f.AllowEmpty = f.stats.rules, f.AllowEmpty || f.listFiles
	if err := f.readPolicy(ctx, env, nil); err != nil {
		return nil, err
	}
	all, err := run.Open(ctx, env.plain(), &f.Options, args)
	if err != nil {
		return nil, err
	}
	if f.listFiles {
		defer all.Close()
		return nil, all.WriteFiles(env.Stdout)
	}
	if err := all.GoOnline(ctx); err != nil {
		all.Close()
		return nil, err
	}
	return all, nil
}

// baselines takes out what --baseline says, and writes a baseline.
func (f *lintFlags) baselines(env *Env, all run.Workspaces, r *lint.Result) error {
	if f.baseline != "" {
		if err := all.MarkBaseline(r, "--baseline", f.baseline, env.plain().ReadFile); err != nil {
			return err
		}
	}
	if f.writeBaseline != "" {
		src, err := engine.WriteBaseline(r)
		if err == nil {
			err = env.streams().WriteFile(f.writeBaseline, src)
		}
		if err != nil {
			return incomplete(fmt.Errorf("--write-baseline: %w", err))
		}
		baseline, err := engine.ParseBaseline(src)
		if err != nil {
			return incomplete(err)
		}
		baseline.Mark(r)
		r.Notices = append(r.Notices, "baseline written to "+f.writeBaseline)
	}
	return nil
}

// checkDay refuses a day that is none.
func checkDay(day string) error {
	if day == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fmt.Errorf("--as-of %q is not a day; write it in the form 2026-11-30", day)
	}
	return nil
}
