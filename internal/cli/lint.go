package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/resolve"
)

// lintFlags are the flags of lint, most of which fix shares.
type lintFlags struct {
	config                  string
	rules                   config.Flags
	outputs                 []string
	jobs                    int
	stats                   statsFlag
	listFiles, quiet        bool
	allowEmpty, noGitignore bool
	color                   string
	changedSince            string
	baseline, writeBaseline string
	stdinFilename           string
	online, prove           bool
	onlineRegistries        []string
	// onlyRegistries are the hosts that may be asked, in the place of the usual
	// ones; nil for those.
	onlyRegistries []string
	// registryToken is for ghcr.io.
	registryToken string
	// lenient makes a look-up that failed a notice, where nobody asked for
	// look-ups by name.
	lenient bool
	// seen is what earlier runs saw; nil where none remembers.
	seen       map[string]resolve.Sighting
	shellcheck string
	// fromRoot makes paths in reports relative to the root, wherever the
	// working directory is: GitHub wants them so.
	fromRoot bool
	// alone says that the work tree has nothing but the files to lint.
	alone bool
}

func (f *lintFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.config, "config", "", "configuration `file` (default: .dockmend.yaml or .github/dockmend.yaml in the repository's root)")
	flags.StringSliceVar(&f.rules.Presets, "preset", nil, "presets in place of the configuration's: "+strings.Join(config.PresetNames(), ", "))
	flags.StringSliceVar(&f.rules.Select, "select", nil, "only these rules: ids, aliases, categories, all")
	flags.StringSliceVar(&f.rules.Ignore, "ignore", nil, "leave these rules out")
	flags.StringVar(&f.rules.FailOn, "fail-on", "", "exit 1 from this `severity` on: error, warning, info, style or never (default warning)")
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "report `format[=file]`, may be repeated (default text)")
	flags.StringVar(&f.changedSince, "changed-since", "", "report only findings that are not in this `commit` too")
	flags.StringVar(&f.baseline, "baseline", "", "do not report what stands in this `file`")
	flags.StringVar(&f.writeBaseline, "write-baseline", "", "write the findings to this `file` and report none")
	flags.StringVar(&f.stdinFilename, "stdin-filename", "Dockerfile", "the `name` of what is read for \"-\"")
	flags.BoolVar(&f.noGitignore, "no-gitignore", false, "do not skip what .gitignore names")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "a path with nothing to lint is no error")
	flags.BoolVar(&f.listFiles, "list-files", false, "list the files, and those that are skipped with the reason, and stop")
	flags.IntVar(&f.jobs, "jobs", runtime.GOMAXPROCS(0), "how many files are checked at once")
	flags.Var(&f.stats, "stats", "print counts and times to standard error; --stats=rules adds the time of each rule")
	flags.Lookup("stats").NoOptDefVal = "true"
	flags.StringVar(&f.color, "color", "auto", "auto, always or never")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print findings and problems only")
	flags.BoolVar(&f.online, "online", false, "let rules and fixes ask registries about images")
	flags.StringSliceVar(&f.onlineRegistries, "online-registry", nil, "with --online, a further registry `host` that may be asked, also at a private address")
	flags.BoolVar(&f.prove, "prove", false, "prove what each fix does to the build")
	flags.StringVar(&f.rules.AsOf, "as-of", "", "look at end of support as of this `day`, such as 2026-11-30 (default: SOURCE_DATE_EPOCH, else today, in UTC)")
	flags.StringVar(&f.shellcheck, "shellcheck", "auto", "check scripts with ShellCheck: auto (if it is installed), off, or the program's `path`")
}

// check refuses flags that do not go together.
func (f *lintFlags) check() error {
	switch {
	case len(f.onlineRegistries) > 0 && !f.online:
		return errors.New("--online-registry needs --online")
	case f.jobs < 1:
		return fmt.Errorf("--jobs %d: want 1 or more", f.jobs)
	case f.baseline != "" && f.writeBaseline != "":
		return errors.New("--baseline and --write-baseline exclude each other")
	}
	return checkDay(f.rules.AsOf)
}

func newLint(env *Env) *cobra.Command {
	flags := &lintFlags{}
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Lint Dockerfiles, compose files and what belongs to them",
		Long:  "Lint Dockerfiles, compose files, .dockerignore files, Kubernetes manifests and GitHub\nworkflows at and below the paths, by default the working directory. \"-\" reads one from standard input; --stdin-filename says which.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			return runLint(cmd.Context(), env, flags, args)
		},
	}
	flags.register(cmd)
	return cmd
}

func runLint(ctx context.Context, env *Env, flags *lintFlags, args []string) error {
	outputs, err := parseOutputs(env, flags.outputs, flags.color, flags.quiet)
	if err != nil {
		return err
	}
	start := time.Now()
	all, err := openSessions(ctx, env, flags, args)
	if all == nil || err != nil {
		return err
	}
	defer all.close()
	found := time.Now()
	results, err := all.run(ctx, flags)
	if err != nil {
		return err
	}
	result := merge(results)
	checked := time.Now()
	if err := flags.baselines(env, result); err != nil {
		return err
	}
	if len(result.Files) == 0 && len(result.Problems) == 0 {
		result.Notices = append(result.Notices, "nothing to lint here: no Dockerfile and none of its kin; --list-files shows what was skipped")
	}
	if err := writeAll(env, outputs, result); err != nil {
		return err
	}
	flags.stats.print(env.Stderr, all, result, found.Sub(start), checked.Sub(found), time.Since(checked))
	return all.exitFor(results)
}

// baselines takes out what --baseline says, and writes a baseline.
func (f *lintFlags) baselines(env *Env, r *lint.Result) error {
	if f.baseline != "" {
		if err := markBaseline(r, f.baseline, func(name string) ([]byte, error) { return readFile(env, name) }); err != nil {
			return err
		}
	}
	if f.writeBaseline != "" {
		src, err := engine.WriteBaseline(r)
		if err == nil {
			err = writeFile(env, f.writeBaseline, src)
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

// markBaseline marks the findings that a baseline knows.
func markBaseline(r *lint.Result, name string, read policySource) error {
	src, err := read(name)
	if err != nil {
		return fmt.Errorf("--baseline: %w", err)
	}
	baseline, err := engine.ParseBaseline(src)
	if err != nil {
		return fmt.Errorf("--baseline: %s: %w", name, err)
	}
	baseline.Mark(r)
	return nil
}

// exitFor says how the run ended: what could not be completed comes first,
// since a clean report would be no proof then.
func exitFor(r *lint.Result, rules *config.RuleSet) error {
	failOn, never := rules.FailOn()
	switch {
	case len(r.Problems) > 0:
		return &exitError{code: exitIncomplete}
	case !never && r.Worst() >= failOn:
		return &exitError{code: exitFindings}
	}
	return nil
}

// emptyError is the answer for named paths with nothing to lint.
func emptyError(err error) error {
	if errors.Is(err, discover.ErrNothing) {
		return fmt.Errorf("%w; --list-files shows what was skipped, --allow-empty accepts it", err)
	}
	return err
}
