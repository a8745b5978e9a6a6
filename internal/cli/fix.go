package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/text"
)

// fixFlags are the flags that fix has beside those of lint.
type fixFlags struct {
	lintFlags
	unsafe, diff bool
	patch        string
	// narrow keeps the configuration from adding unsafe fixes: an input of the
	// Action may be narrower than it (docs/contract.md section 4).
	narrow bool
	// mark is the fixer's.
	mark func(findings []*lint.Diagnostic)
}

func newFix(env *Env) *cobra.Command {
	flags := &fixFlags{}
	cmd := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "Apply fixes, each with a proof of what it does to the build",
		Long: "Apply the safe fixes to the files at and below the paths. What a fix does to the\n" +
			"build is shown by BuildKit's own compiler, before and after; a fix that does more\n" +
			"than it should is left out.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			return runFix(cmd.Context(), env, flags, args)
		},
	}
	flags.register(cmd)
	cmd.Flags().BoolVar(&flags.unsafe, "unsafe", false, "also apply fixes that may change what the image does")
	cmd.Flags().BoolVar(&flags.diff, "diff", false, "print a unified diff and write nothing")
	cmd.Flags().StringVar(&flags.patch, "patch", "", "write a unified diff to this `file` and change nothing else")
	return cmd
}

func runFix(ctx context.Context, env *Env, flags *fixFlags, args []string) error {
	if flags.changedSince != "" || flags.baseline != "" || flags.writeBaseline != "" || len(flags.outputs) > 0 {
		return errors.New("fix takes no --changed-since, --baseline, --write-baseline and -o yet")
	}
	if len(args) == 1 && args[0] == "-" && !flags.diff && flags.patch == "" {
		return errors.New("\"-\" has no file to write to; add --diff")
	}
	outputs, err := parseOutputs(env, nil, flags.color, flags.quiet)
	if err != nil {
		return err
	}
	start := time.Now()
	s, err := openSession(ctx, env, &flags.lintFlags, args)
	if s == nil || err != nil {
		return err
	}
	defer s.close()
	if pins := s.rules.Settings().Pin; !flags.online && (pins.Digest || pins.Version) {
		s.notices = append(s.notices, "pin.mode asks registries, so nothing is pinned without --online")
	}
	found := time.Now()
	fixed := fixAll(ctx, s, flags)
	checked := time.Now()
	result := &lint.Result{Notices: s.notices, Problems: append(s.problems, s.unanswered()...), Skipped: s.skipped}
	changed := 0
	var patch bytes.Buffer
	for i, f := range fixed {
		result.Files = append(result.Files, s.files[i].Path)
		result.Problems = append(result.Problems, f.Problems...)
		if f.Left != nil {
			result.Diagnostics = append(result.Diagnostics, f.Left.Diagnostics...)
			result.Skipped = append(result.Skipped, f.Left.Skipped...)
		}
		result.Notices = append(result.Notices, refusals(f)...)
		if !f.Changed() {
			continue
		}
		changed++
		switch {
		case flags.diff || flags.patch != "":
			writePatch(&patch, f)
		default:
			if err := replace(s.place.root, s.place.inside(s.files[i].Path), f.Before, f.After); err != nil {
				result.Problems = append(result.Problems, lint.Problem{File: f.Path, Message: "not fixed: " + err.Error()})
				changed--
				continue
			}
			result.Notices = append(result.Notices, appliedLines(f)...)
		}
	}
	result.Skipped = offlineOnce(result.Skipped)
	err = finishFix(env, flags, s, outputs, result, &patch, changed)
	if flags.stats {
		printStats(env.Stderr, s, result, found.Sub(start), checked.Sub(found), time.Since(checked))
	}
	return err
}

