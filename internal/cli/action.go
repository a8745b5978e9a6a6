package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"
	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
)

func newAction(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "action",
		Short: "Run as a step of a GitHub workflow",
		Long:  "Run as a step of a GitHub workflow: INPUT_*, GITHUB_* and the event's payload say what to do.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runAction(cmd.Context(), env) },
	}
}

// action is one step of a workflow.
type action struct {
	env    *Env
	gh     *githubactions.Action
	event  *forge.Event
	in     *actionInputs
	client *github.Client
	// lintEnv is env with the folder that is linted, which is not the workspace
	// where the head's files come from the API.
	lintEnv *Env
	diff    *review.Diff
	// unjudged says why the run cannot tell what is new, so that it fails no
	// job; empty if it can.
	unjudged string
	// byLines is set where changed lines decided what is new.
	byLines bool
	notices []string
}

// Conclusions of a run, in the words of GitHub's checks where these have one.
const (
	conclusionSuccess    = "success"
	conclusionFailure    = "failure"
	conclusionNeutral    = "neutral"
	conclusionIncomplete = "incomplete"
)

// runAction does the step. An error is shown as an annotation: few people open
// a log.
func runAction(ctx context.Context, env *Env) error {
	a := &action{env: env}
	err := a.run(ctx)
	var exit *exitError
	if err == nil || errors.As(err, &exit) && exit.err == nil {
		return err
	}
	code := exitUsage
	if errors.As(err, &exit) {
		code = exit.code
	}
	a.command("error", err.Error())
	return &exitError{code: code}
}

// command writes one workflow command without a place.
func (a *action) command(kind, message string) {
	_, _ = fmt.Fprintf(a.env.Stdout, "::%s title=dockmend::%s\n", kind, report.CommandData(strings.Split(message, "\n")...))
}

// say writes one line to the log.
func (a *action) say(format string, args ...any) {
	_, _ = fmt.Fprintln(a.env.Stdout, report.Terminal(fmt.Sprintf(format, args...)))
}

