package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/fixup"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

// Proposing says how pull requests with fixes are made in many repositories. Each has one
// branch and one pull request, those of the Action without a category, so that both are
// one: ADR 0016 says how it behaves.
type Proposing struct {
	// Fixes is "safe" or "unsafe".
	Fixes string
	// DryRun lists what would be done, and writes nothing.
	DryRun bool
	// Limit is how many repositories this run may write to, PerHour how many within an
	// hour, with the runs that have the same folder of State.
	Limit, PerHour int
}

// Check refuses values that make no sense.
func (p *Proposing) Check() error {
	switch {
	case p.Fixes != "safe" && p.Fixes != "unsafe":
		return fmt.Errorf("--fixes %q: want safe or unsafe", p.Fixes)
	case p.Limit < 1 || p.PerHour < 1:
		return errors.New("--limit and --per-hour: want 1 or more")
	}
	return nil
}

// proposalsName is the file of the state folder that remembers when repositories were
// written to.
const proposalsName = "proposals.json"

// pacer counts what is written, in this run and within an hour.
type pacer struct {
	*Proposing
	memory  *Memory
	now     func() time.Time
	written int
	times   []time.Time
}

func newPacer(p *Proposing, memory *Memory, now func() time.Time) *pacer {
	c := &pacer{Proposing: p, memory: memory, now: now}
	// What cannot be read counts as nothing: the platform's own limits hold then.
	if src, err := memory.root.Read(proposalsName, maxMeta); err == nil && json.Unmarshal(src, &c.times) != nil {
		c.times = nil
	}
	return c
}

// full says why no more may be written; empty where it may.
func (c *pacer) full() string {
	now := c.now()
	c.times = slices.DeleteFunc(c.times, func(at time.Time) bool { return now.Sub(at) >= time.Hour || at.After(now) })
	switch {
	case c.written >= c.Limit:
		return fmt.Sprintf("not yet: this run has written to %s, its limit", text.Counted(c.written, "repository"))
	case len(c.times) >= c.PerHour:
		again := slices.MinFunc(c.times, time.Time.Compare).Add(time.Hour).UTC().Format(time.TimeOnly)
		return fmt.Sprintf("not yet: %s within an hour, the limit; go on after %s UTC", text.Counted(len(c.times), "repository"), again)
	}
	return ""
}

func (c *pacer) count() error {
	c.written++
	c.times = append(c.times, c.now().UTC().Truncate(time.Second))
	src, err := json.Marshal(c.times)
	if err != nil {
		return err
	}
	return c.memory.root.Write(proposalsName, src, files.Writing{})
}

// Propose makes, updates and closes pull requests with fixes, one repository after the
// other, and says of each what became of it.
func (c *Command) Propose(ctx context.Context, p Proposing) (run.Verdict, error) {
	if c.Selection.Group != "" {
		return run.Clean, errors.New("--group: audit propose writes to GitHub alone; dockmend ci --fix-pr does it in a project's own pipeline")
	}
	host, err := c.hostOf(c.Selection)
	if err != nil {
		return run.Clean, err
	}
	memory, closeMemory, err := c.memory()
	if err != nil {
		return run.Clean, fmt.Errorf("--state: %w", err)
	}
	defer closeMemory()
	options := Options{Selection: c.Selection, Env: c.Env, Run: c.Run, Version: c.Env.Version, Memory: memory}
	if c.Repos != "" {
		if options.Selection.Names, err = c.readNames(); err != nil {
			return run.Clean, fmt.Errorf("--repos: %w", err)
		}
	}
	all, err := New(host, options).list(ctx)
	if err != nil {
		return run.Clean, &run.Incomplete{Err: err}
	}
	pace := newPacer(&p, memory, c.Env.Time)
	failed, left := 0, 0
	for _, r := range all {
		var words string
		switch {
		case r.Skip != "":
			words = "left out: " + r.Skip
		case r.Err != nil:
			words, failed = "failed: "+r.Err.Error(), failed+1
		case pace.full() != "" && !p.DryRun:
			words, left = pace.full(), left+1
		default:
			var err error
			crash := engine.Recover(engine.StepFix, func() { words, err = c.proposeOne(ctx, host, r, memory, pace) })
			if crash != nil {
				err = errors.New(crash.Problem("").Message)
			}
			if ctx.Err() != nil {
				return run.Clean, ctx.Err()
			}
			if err != nil {
				words, failed = "failed: "+err.Error(), failed+1
			}
		}
		if _, err := fmt.Fprintf(c.Stdout, "%s: %s\n", report.Terminal(r.Name), report.Terminal(words)); err != nil {
			return run.Clean, &run.Incomplete{Err: err}
		}
	}
	verb := "written to"
	if p.DryRun {
		verb = "would be written to; nothing was"
	}
	if !c.Quiet {
		_, _ = fmt.Fprintf(c.Stderr, "dockmend: %s: %d %s, %d failed, %d not yet\n",
			text.Counted(len(all), "repository"), pace.written, verb, failed, left)
	}
	if failed > 0 {
		return run.NotCompleted, nil
	}
	return run.Clean, nil
}