// finishFix writes the patch or the report, and says how the run ended.
func finishFix(env *Env, flags *fixFlags, s *session, outputs []output, result *lint.Result, patch *bytes.Buffer, changed int) error {
	switch {
	case flags.patch != "":
		if err := writeFile(env, flags.patch, patch.Bytes()); err != nil {
			return incomplete(err)
		}
		result.Notices = append(result.Notices, fmt.Sprintf("%s written for %s", flags.patch, files(changed)))
	case flags.diff:
		if _, err := env.Stdout.Write(patch.Bytes()); err != nil {
			return incomplete(err)
		}
		for _, line := range append(result.Notices, problemLines(result.Problems)...) {
			if !flags.quiet {
				_, _ = fmt.Fprintln(env.Stderr, line)
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
		result.Notices = append(result.Notices, fmt.Sprintf("%s fixed", files(changed)))
	}
	if err := writeAll(env, outputs, result); err != nil {
		return err
	}
	return exitFor(result, s.rules)
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

func problemLines(problems []lint.Problem) []string {
	var lines []string
	for _, p := range problems {
		line := report.Terminal(p.Message)
		if p.File != "" {
			line = report.Terminal(p.File) + ": " + line
		}
		lines = append(lines, line)
	}
	return lines
}

// fixAll fixes files on several goroutines; the order is that of the files.
func fixAll(ctx context.Context, s *session, flags *fixFlags) []*engine.Fixed {
	return s.checker.FixAll(ctx, s.files, flags.jobs, func(f engine.File) *engine.Fixed { return fixOne(ctx, s, flags, f) })
}

// fixOne fixes a file, unless the configuration leaves it as it is.
func fixOne(ctx context.Context, s *session, flags *fixFlags, f engine.File) *engine.Fixed {
	src, err := engine.Read(f)
	if err != nil {
		return &engine.Fixed{Path: f.Path, Problems: []lint.Problem{{File: f.Path, Message: "cannot be read: " + plain(err).Error()}}}
	}
	mend, alsoUnsafe := s.rules.Fixes(s.place.inside(f.Path))
	if !mend {
		left := s.checker.Check(ctx, f, src)
		return &engine.Fixed{Path: f.Path, Before: src, After: src, Left: left, Problems: left.Problems}
	}
	fixer := &engine.Fixer{Checker: s.checker, Unsafe: flags.unsafe || alsoUnsafe && !flags.narrow, Mark: flags.mark}
	return fixer.Fix(ctx, f, src)
}

// writePatch writes a file's diff, with what each fix does to the build above it.
func writePatch(w *bytes.Buffer, f *engine.Fixed) {
	for _, line := range appliedLines(f) {
		fmt.Fprintf(w, "# %s\n", line)
	}
	w.Write(text.UnifiedDiff(f.Path, f.Before, f.After))
}

// appliedLines says for each fix what it does to the build.
func appliedLines(f *engine.Fixed) []string {
	var lines []string
	for _, a := range f.Applied {
		line := fmt.Sprintf("%s: %s: %s; effect %s", report.Terminal(f.Path), a.Rule.ID, a.Title, a.Verdict.Effect)
		if a.Demoted {
			line += " (more than the rule declares: a fault of dockmend, please report it)"
		}
		lines = append(lines, line+effectDetails(a.Verdict))
	}
	return lines
}

func effectDetails(v prove.Verdict) string {
	const shown = 3
	details := v.Details
	if v.Reason != "" {
		details = []string{v.Reason}
	}
	if len(details) == 0 {
		return ""
	}
	more := ""
	if len(details) > shown {
		more = fmt.Sprintf("; and %d more", len(details)-shown)
		details = details[:shown]
	}
	return ": " + report.Terminal(strings.Join(details, "; ")) + more
}

func refusals(f *engine.Fixed) []string {
	var lines []string
	for _, r := range f.Refused {
		lines = append(lines, fmt.Sprintf("%s:%d: %s is not fixed: %s", report.Terminal(f.Path), r.Line, r.Rule.ID, report.Terminal(r.Reason)))
	}
	return lines
}

// replace writes a file anew: beside it first, so that it is never half
// written, with the mode and owner that it had. A file that somebody else
// changed meanwhile is left alone.
func replace(root *os.Root, name string, before, after []byte) (err error) {
	info, err := root.Lstat(name)
	if err != nil {
		return plain(err)
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is no regular file")
	}
	now, err := root.ReadFile(name)
	if err != nil {
		return plain(err)
	}
	if !bytes.Equal(now, before) {
		return errors.New("it changed while it was read; run fix again")
	}
	temporary := path.Join(path.Dir(name), ".dockmend-"+path.Base(name)+".tmp")
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return fmt.Errorf("%s cannot be made: %w", temporary, plain(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, root.Remove(temporary))
		}
	}()
	_, err = io.Copy(f, bytes.NewReader(after))
	if err = errors.Join(err, f.Chmod(info.Mode().Perm()), keepOwner(f, info), f.Sync(), f.Close()); err != nil {
		return err
	}
	return root.Rename(temporary, name)
}