func (a *action) run(ctx context.Context) (err error) {
	env := a.env
	env.Dir = workspace(env)
	a.gh = githubactions.New(githubactions.WithWriter(env.Stdout), githubactions.WithGetenv(inputSpelling(env.Getenv)))
	if a.event, err = github.LoadEvent(env.Getenv); err != nil {
		return err
	}
	if a.in, err = readInputs(a.gh, a.event); err != nil {
		return err
	}
	if a.in.token != "" {
		a.gh.AddMask(a.in.token)
	}
	server := github.Server{
		URL: cmp.Or(env.Getenv("GITHUB_API_URL"), "https://api.github.com"), Token: a.in.token, Repository: a.event.Repository,
		GraphQL: env.Getenv("GITHUB_GRAPHQL_URL"), Wait: env.Wait,
	}
	if a.client, err = github.NewClient(server); err != nil {
		return err
	}
	a.lintEnv = env
	if a.event.Remote() {
		clean, err := a.fetch(ctx)
		if errors.Is(err, forge.ErrSuperseded) {
			a.say("dockmend: %v; calls of GitHub's API: %d", err, a.client.Calls())
			return nil
		}
		if err != nil {
			return err
		}
		defer clean()
	}

	s, head, err := a.sessions(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if a.event.Name == "pull_request" && a.event.Closed {
		if head != nil {
			head.close()
		}
		a.afterwards(ctx, s)
		return nil
	}
	if err := a.goOnline(ctx, s, head); err != nil {
		return err
	}
	result := s.run(ctx, &a.in.lintFlags)
	a.remember(ctx, s)
	if head != nil {
		defer head.close()
		a.compare(result, head.run(ctx, &a.in.lintFlags))
	}
	if a.in.onlyChanged {
		a.keepNew(ctx, s, result)
	}
	if err := a.markBaseline(ctx, s, result); err != nil {
		return err
	}
	if len(s.files) == 0 && len(result.Problems) == 0 {
		result.Notices = append(result.Notices, nothingToLint(s))
	}
	switch {
	case a.byLines:
		a.notices = append(a.notices, a.unjudged+"; so the lines that changed decide what is new, and nothing fails the job")
	case a.unjudged != "":
		a.notices = append(a.notices, a.unjudged+"; so everything is reported, and nothing fails the job")
	}
	if a.event.Run != nil {
		a.takeOver(ctx, s, result)
	}
	if a.event.PullRequest() && s.checker.Watch.Fired() == "" {
		engine.Prove(ctx, s.checker, result, s.files, a.in.jobs)
	}
	return a.publish(ctx, s, result)
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

func nothingToLint(s *session) string {
	words := "nothing to lint: no Dockerfile here"
	if n := len(s.found.Skipped); n > 0 {
		first := s.found.Skipped[0]
		words += fmt.Sprintf("; skipped: %s (%s)", first.Path, first.Reason)
		if n > 1 {
			words += fmt.Sprintf(" and %d more", n-1)
		}
		words += "; the input path names where to look"
	}
	return words
}

func (a *action) markBaseline(ctx context.Context, s *session, r *lint.Result) error {
	if a.in.baseline == "" {
		return nil
	}
	read := policySource(func(name string) ([]byte, error) { return readFile(a.env, name) })
	if policy := a.basePolicy(ctx); policy != nil {
		read = func(name string) ([]byte, error) { return policy(files.Slashed(s.place.dir, inDir(a.lintEnv, name))) }
	}
	return markBaseline(r, a.in.baseline, read)
}

// publish writes every report, each whether or not another could be written,
// and says how the run ended. The files come first: they have everything,
// whatever GitHub refuses afterwards.
func (a *action) publish(ctx context.Context, s *session, r *lint.Result) error {
	files, failed := a.writeFiles(s, r)
	ended := exitFor(r, s.rules)
	conclusion := a.conclude(ended)
	if conclusion == conclusionNeutral {
		ended = nil
	}

	alerts := a.upload(ctx, s, r)
	want := a.fixes(ctx, s, r)
	plan := a.review(ctx, s, r, alerts, want.commits())
	audit := a.audit(ctx, s, r)
	proposed, patches := a.propose(ctx, want)
	if want.leaves(r, proposed) { // they still need a place
		plan = a.review(ctx, s, r, alerts, want.committed(proposed))
	}
	if s.lenient && s.unsure() {
		for _, line := range s.resolver.Failures() {
			a.notices = append(a.notices, "look-up failed: "+line)
		}
	}
	r.Notices = append(r.Notices, a.notices...)
	shown := placed(plan, want.committed(proposed))
	if shown == nil && len(patches) > 0 {
		shown = report.OnlyPatches(patches)
	}
	a.log(r)
	if a.in.annotations {
		failed = append(failed, a.write("github", a.env.Stdout, annotated(r, plan), nil, nil))
	}
	if file := a.env.Getenv("GITHUB_STEP_SUMMARY"); a.in.summary && file != "" {
		var b bytes.Buffer
		failed = append(failed, a.write("markdown", &b, r, shown, audit))
		b.WriteString(proposedLink(proposed))
		failed = append(failed, github.WriteSummary(file, b.Bytes()))
	}
	failOn, never := s.rules.FailOn()
	judged := "fail-on " + failOn.String()
	if never {
		judged = "fail-on never"
	}
	counts := r.Summary()
	a.say("dockmend: %s; %s; conclusion %s; calls of GitHub's API: %d", report.Headline(r), judged, conclusion, a.client.Calls())
	outputs := []github.Output{
		{Name: "findings", Value: strconv.Itoa(counts.Findings)},
		{Name: "errors", Value: strconv.Itoa(counts.Error)},
		{Name: "warnings", Value: strconv.Itoa(counts.Warning)},
		{Name: "fixable", Value: strconv.Itoa(counts.Fixable)},
		{Name: "conclusion", Value: conclusion},
		{Name: "sarif-file", Value: files.sarif},
		{Name: "report-file", Value: files.report},
		{Name: "review-file", Value: files.review},
	}
	outputs = append(outputs, proposedOutputs(proposed)...)
	if file := a.env.Getenv("GITHUB_OUTPUT"); file != "" {
		failed = append(failed, github.WriteOutputs(file, outputs))
	}
	if err := errors.Join(failed...); err != nil {
		return incomplete(err)
	}
	return ended
}

func (a *action) conclude(ended error) string {
	var exit *exitError
	failed := errors.As(ended, &exit)
	switch {
	case failed && exit.code == exitIncomplete:
		return conclusionIncomplete
	case a.unjudged != "": // never a success: what is new is not known
		return conclusionNeutral
	case failed:
		return conclusionFailure
	}
	return conclusionSuccess
}

// log writes all findings into a fold, worst first. Paths stand behind the
// line: problem matchers of earlier steps look for the other order, and would
// annotate twice.
func (a *action) log(r *lint.Result) {
	a.say("dockmend %s, event %s", Version, a.event.Name)
	for _, n := range r.Notices {
		a.say("note: %s", n)
	}
	findings := slices.DeleteFunc(slices.Clone(r.Diagnostics), func(d *lint.Diagnostic) bool { return !d.Counts() })
	if len(findings) == 0 {
		return
	}
	slices.SortStableFunc(findings, func(x, y *lint.Diagnostic) int { return cmp.Compare(y.Severity, x.Severity) })
	a.gh.Group("All findings, the worst first")
	for _, d := range findings {
		a.say("%-7s %s, line %d of %s: %s", d.Severity, d.Rule.ID, d.Start().Line, d.Source.Path, d.Message)
	}
	a.gh.EndGroup()
}

func (a *action) write(format string, w io.Writer, r *lint.Result, placed *report.Placed, audit *report.Audit) error {
	writer, err := report.New(format, report.Options{
		Version: Version, Quiet: true, Category: a.in.category, Alerts: true, Page: rulePage, Line: a.lineLink(), Placed: placed, Audit: audit,
		Elsewhere: "the job summary and the report file have all",
	})
	if err != nil {
		return err
	}
	return writeReport(w, writer, r)
}
