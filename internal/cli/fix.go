package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/output"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/terminal"
)

// fixFlags are the flags that fix has in addition to those of lint.
type fixFlags struct {
	lintFlags
	unsafe, diff bool
	patch        string
	// stdin prints the fixed text of standard input.
	stdin bool
}

func newFix(env *Env) *cobra.Command {
	flags := &fixFlags{}
	cmd := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "Apply fixes, and show what each one does to the build",
		Long: "Apply the safe fixes to the files at and below the paths. BuildKit's own compiler\n" +
			"reads each file before and after, to show what a fix does to the build. A fix that\n" +
			"does more than it should is not applied.",
		Example: "  dockmend fix --diff              # show what would change, and what it does to the build\n" +
			"  dockmend fix                     # apply the safe fixes\n" +
			"  dockmend fix --unsafe api/       # apply unsafe fixes too, in api/\n" +
			"  dockmend fix compose.yaml .dockerignore docker-bake.hcl\n" +
			"  dockmend fix --select latest-tag --online\n" +
			"  dockmend fix - < Dockerfile      # print the fixed file",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			return runFix(cmd.Context(), env, flags, args)
		},
	}
	flags.register(cmd)
	terminal.GroupFlags(cmd, flagGroups()...)
	cmd.Flags().BoolVar(&flags.unsafe, "unsafe", false, "also apply fixes that can change what the image does")
	cmd.Flags().BoolVar(&flags.diff, "diff", false, "print a unified diff and write nothing")
	cmd.Flags().StringVar(&flags.patch, "patch", "", "write a unified diff to this `file` and change nothing else")
	for _, name := range []string{"changed-since", "baseline", "write-baseline", "output"} {
		cmd.Flags().Lookup(name).Hidden = true // not built yet
	}
	return cmd
}

func runFix(ctx context.Context, env *Env, flags *fixFlags, args []string) error {
	if flags.ChangedSince != "" || flags.baseline != "" || flags.writeBaseline != "" || len(flags.outputs) > 0 {
		return errors.New("fix does not support --changed-since, --baseline, --write-baseline and -o yet")
	}
	flags.stdin = len(args) == 1 && args[0] == "-" && !flags.diff && flags.patch == ""
	if flags.patch == "-" {
		return errors.New("--patch needs the name of a file; --diff writes to standard output")
	}
	outputs, err := flags.parseOutputs(env, "text", report.Options{})
	if err != nil {
		return err
	}
	start := time.Now()
	all, err := flags.open(ctx, env, args)
	if all == nil || err != nil {
		return err
	}
	defer all.Close()
	found := time.Now()
	changed := 0
	var patch bytes.Buffer
	results := make([]*lint.Result, len(all))
	wipe := showProgress(env, all)
	for i, w := range all {
		if pins := w.Rules.Settings().Pin; !flags.Online && (pins.Digest || pins.Version) {
			w.Note("pin.mode needs registries, so nothing was pinned; pass --online")
		}
		result, n := flags.fix(ctx, w, &patch)
		w.MarkOwn(result)
		results[i] = result
		changed += n
	}
	wipe()
	checked := time.Now()
	err = finishFix(env, flags, all, outputs, results, &patch, changed)
	flags.stats.print(env.Stderr, all, run.Merge(results), found.Sub(start), checked.Sub(found), time.Since(checked))
	return err
}

// fix fixes the files of a workspace, or writes their diff. It returns what is left
// and how many files changed.
func (f *fixFlags) fix(ctx context.Context, w *run.Workspace, patch *bytes.Buffer) (left *lint.Result, changed int) {
	fixed := w.Fix(ctx, run.Fixing{Unsafe: f.unsafe})
	writes := !f.diff && f.patch == "" && !f.stdin
	kept := map[*engine.Fixed]bool{}
	for _, x := range fixed {
		kept[x] = !x.Changed() || (writes && !w.Replace(x))
	}
	left = w.Left(fixed)
	for _, x := range fixed {
		left.Notices = append(left.Notices, run.RefusedLines(x)...)
		switch {
		case f.stdin:
			patch.Write(x.After)
			left.Notices = append(left.Notices, run.AppliedLines(x)...)
		case kept[x]:
			continue
		case writes:
			left.Notices = append(left.Notices, run.AppliedLines(x)...)
		default:
			run.WritePatch(patch, x)
		}
		changed++
	}
	return left, changed
}

// finishFix writes the patch or the report, and says how the run ended.
func finishFix(
	env *Env, flags *fixFlags, all run.Workspaces, outputs output.Outputs, results []*lint.Result, patch *bytes.Buffer,
	changed int,
) error {
	result := run.Merge(results)
	switch {
	case flags.stdin:
		if _, err := env.Stdout.Write(patch.Bytes()); err != nil {
			return incomplete(err)
		}
		aside := *env
		aside.Stdout = env.Stderr
		env = &aside
	case flags.patch != "":
		if err := env.streams().WriteFile(flags.patch, patch.Bytes()); err != nil {
			return incomplete(err)
		}
		result.Notices = append(result.Notices, fmt.Sprintf("%s written for %s", flags.patch, run.CountFiles(changed)))
	case flags.diff:
		shown, exact := patch.Bytes(), true
		if env.Terminal || env.logs() {
			shown, exact = report.InertDiff(shown)
		}
		if colored, err := env.streams().Color(flags.color); err == nil && colored {
			shown = terminal.ColorDiff(shown)
		}
		if _, err := env.Stdout.Write(shown); err != nil {
			return incomplete(err)
		}
		if !exact {
			result.Notices = append(result.Notices, "the diff has control characters, which are shown as escapes, so it cannot be applied; --patch FILE writes the exact diff")
		}
		for _, s := range result.Skipped {
			if s.Rule == run.LimitReached {
				result.Notices = append(result.Notices, fmt.Sprintf("%s: skipped: %s", s.File, s.Reason))
			}
		}
		for _, line := range append(result.Notices, run.ProblemLines(result.Problems)...) {
			if !flags.quiet {
				_, _ = fmt.Fprintln(env.Stderr, report.Terminal(line))
			}
		}
		if len(result.Problems) > 0 {
			return &exitError{code: exitIncomplete}
		}
		if changed > 0 {
			return &exitError{code: exitFindings}
		}
		return nil
	default:
		result.Notices = append(result.Notices, fmt.Sprintf("%s fixed", run.CountFiles(changed)))
	}
	if err := flags.writeAll(env, outputs, all, results, result); err != nil {
		return err
	}
	return exitForAll(all, results)
}
