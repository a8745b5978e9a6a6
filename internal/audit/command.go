package audit

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/forge/gitlab"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

// Command is an audit of many repositories as a command line asks for it.
type Command struct {
	Env            *run.Env
	Stdout, Stderr io.Writer
	// ErrTerminal reports whether Stderr is a terminal.
	ErrTerminal bool
	// Wait waits, or returns the context's error; nil means by the clock.
	Wait func(ctx context.Context, d time.Duration) error

	// Selection says which repositories; Repos is a file that names them, a line each.
	Selection forge.Selection
	Repos     string
	// Shard is "K/N" or empty, Previous an earlier report, State a folder.
	Shard, Previous, State string
	Outputs                []string
	// Issue is a repository on GitHub, one issue of which has the overview; empty for none.
	Issue string
	Jobs  int
	Quiet bool
	Run   run.Options
}

// Check refuses flags that do not go together.
func (c *Command) Check() error {
	sources := 0
	for _, s := range []string{c.Selection.Org, c.Selection.Group, c.Repos} {
		if s != "" {
			sources++
		}
	}
	switch {
	case sources > 1:
		return errors.New("--org, --group and --repos cannot be used together")
	case sources == 0:
		return errors.New("--topic, --shard, --state, --issue, --forks and --archived need --org, --group or --repos")
	case c.Repos != "" && c.Selection.Topic != "":
		return errors.New("--topic goes with --org and --group")
	case c.Shard != "" && c.Previous != "":
		return errors.New("--previous goes with audit merge, not with --shard: a shard knows a part of the repositories")
	case c.Shard != "" && c.Issue != "":
		return errors.New("--issue goes with audit merge, not with --shard: a shard knows a part of the repositories")
	case c.Jobs < 1:
		return fmt.Errorf("--at-once %d: want 1 or more", c.Jobs)
	}
	return nil
}

// Audit looks at the repositories and writes the reports. The verdict is that of all:
// Failed where a finding is as severe as Run.Rules.FailOn, if that is set.
func (c *Command) Audit(ctx context.Context) (run.Verdict, error) {
	outputs, err := ParseOutputs(c.Outputs)
	if err != nil {
		return run.Clean, err
	}
	options := Options{Selection: c.Selection, Jobs: c.Jobs, Env: c.Env, Run: c.Run, Version: c.Env.Version}
	if c.Shard != "" {
		if options.Shard, options.Shards, err = ParseShard(c.Shard); err != nil {
			return run.Clean, fmt.Errorf("--shard: %w", err)
		}
	}
	if c.Repos != "" {
		if options.Selection.Names, err = c.readNames(); err != nil {
			return run.Clean, fmt.Errorf("--repos: %w", err)
		}
	}
	lines := &progress{w: c.Stderr, quiet: c.Quiet, isTerminal: c.ErrTerminal, now: c.Env.Time}
	own := *c
	own.Wait = lines.waits(c.Wait)
	if lines.host, err = own.hostOf(c.Selection); err != nil {
		return run.Clean, err
	}
	memory, closeMemory, err := c.memory()
	if err != nil {
		return run.Clean, fmt.Errorf("--state: %w", err)
	}
	defer closeMemory()
	options.Memory = memory
	options.Begin, options.Done = lines.begin, lines.done
	lines.say("reading the list of repositories: %s", words(options.Selection))
	r, err := New(lines.host, options).Run(ctx)
	lines.wipe()
	if err != nil {
		return run.Clean, &run.Incomplete{Err: err}
	}
	lines.end()
	verdict, err := c.finish(ctx, r, outputs)
	if err == nil {
		lines.say("%s", c.verdictWords(verdict, &r.Summary))
	}
	return verdict, err
}

// Merge merges the reports of shards, and writes reports of the whole.
func (c *Command) Merge(ctx context.Context, names []string) (run.Verdict, error) {
	outputs, err := ParseOutputs(c.Outputs)
	if err != nil {
		return run.Clean, err
	}
	opens := make([]Open, len(names))
	for i, name := range names {
		opens[i] = func() (io.ReadCloser, error) { return files.OpenNamed(c.Env.Dir, name) }
	}
	r, err := Merge(names, opens)
	if err != nil {
		return run.Clean, err
	}
	return c.finish(ctx, r, outputs)
}

// finish compares and writes.
func (c *Command) finish(ctx context.Context, r *Report, outputs []report.Destination) (run.Verdict, error) {
	switch {
	case r.Shard != nil:
	case c.Previous != "":
		open := func() (io.ReadCloser, error) { return files.OpenNamed(c.Env.Dir, c.Previous) }
		if err := r.Compare(c.Previous, open); err != nil {
			return run.Clean, fmt.Errorf("--previous: %w", err)
		}
	default:
		r.Begin()
	}
	if err := r.Count(); err != nil {
		return run.Clean, &run.Incomplete{Err: err}
	}
	if err := c.WriteAll(r, outputs); err != nil {
		return run.Clean, &run.Incomplete{Err: err}
	}
	if c.Issue != "" {
		if err := c.keepIssue(ctx, r); err != nil {
			return run.Clean, &run.Incomplete{Err: fmt.Errorf("--issue: %w", err)}
		}
	}
	return c.verdict(&r.Summary), nil
}

// keepIssue has one issue say what the overview says; another selection has another issue.
func (c *Command) keepIssue(ctx context.Context, r *Report) error {
	var body strings.Builder
	if err := r.WriteMarkdown(&body); err != nil {
		return err
	}
	account, err := c.account()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(r.Of))
	marker := "<!-- dockmend-audit:" + hex.EncodeToString(sum[:8]) + " -->"
	title := "dockmend audit of " + report.Terminal(r.Of)
	words, err := account.KeepIssue(ctx, c.Issue, marker, title, cutLines(body.String(), github.IssueBody))
	if err == nil && !c.Quiet {
		_, _ = fmt.Fprintln(c.Stderr, "dockmend: "+report.Terminal(words))
	}
	return err
}

