package action

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/job"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
)

// Conclusions of a run, in the words of GitHub's checks where these have one.
const (
	conclusionSuccess    = "success"
	conclusionFailure    = "failure"
	conclusionNeutral    = "neutral"
	conclusionIncomplete = "incomplete"
)

// conclude words how the run ended. What is new is not known of one that is not judged,
// so that it neither fails nor is a success.
func (f *found) conclude() (conclusion string, verdict run.Verdict) {
	switch verdict = run.Judge(f.Result, f.in.Rules); {
	case verdict == run.NotCompleted:
		return conclusionIncomplete, verdict
	case f.unjudged != "":
		return conclusionNeutral, run.Clean
	case verdict == run.Failed:
		return conclusionFailure, verdict
	}
	return conclusionSuccess, verdict
}

// shown is where everything went that was found.
type shown struct {
	plan     *review.Plan
	audit    *report.Audit
	want     *fixing
	proposed *review.Proposed
	patches  []report.Patch
	notes    []string
}

// show uploads, posts and proposes. Each finding is planned once: one that a commit of
// this run is to fix has no place until it is known that the commit does not fix it.
func (s *step) show(ctx context.Context, f *found) *shown {
	out := &shown{notes: f.notes}
	alerts, notes := s.upload(ctx, f)
	out.notes = append(out.notes, notes...)
	out.want, notes = s.fixes(ctx, f)
	for _, note := range notes {
		out.notes = once(out.notes, note)
	}
	var now, later []*lint.Diagnostic
	intended := out.want.intended()
	for _, d := range f.Diagnostics {
		switch {
		case !d.Counts():
		case intended.has(d):
			later = append(later, d)
		default:
			now = append(now, d)
		}
	}
	out.plan, notes = s.review(ctx, f, now, alerts)
	out.notes = append(out.notes, notes...)
	out.audit, notes = s.audit(ctx, f)
	out.notes = append(out.notes, notes...)
	out.proposed, out.patches = s.propose(ctx, out.want)
	if out.proposed != nil {
		out.notes = append(out.notes, out.proposed.Notes...)
	}
	later = slices.DeleteFunc(later, out.want.done(out.proposed).has)
	if len(later) > 0 {
		more, notes := s.review(ctx, f, later, alerts)
		out.plan.Join(more)
		out.notes = append(out.notes, notes...)
	}
	if s.in.options.Lenient {
		for _, line := range f.in.Failures() {
			out.notes = append(out.notes, "look-up failed: "+line)
		}
	}
	return out
}

// publish writes every report, each whether or not another could be written,
// and says how the run ended. The files come first: they have everything,
// whatever is refused afterwards.
func (s *step) publish(ctx context.Context, f *found) (run.Verdict, error) {
	files, failed := s.writeFiles(f)
	conclusion, verdict := f.conclude()
	out := s.show(ctx, f)
	r := *f.Result
	r.Notices = append(r.Notices, out.notes...)
	places := job.Placed(out.plan, out.want.done(out.proposed).words)
	if places == nil && len(out.patches) > 0 {
		places = report.OnlyPatches(out.patches)
	}
	failOn, never := f.in.Rules.FailOn()
	s.log(&r)
	if s.in.annotations {
		failed = append(failed, s.write("github", s.env.Stdout, annotated(&r, out.plan), report.Options{}))
	}
	if file := s.env.Getenv("GITHUB_STEP_SUMMARY"); s.in.summary && file != "" {
		var b bytes.Buffer
		failed = append(failed, s.write("markdown", &b, &r, report.Options{
			Line: s.lineLink(), Placed: places, Audit: out.audit, Merge: proposedLink(out.proposed),
			Verdict: report.Verdict{Conclusion: conclusion, FailOn: failOn, New: s.in.onlyChanged && f.unjudged == ""},
		}))
		failed = append(failed, github.WriteSummary(file, b.Bytes()))
	}
	judged := "fail-on " + failOn.String()
	if never {
		judged = "fail-on never"
	}
	counts := r.Summary()
	s.say("dockmend: %s; %s; conclusion %s; calls of GitHub's API: %d", report.Headline(&r), judged, conclusion, s.forge.Calls())
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
	outputs = append(outputs, proposedOutputs(out.proposed)...)
	if file := s.env.Getenv("GITHUB_OUTPUT"); file != "" {
		failed = append(failed, github.WriteOutputs(file, outputs))
	}
	if err := errors.Join(failed...); err != nil {
		return run.NotCompleted, &run.Incomplete{Err: err}
	}
	return verdict, nil
}

// log writes all findings into a fold, worst first. Paths stand behind the
// line: problem matchers of earlier steps look for the other order, and would
// annotate twice.
func (s *step) log(r *lint.Result) {
	s.say("dockmend %s, event %s", s.env.Version, s.event.Name)
	for _, n := range r.Notices {
		s.say("note: %s", n)
	}
	findings := slices.DeleteFunc(slices.Clone(r.Diagnostics), func(d *lint.Diagnostic) bool { return !d.Counts() })
	if len(findings) == 0 {
		return
	}
	slices.SortStableFunc(findings, func(x, y *lint.Diagnostic) int { return cmp.Compare(y.Severity, x.Severity) })
	s.gh.Group("All findings, the most severe first")
	for _, d := range findings {
		s.say("%-7s %s, line %d of %s: %s", d.Severity, d.Rule.ID, d.Start().Line, d.Source.Path, d.Message)
	}
	s.gh.EndGroup()
}

// write writes a report; options have what only this one needs.
func (s *step) write(format string, w io.Writer, r *lint.Result, options report.Options) error {
	options.Version, options.Quiet, options.Category, options.Alerts = s.env.Version, true, s.in.category, true
	options.Page, options.Weakness = run.RulePage, rules.Weakness
	options.Repository, options.Revision = s.linted()
	options.Elsewhere = "the job summary and the report file list all"
	writer, err := report.New(format, options)
	if err != nil {
		return err
	}
	return run.WriteReport(w, writer, r)
}
