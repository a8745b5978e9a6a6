package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/shellcheck"
	"github.com/dockmend/dockmend/internal/suppress"
)

// session is what lint and fix know before they begin: rules and files.
type session struct {
	place   *place
	rules   *config.RuleSet
	checker *engine.Checker
	files   []engine.File
	found   *discover.Result
	// tree is where the files are: the disk, or the work tree as it was at the base.
	tree tree
	// since is what --changed-since compares with; nil without it.
	since *gitdiff.Comparison
	watch *engine.Watch
	// store has what was read of the files.
	store    *project.Store
	notices  []string
	problems []lint.Problem
	skipped  []lint.SkippedRule
	// resolver asks registries; nil offline.
	resolver     *resolve.Resolver
	cooldownDays int
	// cooldownExcept are the repositories that it is not for.
	cooldownExcept []string
	// cooldown holds pins back; nil where none is to be kept.
	cooldown *resolve.Cooldown
	// lenient makes failed look-ups notices.
	lenient bool
	// pull is what the pull request with fixes looks like.
	pull config.PullRequest
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

func (s *session) close() {
	if s.since != nil {
		_ = s.since.Close() // it was only read from
	}
	if s.unwatch != nil {
		s.unwatch()
	}
	if s.resolver != nil {
		s.resolver.Close()
	}
	if s.place != nil {
		_ = s.place.root.Close() // it was only read from
	}
}

// policySource reads the configuration: a file of the repository by its path from
// the root. The error wraps fs.ErrNotExist for one that is not there.
type policySource func(path string) ([]byte, error)

// newSession reads the configuration and finds the files. The configuration is
// the work tree's if policy is nil.
func newSession(ctx context.Context, env *Env, flags *lintFlags, at *place, stdin, named bool, policy policySource) (_ *session, err error) {
	s := &session{place: at, found: &discover.Result{}, tree: onDisk{discover.Disk(at.root), at.root.FS()}}
	s.watchOver()
	defer func() {
		if err != nil {
			s.unwatch()
		}
	}()
	if flags.changedSince != "" {
		var since *gitdiff.Comparison
		err := s.around(ctx, engine.StepHistory, func() (err error) {
			since, err = gitdiff.Since(ctx, at.root, flags.changedSince)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("--changed-since: %w", err)
		}
		s.since = since
		if policy == nil && flags.config == "" {
			if policy, err = s.policySince(flags.changedSince); err != nil {
				return nil, err
			}
		}
	}
	if err := s.configure(env, flags, rules.All(), policy); err != nil {
		return nil, err
	}
	if stdin {
		s.files = []engine.File{{
			Path: flags.stdinFilename, Target: discover.Classify(flags.stdinFilename), Context: buildcontext.None(), Policy: s.rules.For(flags.stdinFilename),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(env.Stdin), nil },
		}}
		return s, nil
	}
	return s, s.find(ctx, flags, named)
}

// watchOver starts the watchdog.
func (s *session) watchOver() {
	s.watch = engine.NewWatch()
	watched, unwatch := context.WithCancel(context.Background())
	s.unwatch = unwatch
	go s.watch.Guard(watched)
}

// around runs a step that is about no single file, inside of the frame and under the
// watchdog. A run without it is incomplete.
func (s *session) around(ctx context.Context, step engine.Step, run func() error) error {
	err := s.watch.Around(ctx, "the repository", step, run)
	if unfinished := new(engine.Unfinished); errors.As(err, &unfinished) {
		return incomplete(err)
	}
	return err
}

// configure reads the configuration and joins it with the flags.
func (s *session) configure(env *Env, flags *lintFlags, catalog *rules.Catalog, policy policySource) error {
	metas := catalog.Metas()
	cfg, err := s.loadConfig(env, flags.config, metas, policy)
	if err != nil {
		return err
	}
	if flags.rules.DefaultAsOf == "" {
		// Once for a run, so that all its sessions see the same day.
		if flags.rules.DefaultAsOf, err = env.today(); err != nil {
			return err
		}
	}
	if s.rules, err = cfg.Resolve(metas, flags.rules); err != nil {
		return err
	}
	s.cooldownDays, s.cooldownExcept, s.pull = cfg.Pin.CooldownDays, cfg.Pin.CooldownExcept, cfg.PullRequest
	s.checker = &engine.Checker{
		Catalog: catalog, Settings: s.rules.Settings(),
		Suppress:      suppress.Options{DisableHadolint: cfg.DisableHadolintIgnores},
		LintTemplates: cfg.Templates == "lint",
		Watch:         s.watch,
		Times:         flags.stats.rules,
	}
	return s.findShellCheck(env, flags.shellcheck)
}

// findShellCheck looks for the program. One that was named must be there; else
// its rule is shown as skipped.
func (s *session) findShellCheck(env *Env, which string) error {
	name := which
	switch which {
	case "off":
		return nil
	case "auto":
		name = env.ShellCheck
	default:
		name = inDir(env, name)
	}
	program, err := shellcheck.Find(name)
	switch {
	case err == nil:
		s.checker.ShellCheck = program
	case which != "auto":
		return fmt.Errorf("--shellcheck %s: %w", which, err)
	case s.rules.Runs("shellcheck-finding"):
		s.skipped = append(s.skipped, lint.SkippedRule{Rule: "shellcheck-finding", Reason: "ShellCheck is not installed, so it did not check the scripts in RUN; install it, or hide this note with --shellcheck off"})
	}
	return nil
}

// loadConfig reads the named configuration, else the root's own, else
// hadolint's, else none.
func (s *session) loadConfig(env *Env, named string, metas []*lint.Meta, policy policySource) (*config.Config, error) {
	if named != "" {
		read := func() ([]byte, error) { return readFile(env, named) }
		if policy != nil {
			read = func() ([]byte, error) { return policy(files.Slashed(s.place.dir, inDir(env, named))) }
		}
		src, err := read()
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		return s.parseConfig(named, src, metas)
	}
	if policy == nil {
		policy = s.place.readPolicy
	}
	name, src, err := findConfig(policy)
	if err != nil || name == "" {
		return &config.Config{}, err
	}
	return s.parseConfig(name, src, metas)
}

// findConfig reads the first configuration that is there; name is empty if there
// is none.
func findConfig(read policySource) (name string, src []byte, err error) {
	for _, name := range append(config.Names(), config.HadolintNames()...) {
		src, err := read(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", nil, fmt.Errorf("%s cannot be read: %w", name, plain(err))
		default:
			return name, src, nil
		}
	}
	return "", nil, nil
}

func (s *session) parseConfig(name string, src []byte, metas []*lint.Meta) (*config.Config, error) {
	for _, hadolint := range config.HadolintNames() {
		if path.Base(name) == hadolint {
			cfg, notices, err := config.ParseHadolint(name, src, metas)
			s.notices = append(s.notices, notices...)
			return cfg, err
		}
	}
	return config.Parse(name, src, metas)
}

// find looks for files at and below the paths.
func (s *session) find(ctx context.Context, flags *lintFlags, named bool) error {
	var found *discover.Result
	options := discover.Options{NoGitignore: flags.noGitignore, Committed: flags.alone, Excluded: s.rules.Excluded}
	err := s.around(ctx, engine.StepFind, func() (err error) {
		found, err = discover.FindIn(s.tree, s.place.paths, options)
		return err
	})
	nothing := errors.Is(err, discover.ErrNothing)
	if err != nil && (!nothing || named && !flags.allowEmpty && !flags.listFiles) {
		return emptyError(err)
	}
	s.found = found
	s.store = project.New(s.tree, s.place.shown)
	s.problems = found.Problems
	for _, f := range found.Files {
		if !s.checker.Reads(f.Target) {
			continue
		}
		s.files = append(s.files, engine.File{
			Path: s.place.shown(f.Path), Target: f.Target, Template: f.Template, Found: !f.Named, Policy: s.rules.For(f.Path),
			Context: contextIn(s.store, flags, f.Path),
			Open:    func() (io.ReadCloser, error) { return openIn(s.store, s.tree, f.Path) },
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

// hidden are the files and folders that were not looked at, by name.
func (s *session) hidden() []lint.Hidden {
	var all []lint.Hidden
	for _, x := range s.found.Skipped {
		if x.Kind != "" {
			all = append(all, lint.Hidden{File: s.place.shown(x.Path), Reason: x.Kind})
		}
	}
	return all
}

// contextIn is the gate to the files around a document; it is shut where these are
// not in the work tree.
func contextIn(store *project.Store, flags *lintFlags, name string) lint.Context {
	if flags.alone {
		return buildcontext.None()
	}
	return buildcontext.New(store, name)
}

// run checks the files, and proves the fixes where that is asked for.
func (s *session) run(ctx context.Context, flags *lintFlags) *lint.Result {
	result := engine.Run(ctx, s.checker, s.files, flags.jobs)
	result.Problems = append(s.problems, result.Problems...)
	result.Hidden = append(s.hidden(), result.Hidden...)
	result.Notices = s.notices
	result.AsOf = s.rules.Settings().AsOf
	if len(s.files) > 0 {
		result.Skipped = append(s.skipped, result.Skipped...)
	}
	result.Skipped = offlineOnce(result.Skipped)
	if flags.prove && s.checker.Watch.Fired() == "" {
		engine.Prove(ctx, s.checker, result, s.files, flags.jobs)
	}
	result.Problems = append(result.Problems, s.unanswered()...)
	if s.store != nil {
		result.Skipped = append(result.Skipped, cutIn(s.store)...)
		s.store.Forget() // a report needs nothing of it
	}
	return result
}

// limitReached is the rule that says which bound was reached.
const limitReached = "limit-reached"

// cutIn is what bounds kept from being read, as a report has it.
func cutIn(store *project.Store) []lint.SkippedRule {
	var skipped []lint.SkippedRule
	for _, c := range store.Cuts() {
		skipped = append(skipped, lint.SkippedRule{Rule: limitReached, File: c.Folder, Reason: c.Reason})
	}
	return skipped
}
