package run

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/shellcheck"
	"github.com/dockmend/dockmend/internal/suppress"
)

// Workspace is one root of a run with its configuration, its rules and the files to lint.
type Workspace struct {
	// Rules are those that the configuration and the options select.
	Rules *config.RuleSet
	// Files are those to lint, Found what was found and skipped.
	Files []engine.File
	Found *discover.Result
	// Pull is what the pull request with fixes looks like.
	Pull config.PullRequest
	// CooldownDays is how long a tag must have stood before it is pinned, 0 for no
	// cooldown. Cooldown holds pins back; it is nil where none is to be kept.
	CooldownDays int
	Cooldown     *resolve.Cooldown

	env     *Env
	options *Options
	place   *place
	checker *engine.Checker
	// config is the path of the configuration that counts; empty if there is none.
	config string
	// baseline is the path of the configuration's baseline, from the root.
	baseline string
	// known is what it has; nil if there is none.
	known *engine.Baseline
	// tree is where the files are: the disk, or the work tree as it was at the base.
	tree tree
	// store has what was read of the files.
	store *project.Store
	// since is what Options.ChangedSince compares with; nil without it.
	since   *gitdiff.Comparison
	notices []string
	// refused are settings that the policy above refuses, uncounted ignore comments.
	refused, uncounted []string
	problems           []lint.Problem
	skipped            []lint.SkippedRule
	// cooldownExcept are the repositories that the cooldown is not for.
	cooldownExcept []string
	// seen is what earlier runs saw; nil where none remembers.
	seen map[string]resolve.Sighting
	// resolver asks registries; nil offline.
	resolver *resolve.Resolver
	watch    *engine.Watch
	// unwatch ends the watchdog.
	unwatch context.CancelFunc
}

// tree is a work tree to look for files in, and to read them.
type tree interface {
	discover.Tree
	project.Files
}

// onDisk is the work tree of a root.
type onDisk struct {
	discover.Tree
	fs.ReadDirFS
}

// Open implements tree.
func (t onDisk) Open(name string) (fs.File, error) { return t.Tree.Open(name) }

// Close ends the workspace.
func (w *Workspace) Close() {
	if w.since != nil {
		_ = w.since.Close() // it was only read from
	}
	if w.unwatch != nil {
		w.unwatch()
	}
	if w.resolver != nil {
		w.resolver.Close()
	}
	if w.place != nil && w.place.root != nil {
		_ = w.place.root.Close() // it was only read from
	}
}

// open reads the configuration and finds the files. The configuration is the work
// tree's if policy is nil.
func open(ctx context.Context, env *Env, options *Options, at *place, stdin, named bool, policy Source) (_ *Workspace, err error) {
	w := &Workspace{env: env, options: options, place: at, Found: &discover.Result{}, tree: onDisk{discover.Disk(at.root), at.root.FS()}}
	w.watch, w.unwatch = watchOver()
	defer func() {
		if err != nil {
			w.unwatch()
		}
	}()
	if options.ChangedSince != "" {
		var since *gitdiff.Comparison
		err := w.Around(ctx, engine.StepHistory, func() (err error) {
			since, err = gitdiff.Since(ctx, at.root, options.ChangedSince)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("--changed-since: %w", err)
		}
		w.since = since
		if policy == nil && options.Config == "" {
			if policy, err = w.policySince(options.ChangedSince); err != nil {
				return nil, err
			}
		}
	}
	if err := w.setUp(policy); err != nil {
		return nil, err
	}
	if stdin {
		name := cmp.Or(options.StdinName, "Dockerfile")
		w.Files = []engine.File{{
			Path: name, Target: discover.Classify(name), Context: buildcontext.None(), Policy: w.Rules.For(name),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(env.Stdin), nil },
		}}
		return w, nil
	}
	return w, w.find(ctx, named && !options.AllowEmpty)
}

// watchOver starts a watchdog; end ends it.
func watchOver() (watch *engine.Watch, end context.CancelFunc) {
	watch = engine.NewWatch()
	watched, end := context.WithCancel(context.Background())
	go watch.Guard(watched)
	return watch, end
}

// Guarded runs a step that is about no single file, inside of the frame and under a
// watchdog of its own. A run without the step is Incomplete.
func Guarded(ctx context.Context, step engine.Step, run func() error) error {
	watch, end := watchOver()
	defer end()
	return around(ctx, watch, step, run)
}

// Around is Guarded under the watchdog of the workspace.
func (w *Workspace) Around(ctx context.Context, step engine.Step, run func() error) error {
	return around(ctx, w.watch, step, run)
}

func around(ctx context.Context, watch *engine.Watch, step engine.Step, run func() error) error {
	err := watch.Around(ctx, "the repository", step, run)
	if unfinished := new(engine.Unfinished); errors.As(err, &unfinished) {
		return &Incomplete{err}
	}
	return err
}

