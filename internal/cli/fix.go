package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
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
	if flags.patch == "-" {
		return errors.New("--patch needs the name of a file; --diff writes to standard output")
	}
	outputs, err := parseOutputs(env, nil, flags.color, flags.quiet)
	if err != nil {
		return err
	}
	start := time.Now()
	all, err := openSessions(ctx, env, &flags.lintFlags, args)
	if all == nil || err != nil {
		return err
	}
	defer all.close()
	found := time.Now()
	changed := 0
	var patch bytes.Buffer
	results := make([]*lint.Result, len(all))
	for i, s := range all {
		if pins := s.rules.Settings().Pin; !flags.online && (pins.Digest || pins.Version) {
			s.notices = append(s.notices, "pin.mode asks registries, so nothing is pinned without --online")
		}
		result, n := s.fix(ctx, flags, &patch)
		results[i] = result
		changed += n
	}
	checked := time.Now()
	err = finishFix(env, flags, all, outputs, results, &patch, changed)
	flags.stats.print(env.Stderr, all, merge(results), found.Sub(start), checked.Sub(found), time.Since(checked))
	return err
}

// fix fixes the files of a session, or writes their diff. It returns what is left
// and how many files changed.
func (s *session) fix(ctx context.Context, flags *fixFlags, patch *bytes.Buffer) (result *lint.Result, changed int) {
	fixed := fixAll(ctx, s, flags)
	result = &lint.Result{Notices: s.notices, Hidden: s.hidden(), Problems: append(s.problems, s.unanswered()...), Skipped: s.skipped}
	for i, f := range fixed {
		result.Files = append(result.Files, s.files[i].Path)
		result.Problems = append(result.Problems, f.Problems...)
		if f.Left != nil {
			result.Diagnostics = append(result.Diagnostics, f.Left.Diagnostics...)
			result.Skipped = append(result.Skipped, f.Left.Skipped...)
			if f.Left.Template {
				result.Hidden = append(result.Hidden, lint.Hidden{File: f.Path, Reason: "template"})
			}
		}
		result.Notices = append(result.Notices, refusals(f)...)
		if !f.Changed() {
			continue
		}
		if flags.diff || flags.patch != "" {
			writePatch(patch, f)
		} else {
			if err := s.place.root.Replace(s.place.inside(s.files[i].Path), f.Before, f.After); err != nil {
				result.Problems = append(result.Problems, lint.Problem{File: f.Path, Message: "not fixed: " + notReplaced(err)})
				continue
			}
			result.Notices = append(result.Notices, appliedLines(f)...)
		}
		changed++
	}
	result.Skipped = offlineOnce(result.Skipped)
	if s.store != nil {
		result.Skipped = append(result.Skipped, cutIn(s.store)...)
	}
	return result, changed
}

// notReplaced says why a file was left as it is.
func notReplaced(err error) string {
	switch {
	case errors.Is(err, files.ErrChanged):
		return "it changed while it was read; run fix again"
	case errors.Is(err, files.ErrNotRegular):
		return "it is not a regular file"
	}
	return plain(err).Error()
}

// finishFix writes the patch or the report, and says how the run ended.
func finishFix(env *Env, flags *fixFlags, all sessions, outputs []output, results []*lint.Result, patch *bytes.Buffer, changed int) error {
	result := merge(results)
	switch {
	case flags.patch != "":
		if err := writeFile(env, flags.patch, patch.Bytes()); err != nil {
			return incomplete(err)
		}
		result.Notices = append(result.Notices, fmt.Sprintf("%s written for %s", flags.patch, countFiles(changed)))
	case flags.diff:
		shown, exact := patch.Bytes(), true
		if env.Terminal || env.logs() {
			shown, exact = report.InertDiff(shown)
		}
		if _, err := env.Stdout.Write(shown); err != nil {
			return incomplete(err)
		}
		if !exact {
			result.Notices = append(result.Notices, "the diff has characters that a terminal or a log would act on; they are spelled out, so it cannot be applied: --patch FILE writes it exactly")
		}
		for _, s := range result.Skipped {
			if s.Rule == limitReached {
				result.Notices = append(result.Notices, fmt.Sprintf("%s: skipped: %s", s.File, s.Reason))
			}
		}
		for _, line := range append(result.Notices, problemLines(result.Problems)...) {
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
		result.Notices = append(result.Notices, fmt.Sprintf("%s fixed", countFiles(changed)))
	}
	if err := writeAll(env, outputs, result); err != nil {
		return err
	}
	return all.exitFor(results)
}

func countFiles(n int) string {
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

// fixAll fixes the files of a session; the order is that of the files.
func fixAll(ctx context.Context, s *session, flags *fixFlags) []*engine.Fixed {
	fixing := engine.Fixing{
		Jobs: flags.jobs, One: func(f engine.File, was *engine.Fixed, over string) *engine.Fixed {
			return fixOne(ctx, s, flags, f, was, over)
		},
	}
	if s.store != nil {
		fixing.Around = func(changed map[string][]byte) []engine.File { return s.filesWith(&flags.lintFlags, changed) }
	}
	return s.checker.FixAll(ctx, s.files, fixing)
}

// filesWith are the files of the session as they see each other once some have other
// bytes, by the paths that are shown.
func (s *session) filesWith(flags *lintFlags, changed map[string][]byte) []engine.File {
	inside := make(map[string][]byte, len(changed))
	for shown, content := range changed {
		inside[s.place.inside(shown)] = content
	}
	store := project.New(project.Overlay(s.tree, inside), s.place.shown)
	all := slices.Clone(s.files)
	for i := range all {
		name := s.place.inside(all[i].Path)
		all[i].Context = contextIn(store, flags, name)
		all[i].Open = func() (io.ReadCloser, error) { return openIn(store, s.tree, name) }
	}
	return all
}

// fixOne fixes a file, unless the configuration leaves it as it is. was is what was
// made of it before its neighbours changed, or nil; over says why nothing may be
// proved any more.
func fixOne(ctx context.Context, s *session, flags *fixFlags, f engine.File, was *engine.Fixed, over string) *engine.Fixed {
	if was == nil {
		src, err := engine.Read(f)
		if err != nil {
			return &engine.Fixed{Path: f.Path, Problems: []lint.Problem{{File: f.Path, Message: "cannot be read: " + plain(err).Error()}}}
		}
		was = engine.NewFixed(f, src)
	} else if was.Left == nil {
		return was // it could not be read
	}
	mend, alsoUnsafe := s.rules.Fixes(s.place.inside(f.Path))
	if !mend {
		left := s.checker.Check(ctx, f, was.Before)
		return &engine.Fixed{Path: f.Path, Before: was.Before, After: was.Before, Left: left, Problems: left.Problems}
	}
	fixer := &engine.Fixer{Checker: s.checker, Unsafe: flags.unsafe || alsoUnsafe && !flags.narrow, Over: over, Mark: flags.mark}
	return fixer.Again(ctx, f, was)
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
		line := fmt.Sprintf("%s: %s: %s; %s", report.Terminal(f.Path), a.Rule.ID, report.Terminal(a.Title), a.Verdict.Effect.Words(a.Rule.Target))
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
	if f.Left != nil && f.Left.Held != "" {
		lines = append(lines, fmt.Sprintf("%s: not fixed: %s", report.Terminal(f.Path), report.Terminal(f.Left.Held)))
	}
	for _, r := range f.Refused {
		lines = append(lines, fmt.Sprintf("%s:%d: %s is not fixed: %s", report.Terminal(f.Path), r.Line, r.Rule.ID, report.Terminal(r.Reason)))
	}
	return lines
}
