package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// Workspaces are those of one run: one for each root that its paths lie in, each with
// the configuration of its root.
type Workspaces []*Workspace

// Close ends all of them.
func (all Workspaces) Close() {
	for _, w := range all {
		w.Close()
	}
}

// Open makes a workspace for each root of the paths; "-" alone stands for standard input.
func Open(ctx context.Context, env *Env, options *Options, paths []string) (Workspaces, error) {
	return openAll(ctx, env, options, paths, nil)
}

// openAll is Open by another configuration than the work tree's, unless policy is nil.
func openAll(ctx context.Context, env *Env, options *Options, paths []string, policy Source) (all Workspaces, err error) {
	stdin := len(paths) == 1 && paths[0] == "-"
	named := paths
	if stdin {
		named = nil
	} else if slices.Contains(paths, "-") {
		return nil, errors.New("\"-\" cannot be mixed with paths")
	}
	if stdin {
		if at := locateInput(env.Dir, options.StdinName); at != nil {
			w, err := openInput(ctx, env, options, at, policy)
			if err != nil {
				return nil, err
			}
			return Workspaces{w}, nil
		}
	}
	places, err := locate(env.Dir, named, options.FromRoot)
	if err != nil {
		return nil, err
	}
	for _, at := range places {
		w, err := open(ctx, env, options, at, stdin, len(paths) > 0, policy)
		if err != nil {
			closeAll(places)
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// OpenOne makes the workspace of a run that has one root, such as a step's in a
// workflow. The configuration is the work tree's if policy is nil.
func OpenOne(ctx context.Context, env *Env, options *Options, paths []string, policy Source) (*Workspace, error) {
	all, err := openAll(ctx, env, options, paths, policy)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		all.Close()
		return nil, fmt.Errorf("%s are in different repositories; run one step for each", strings.Join(paths, ", "))
	}
	return all[0], nil
}

// GoOnline lets the rules of each workspace ask registries, where the options say so.
func (all Workspaces) GoOnline(ctx context.Context) error {
	for _, w := range all {
		if err := w.GoOnline(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Check checks the files of each workspace, and marks what is not new.
func (all Workspaces) Check(ctx context.Context) ([]*lint.Result, error) {
	results := make([]*lint.Result, len(all))
	for i, w := range all {
		results[i] = w.Check(ctx)
		w.MarkOwn(results[i])
		if w.since == nil {
			continue
		}
		if err := w.markSince(ctx, results[i]); err != nil {
			return nil, fmt.Errorf("--changed-since: %w", err)
		}
	}
	return results, nil
}

// Merge is one result of several: the findings in order of their files, each notice
// once.
func Merge(results []*lint.Result) *lint.Result {
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