// configure reads the configuration and joins it with the options.
func (w *Workspace) configure(catalog *rules.Catalog, policy Source) error {
	metas := catalog.Metas()
	cfg, err := w.loadConfig(metas, policy)
	if err != nil {
		return err
	}
	if w.options.Rules.DefaultAsOf == "" {
		// Once for a run, so that all its workspaces see the same day.
		if w.options.Rules.DefaultAsOf, err = w.env.Today(); err != nil {
			return err
		}
	}
	above := w.options.Policy.config()
	if w.Rules, w.refused, err = cfg.ResolveUnder(above, metas, w.options.Rules); err != nil {
		return err
	}
	cfg.Pin = cfg.Pin.PinUnder(above)
	if above != nil && above.Templates == "lint" {
		cfg.Templates = above.Templates
	}
	w.config, w.baseline = cfg.File, cfg.Baseline
	w.CooldownDays, w.cooldownExcept, w.Pull = cfg.Pin.CooldownDays, cfg.Pin.CooldownExcept, cfg.PullRequest
	w.checker = &engine.Checker{
		Catalog: catalog, Settings: w.Rules.Settings(),
		Suppress:      suppress.Options{DisableHadolint: cfg.DisableHadolintIgnores},
		LintTemplates: cfg.Templates == "lint",
		Watch:         w.watch,
		Times:         w.options.Times,
	}
	return w.findShellCheck(w.options.ShellCheck)
}

// findShellCheck looks for the program. One that was named must be there; else
// its rule is shown as skipped.
func (w *Workspace) findShellCheck(which string) error {
	name := which
	switch which {
	case "off":
		return nil
	case "auto":
		name = w.env.ShellCheck
	default:
		name = w.env.inDir(name)
	}
	program, err := shellcheck.Find(name)
	switch {
	case err == nil:
		w.checker.ShellCheck = program
	case which != "auto":
		return fmt.Errorf("--shellcheck %s: %w", which, err)
	case w.Rules.Runs("shellcheck-finding"):
		w.skipped = append(w.skipped, lint.SkippedRule{Rule: "shellcheck-finding", Reason: "ShellCheck is not installed, so scripts in RUN were not checked; install it, or pass --shellcheck off to hide this note"})
	}
	return nil
}

// find looks for files at and below the paths; some says that there must be any.
func (w *Workspace) find(ctx context.Context, some bool) error {
	var found *discover.Result
	options := discover.Options{
		NoGitignore: w.options.NoGitignore, Committed: w.options.Alone, Excluded: w.Rules.Excluded, Configurations: config.FileNames(),
	}
	err := w.Around(ctx, engine.StepFind, func() (err error) {
		found, err = discover.FindIn(w.tree, w.place.paths, options)
		return err
	})
	nothing := errors.Is(err, discover.ErrNothing)
	if nothing && some {
		return fmt.Errorf("%w; --list-files shows what was skipped, --allow-empty accepts it", err)
	}
	if err != nil && !nothing {
		return err
	}
	w.Found = found
	w.notRead(found.Configurations)
	w.store = project.New(w.tree, w.place.shown)
	w.problems = found.Problems
	for _, f := range found.Files {
		if !w.checker.Reads(f.Target) {
			continue
		}
		w.Files = append(w.Files, engine.File{
			Path: w.place.shown(f.Path), Target: f.Target, Template: f.Template, Found: !f.Named, Policy: w.Rules.For(f.Path),
			Context: w.contextIn(w.store, f.Path),
			Open:    func() (io.ReadCloser, error) { return openIn(w.store, w.tree, f.Path) },
		})
	}
	return nil
}

// openIn reads a file from what was read already, or from the tree where the store
// has a reason not to: for one that is too large the engine says so.
func openIn(store *project.Store, tree project.Files, name string) (io.ReadCloser, error) {
	src, err := store.Source(name)
	if err != nil {
		return tree.Open(name)
	}
	return io.NopCloser(bytes.NewReader(src.Bytes)), nil
}

// contextIn is the gate to the files around a document; it is shut where these are
// not in the work tree.
func (w *Workspace) contextIn(store *project.Store, name string) lint.Context {
	if w.options.Alone {
		return buildcontext.None()
	}
	return buildcontext.New(store, name)
}

// hidden are the files and folders that were not looked at, by name.
func (w *Workspace) hidden() []lint.Hidden {
	var all []lint.Hidden
	for _, x := range w.Found.Skipped {
		if x.Kind != "" {
			all = append(all, lint.Hidden{File: w.place.shown(x.Path), Reason: x.Kind})
		}
	}
	return all
}

// Note adds a notice to what is said of the run.
func (w *Workspace) Note(notice string) { w.notices = append(w.notices, notice) }

// Reads reports whether files of this kind are linted.
func (w *Workspace) Reads(target lint.Target) bool { return w.checker.Reads(target) }