// proposeOne does it in one repository, and says what it did.
func (c *Command) proposeOne(
	ctx context.Context, host forge.Host, r forge.Repository, memory *Memory, pace *pacer,
) (words string, err error) {
	client, err := c.clientOf(r.Name)
	if err != nil {
		return "", err
	}
	entries, err := host.Tree(ctx, r)
	if err != nil {
		return "", err
	}
	tree := remote.New(entries, func(wanted []remote.Entry) (map[string][]byte, error) { return host.Blobs(ctx, r, wanted) }, memory)
	options := c.Run // each has one of its own
	w, err := run.OpenTree(ctx, c.Env, &options, tree)
	if err = cmp.Or(tree.Err(), err); err != nil {
		return "", err
	}
	defer w.Close()
	if w.Pull.Base != "" && w.Pull.Base != r.Branch {
		return fmt.Sprintf("left out: its fixes are for %s, and the default branch was looked at", w.Pull.Base), nil
	}
	var notes []string
	if note := recall(ctx, client, w); note != "" {
		notes = append(notes, note)
	}
	if err := w.GoOnline(ctx); err != nil {
		return "", err
	}
	want := fixup.Of(w, client.Platform(), "dockmend", cmp.Or(c.Env.Getenv("GITHUB_SERVER_URL"), "https://github.com"))
	want.SHA = r.Commit
	fixup.Fill(ctx, w, want, run.Fixing{Unsafe: pace.Fixes == "unsafe", Narrow: true})
	want.Complete = want.Complete && len(w.Failures()) == 0
	if tree.Err() != nil {
		return "", tree.Err()
	}
	fixup.Wait(w, want)
	if pace.DryRun {
		plan, err := client.Preview(ctx, want)
		if err != nil {
			return "", err
		}
		if plan.Writes() {
			pace.written++
		}
		return strings.Join(append([]string{"would " + planned(plan)}, append(notes, plan.Notes...)...), "; "), nil
	}
	if note := remember(ctx, client, w, c.Env.Time()); note != "" {
		notes = append(notes, note)
	}
	done := client.Propose(ctx, want)
	if done.Changed {
		if err := pace.count(); err != nil {
			notes = append(notes, "the limit of an hour could not be kept: "+err.Error())
		}
	}
	notes = append(notes, done.Notes...)
	state := "no pull request"
	switch {
	case done.Refused:
		return "", errors.New(strings.Join(notes, "; "))
	case done.Number > 0 && done.Changed:
		what := text.Counted(changes(want.Files), "fix")
		state = fmt.Sprintf("pull request %d: %s in %s: %s", done.Number, what, text.Counted(len(want.Files), "file"), done.URL)
	case done.Number > 0:
		state = fmt.Sprintf("pull request %d, as it was: %s", done.Number, done.URL)
	case done.Changed:
		state = "ended"
	}
	return strings.Join(append([]string{state}, notes...), "; "), nil
}

func changes(files []review.FixupFile) (n int) {
	for _, f := range files {
		n += len(f.Changes)
	}
	return n
}

// planned are the words for what a plan does.
func planned(p *review.FixupPlan) string {
	all := make([]review.FixupFile, len(p.Files))
	for i, f := range p.Files {
		all[i] = f.FixupFile
	}
	what := fmt.Sprintf("%s in %s", text.Counted(changes(all), "fix"), text.Counted(len(all), "file"))
	switch {
	case p.Open:
		return "open a pull request: " + what
	case p.Close:
		return fmt.Sprintf("close pull request %d", p.Pull.Number)
	case p.Commit || p.Body != "":
		return fmt.Sprintf("update pull request %d: %s", p.Pull.Number, what)
	case p.Comment != "":
		return fmt.Sprintf("comment on pull request %d", p.Pull.Number)
	case p.Drop:
		return "delete its branch, which has no pull request"
	}
	return "do nothing"
}

// recall lets the cooldown begin with what the repository's own runs remember; the note
// says why there is none.
func recall(ctx context.Context, client forge.Forge, w *run.Workspace) (note string) {
	if w.CooldownDays == 0 {
		return ""
	}
	state, err := client.LoadState(ctx)
	if err != nil && !errors.Is(err, review.ErrNoState) {
		// Without a memory nothing may be pinned that a cooldown would hold back.
		state = &review.State{}
		note = "the cooldown begins anew, because what earlier runs saw cannot be read: " + err.Error()
	}
	fixup.Recall(w, state)
	return note
}

// remember writes what the cooldown saw.
func remember(ctx context.Context, client forge.Forge, w *run.Workspace, now time.Time) (note string) {
	now = now.UTC().Truncate(time.Second)
	tags := fixup.Seen(w, now)
	if len(tags) == 0 {
		return ""
	}
	if err := client.SaveState(ctx, func(state *review.State) { state.See(tags, now) }); err != nil {
		return "when tags were first seen could not be stored, so the cooldown does not end: " + err.Error()
	}
	return ""
}

// clientOf asks about one repository.
func (c *Command) clientOf(repository string) (*github.Client, error) {
	getenv := c.Env.Getenv
	return github.NewClient(github.Server{
		URL: cmp.Or(getenv("GITHUB_API_URL"), "https://api.github.com"), GraphQL: getenv("GITHUB_GRAPHQL_URL"), Repository: repository,
		Token: cmp.Or(getenv("GITHUB_TOKEN"), getenv("GH_TOKEN")), Wait: c.Wait, Now: c.Env.Now,
	})
}
