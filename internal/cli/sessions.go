package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
)

// sessions are those of one run: one for each root that its paths lie in, each with
// the configuration of its root.
type sessions []*session

func (all sessions) close() {
	for _, s := range all {
		s.close()
	}
}

// newSessions makes a session for each root of the paths. The configuration is the
// work tree's if policy is nil.
func newSessions(ctx context.Context, env *Env, flags *lintFlags, args []string, policy policySource) (all sessions, err error) {
	stdin := len(args) == 1 && args[0] == "-"
	named := args
	if stdin {
		named = nil
	} else if slices.Contains(args, "-") {
		return nil, errors.New("\"-\" cannot be mixed with paths")
	}
	places, err := locate(env.Dir, named, flags.fromRoot)
	if err != nil {
		return nil, err
	}
	for _, at := range places {
		s, err := newSession(ctx, env, flags, at, stdin, len(args) > 0, policy)
		if err != nil {
			closeAll(places)
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// soleSession makes the session of a run that has one root, such as a step's in a
// workflow.
func soleSession(ctx context.Context, env *Env, flags *lintFlags, args []string, policy policySource) (*session, error) {
	all, err := newSessions(ctx, env, flags, args, policy)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		all.close()
		return nil, fmt.Errorf("%s lie in different repositories; run one step for each", strings.Join(args, ", "))
	}
	return all[0], nil
}

// openSessions makes the sessions of a command and lets them ask registries where
// these may be asked. There is none where the files were only to be listed.
func openSessions(ctx context.Context, env *Env, flags *lintFlags, args []string) (sessions, error) {
	all, err := newSessions(ctx, env, flags, args, nil)
	if err != nil {
		return nil, err
	}
	if flags.listFiles {
		defer all.close()
		return nil, all.printFiles(env.Stdout)
	}
	for _, s := range all {
		if err := s.goOnline(ctx, env, flags); err != nil {
			all.close()
			return nil, err
		}
	}
	return all, nil
}

// run checks the files of each session, and marks what is not new.
func (all sessions) run(ctx context.Context, flags *lintFlags) ([]*lint.Result, error) {
	results := make([]*lint.Result, len(all))
	for i, s := range all {
		results[i] = s.run(ctx, flags)
		if flags.changedSince == "" {
			continue
		}
		if err := s.markSince(ctx, flags, results[i]); err != nil {
			return nil, fmt.Errorf("--changed-since: %w", err)
		}
	}
	return results, nil
}

// exitFor says how the run ended: as the worst of its sessions, each judged by the
// configuration of its root.
func (all sessions) exitFor(results []*lint.Result) error {
	var worst *exitError
	for i, s := range all {
		var exit *exitError
		if errors.As(exitFor(results[i], s.rules), &exit) && (worst == nil || exit.code > worst.code) {
			worst = exit
		}
	}
	if worst == nil {
		return nil
	}
	return worst
}

// merge is one result of several: the findings in order of their files, each notice
// once.
func merge(results []*lint.Result) *lint.Result {
	if len(results) == 1 {
		return results[0]
	}
	all := &lint.Result{}
	for _, r := range results {
		all.Files = append(all.Files, r.Files...)
		all.Diagnostics = append(all.Diagnostics, r.Diagnostics...)
		all.Skipped = append(all.Skipped, r.Skipped...)
		all.Hidden = append(all.Hidden, r.Hidden...)
		all.Problems = append(all.Problems, r.Problems...)
		for _, n := range r.Notices {
			if !slices.Contains(all.Notices, n) {
				all.Notices = append(all.Notices, n)
			}
		}
	}
	slices.Sort(all.Files)
	slices.SortStableFunc(all.Diagnostics, func(a, b *lint.Diagnostic) int { return cmp.Compare(a.Source.Path, b.Source.Path) })
	return all
}

// printFiles prints what would be linted, and what was skipped and why.
func (all sessions) printFiles(w io.Writer) error {
	type row struct{ what, path, why string }
	var found, skipped []row
	for _, s := range all {
		for _, f := range s.found.Files {
			what, reason := "lint", f.Target.String()
			switch {
			case !s.checker.Reads(f.Target):
				what, reason = "skip", reason+": no rules for this kind of file yet"
			case f.Template:
				reason += " template"
			}
			found = append(found, row{what, s.place.shown(f.Path), reason})
		}
		for _, x := range s.found.Skipped {
			skipped = append(skipped, row{"skip", s.place.shown(x.Path), x.Reason})
		}
	}
	byPath := func(a, b row) int { return cmp.Compare(a.path, b.path) }
	slices.SortStableFunc(found, byPath)
	slices.SortStableFunc(skipped, byPath)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range append(found, skipped...) {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", r.what, report.Terminal(r.path), report.Terminal(r.why))
	}
	return table.Flush()
}
