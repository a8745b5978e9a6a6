// Package action is one step of a workflow: from the event and the inputs to findings, and
// to where these are shown. Its parts come one after the other, and each returns what it
// learned: inputs, the folder that is linted, the policy that decides, results, fixes,
// the plan of the review, and the reports.
package action

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sethvargo/go-githubactions"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/run"
)

// Env is what a step may touch.
type Env struct {
	run.Env
	// Stdout is the log.
	Stdout io.Writer
	// Wait waits, or returns the context's error; nil means by the clock.
	Wait func(ctx context.Context, d time.Duration) error
}

// step is what does not change while the step runs.
type step struct {
	env   *Env
	gh    *githubactions.Action
	event *forge.Event
	in    *inputs
	forge forge.Workflows
	// diff is what the event's commits changed, once it was asked for.
	diff *review.Diff
}

// Run does the step. An error has been shown as an annotation already, since few people
// open a log.
func Run(ctx context.Context, env Env) (run.Verdict, error) {
	s := &step{env: &env}
	verdict, err := s.run(ctx)
	if err != nil {
		s.command("error", err.Error())
	}
	return verdict, err
}

func (s *step) run(ctx context.Context) (run.Verdict, error) {
	if err := s.begin(ctx); err != nil {
		return run.Clean, err
	}
	scope, err := s.scope(ctx)
	if errors.Is(err, forge.ErrSuperseded) {
		s.say("dockmend: %v; calls of GitHub's API: %d", err, s.forge.Calls())
		return run.Clean, nil
	}
	if err != nil {
		return run.Clean, err
	}
	defer scope.clean()
	policy, err := s.policy(ctx, scope)
	if err != nil {
		return run.Clean, err
	}
	defer policy.close()
	if s.event.Name == "pull_request" && s.event.Closed {
		s.afterwards(ctx, policy.base)
		return run.Clean, nil
	}
	notes := slices.Concat(otherInputs(s.gh.GetInput), scope.notes, policy.notes)
	more, err := s.goOnline(ctx, policy)
	if err != nil {
		return run.Clean, err
	}
	found, err := s.results(ctx, policy, append(notes, more...), cmp.Or(policy.unjudged, scope.unjudged))
	if err != nil {
		return run.Clean, err
	}
	return s.publish(ctx, found)
}

// begin reads the event and the inputs.
func (s *step) begin(ctx context.Context) (err error) {
	env := s.env
	env.Dir = workspace(env)
	s.gh = githubactions.New(githubactions.WithWriter(env.Stdout), githubactions.WithGetenv(inputSpelling(env.Getenv)))
	if s.event, err = github.LoadEvent(env.Getenv); err != nil {
		return err
	}
	if s.in, err = readInputs(s.gh, s.event); err != nil {
		return err
	}
	if s.in.token != "" {
		s.gh.AddMask(s.in.token)
	}
	server := github.Server{
		URL: cmp.Or(env.Getenv("GITHUB_API_URL"), "https://api.github.com"), Token: s.in.token, Repository: s.event.Repository,
		GraphQL: env.Getenv("GITHUB_GRAPHQL_URL"), Wait: env.Wait,
	}
	s.forge, err = github.NewClient(server)
	if err != nil || s.in.policy == "" {
		return err
	}
	account, err := github.NewAccount(server)
	if err != nil {
		return err
	}
	s.in.options.Policy, err = run.LoadPolicy(ctx, s.in.policy, env.ReadFile, account.ReadFile)
	return err
}

// workspace is the folder of the checkout: the runner's word for it, else the
// working directory (act's host mode names a folder that no container has).
func workspace(env *Env) string {
	dir := env.Getenv("GITHUB_WORKSPACE")
	if files.IsFolder(dir) {
		return dir
	}
	return env.Dir
}

// command writes one workflow command without a place.
func (s *step) command(kind, message string) {
	_, _ = fmt.Fprintf(s.env.Stdout, "::%s title=dockmend::%s\n", kind, report.CommandData(strings.Split(message, "\n")...))
}

// say writes one line to the log.
func (s *step) say(format string, args ...any) {
	_, _ = fmt.Fprintln(s.env.Stdout, report.Terminal(fmt.Sprintf(format, args...)))
}

// changes asks once what the event's commits changed.
func (s *step) changes(ctx context.Context) (*review.Diff, error) {
	if s.diff != nil {
		return s.diff, nil
	}
	diff, err := s.forge.Diff(ctx, s.event)
	if err == nil {
		s.diff = diff
	}
	return diff, err
}