// cutLines keeps the first lines, of at most so many bytes.
func cutLines(text string, most int) string {
	if len(text) <= most {
		return text
	}
	kept := text[:most]
	return kept[:strings.LastIndex(kept, "\n")+1] + "\nThe rest is in the report.\n"
}

// WriteAll writes a report in formats; one that fails does not keep the others back.
func (c *Command) WriteAll(r *Report, outputs []report.Destination) error {
	var failed []error
	for _, o := range outputs {
		write := func(w io.Writer) error {
			buffered := bufio.NewWriterSize(w, 1<<16)
			return errors.Join(r.Write(buffered, o.Format), buffered.Flush())
		}
		var err error
		if o.File == "" {
			err = write(c.Stdout)
		} else {
			err = files.WriteNamedFrom(c.Env.Dir, o.File, write)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("-o %s: %w", o.Format+"="+o.File, run.Plain(err)))
		}
	}
	return errors.Join(failed...)
}

func (c *Command) verdict(s *Totals) run.Verdict {
	if s.Failed+s.Incomplete > 0 {
		return run.NotCompleted
	}
	least, err := lint.ParseSeverity(c.Run.Rules.FailOn)
	if err != nil { // never, or nothing was said
		return run.Clean
	}
	for severity, n := range map[lint.Severity]int{lint.Error: s.Error, lint.Warning: s.Warning, lint.Info: s.Info, lint.Style: s.Style} {
		if n > 0 && severity >= least {
			return run.Failed
		}
	}
	return run.Clean
}

// readNames reads the file of repositories: a line each; empty lines and those that begin
// with "#" do not count.
func (c *Command) readNames() ([]string, error) {
	src, err := c.Env.ReadFile(c.Repos)
	if err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || seen[line] {
			continue
		}
		seen[line] = true
		names = append(names, line)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s names no repository", c.Repos)
	}
	return names, nil
}

// memory is the folder of the audit; without one it is forgotten at the end.
func (c *Command) memory() (m *Memory, end func(), err error) {
	if c.State == "" {
		root, remove, err := files.Scratch("")
		if err != nil {
			return nil, nil, err
		}
		return NewMemory(root), func() { _ = remove() }, nil // what is left there is nobody's
	}
	root, err := files.OpenState(c.Env.Dir, c.State)
	if err != nil {
		return nil, nil, err
	}
	return NewMemory(root), func() { _ = root.Close() }, nil // all was written
}

// hostOf is the platform of a selection, with the token of the environment.
func (c *Command) hostOf(s forge.Selection) (forge.Host, error) {
	if s.Group != "" {
		if c.Env.Getenv("GITLAB_TOKEN") == "" {
			return nil, errors.New("an audit of a group needs a token in GITLAB_TOKEN, that of the group or of a person, with the scope read_api")
		}
		return c.gitLab()
	}
	if c.Env.Getenv("GITHUB_TOKEN") == "" && c.Env.Getenv("GH_TOKEN") == "" {
		return nil, errors.New("an audit of many repositories needs a token in GITHUB_TOKEN, that of an app or of a person, which may read them")
	}
	return c.account()
}

// LoadPolicy reads a policy: a file, or one of a repository at a commit, with the token of the
// environment if there is one. The repository is on GitLab if the selection is a group, or a
// job of GitLab runs and nothing is selected.
func (c *Command) LoadPolicy(ctx context.Context, name string) (*run.AbovePolicy, error) {
	return run.LoadPolicy(ctx, name, c.Env.ReadFile, func(ctx context.Context, repository, path, commit string) ([]byte, error) {
		var host forge.Host
		var err error
		s := c.Selection
		if s.Group != "" || (s.Org == "" && c.Repos == "" && c.Env.Getenv("GITLAB_CI") == "true") {
			host, err = c.gitLab()
		} else {
			host, err = c.account()
		}
		if err != nil {
			return nil, err
		}
		return host.ReadFile(ctx, repository, path, commit)
	})
}

// account is GitHub as the environment has it.
func (c *Command) account() (*github.Account, error) {
	getenv := c.Env.Getenv
	return github.NewAccount(github.Server{
		URL: cmp.Or(getenv("GITHUB_API_URL"), "https://api.github.com"), GraphQL: getenv("GITHUB_GRAPHQL_URL"),
		Token: cmp.Or(getenv("GITHUB_TOKEN"), getenv("GH_TOKEN")), Now: c.Env.Now, Wait: c.Wait,
	})
}

// gitLab is GitLab as the environment has it: that of the job, or the public one.
func (c *Command) gitLab() (*gitlab.Account, error) {
	getenv := c.Env.Getenv
	return gitlab.NewAccount(gitlab.Server{
		URL: cmp.Or(getenv("CI_API_V4_URL"), "https://gitlab.com/api/v4"), Token: strings.TrimSpace(getenv("GITLAB_TOKEN")), Now: c.Env.Now, Wait: c.Wait,
	})
}

// verdictWords say why an audit passed or failed.
func (c *Command) verdictWords(v run.Verdict, s *Totals) string {
	found := s.state()
	switch v {
	case run.NotCompleted:
		return "not complete, " + text.Counted(s.Failed+s.Incomplete, "repository") + " could not be looked at, or not all of it: " + found
	case run.Failed:
		return "failed, since something is " + c.Run.Rules.FailOn + " or worse (--fail-on): " + found
	case run.Clean:
	}
	return "passed: " + found
}
