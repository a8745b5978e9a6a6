package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dockmend/dockmend/internal/fixup"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

// Forge is a platform whose jobs are commands.
type Forge interface {
	forge.Forge
	forge.Summaries
}

// Job is what a command does in a job after its run.
type Job struct {
	Forge Forge
	Event *forge.Event
	// Category is the run's identity; Version the program's.
	Category, Version string
	// Server is the platform's own address, Project that of the repository on it, for links.
	Server, Project string
	// Now is the time.
	Now time.Time
}

// complete reports whether a run saw everything, so that what it did not find is gone.
func complete(w *run.Workspace, r *lint.Result) bool {
	return len(r.Problems) == 0 && len(w.Failures()) == 0 && len(w.Found.Problems) == 0
}

// Review posts comments about the findings of a change, resolves those of findings that are
// gone, and writes the summary. It returns a line for each thing that could not be done.
func (j *Job) Review(ctx context.Context, w *run.Workspace, r *lint.Result) (notes []string) {
	if !j.Event.PullRequest() {
		return nil
	}
	w.Prove(ctx, r)
	failOn, never := w.Rules.FailOn()
	request := review.Request{
		Platform: j.Forge.Platform(), Standing: review.Marks(r.Diagnostics), Complete: complete(w, r), Category: j.Category, Paths: w.Paths(),
		Threshold: failOn, Fails: failOn, Review: true, Annotate: j.Forge.Platform().Annotations > 0, Problems: len(r.Problems),
		Prove: func(source *lint.Source, edits []text.Edit) lint.Proof { return w.ProveEdits(ctx, source, edits) },
	}
	if never {
		request.Threshold, request.Fails = lint.Warning, lint.SeverityUnset
	}
	for _, d := range r.Diagnostics {
		if d.Counts() {
			request.Findings = append(request.Findings, d)
		}
	}
	threads, err := j.look(ctx, &request)
	if err != nil {
		return []string{"no discussions: " + err.Error()}
	}
	plan := review.NewPlan(request)
	notes = j.Forge.Apply(ctx, plan, j.Event, threads)
	if threads.Head != j.Event.Head {
		return notes // the run of the newer commit writes the summary
	}
	if err := j.summarize(ctx, w, r, plan, notes); err != nil {
		notes = append(notes, "no summary: "+err.Error())
	}
	return notes
}

// look reads what a plan needs to know of the platform.
func (j *Job) look(ctx context.Context, request *review.Request) (*review.Threads, error) {
	diff, err := j.Forge.Diff(ctx, j.Event)
	if err != nil {
		return nil, err
	}
	threads, err := j.Forge.ListOwn(ctx, j.Event.Number, j.Category)
	if err != nil {
		return nil, err
	}
	request.Threads, request.Places = threads.All, diff.Places(ctx, request.Findings)
	return threads, nil
}

// summarize writes the summary as a note. Where there is nothing to say none is begun.
func (j *Job) summarize(ctx context.Context, w *run.Workspace, r *lint.Result, plan *review.Plan, notes []string) error {
	whole := *r
	whole.Notices = append(whole.Notices, notes...)
	failOn, never := w.Rules.FailOn()
	conclusion := ""
	switch run.Judge(r, w.Rules) {
	case run.Clean:
		conclusion = "success"
	case run.Failed:
		conclusion = "failure"
	case run.NotCompleted:
		conclusion = "incomplete"
	}
	if never {
		failOn = lint.SeverityUnset
	}
	writer, err := report.New("markdown", report.Options{
		Version: j.Version, Quiet: true, Category: j.Category, Page: run.RulePage, Weakness: rules.Weakness, Line: j.line,
		Placed:  Placed(plan, func(*lint.Diagnostic) string { return "" }),
		Verdict: report.Verdict{Conclusion: conclusion, FailOn: failOn, New: true},
	})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := run.WriteReport(&b, writer, &whole); err != nil {
		return err
	}
	markdown := b.String()
	if most := j.Forge.Platform().Description; len(markdown) > most {
		markdown = fmt.Sprintf("dockmend: %s. The list is too long for a note; the code quality report has all of them.\n", report.Headline(r))
	}
	quiet := len(plan.Placements) == 0 && len(r.Problems) == 0
	return j.Forge.Summarize(ctx, j.Event.Number, j.Category, markdown, quiet)
}

// line is the address of a line of the head.
func (j *Job) line(file string, line int) string {
	if j.Project == "" {
		return ""
	}
	return fmt.Sprintf("%s/-/blob/%s/%s#L%d", j.Project, j.Event.SHA, report.EscapedPath(file), line)
}

// Fix proposes the fixes of a branch that stays; safe is unset for unsafe ones, too. It
// returns lines that say what became of it.
func (j *Job) Fix(ctx context.Context, w *run.Workspace, r *lint.Result, unsafe bool) (notes []string) {
	base := w.Pull.Base
	if base == "" {
		base = j.Event.DefaultBranch
	}
	if j.Event.Gate() || j.Event.Ref != "refs/heads/"+base {
		return []string{"no fixes are proposed: this pipeline is not for " + base + ", the branch that they are for"}
	}
	want := fixup.Of(w, j.Forge.Platform(), j.Category, j.Server)
	want.SHA, want.Base = j.Event.SHA, w.Pull.Base
	fixup.Fill(ctx, w, want, run.Fixing{Unsafe: unsafe, Narrow: true})
	want.Complete = want.Complete && complete(w, r)
	return j.Forge.Propose(ctx, want).Notes
}

// Remember compares the findings of a branch that stays with those of the run before, and
// keeps them for the next one. It returns lines that say what is new and what is gone.
func (j *Job) Remember(ctx context.Context, w *run.Workspace, r *lint.Result) (notes []string) {
	if j.Event.Gate() || j.Event.DefaultBranch == "" || j.Event.Ref != "refs/heads/"+j.Event.DefaultBranch {
		return nil
	}
	state, err := j.Forge.LoadState(ctx)
	last, known := state.Audits[j.Category]
	switch {
	case err != nil && !errors.Is(err, review.ErrNoState):
		return []string{"not compared with the run before: " + err.Error()}
	case known && !last.Cut:
		audit := &report.Audit{}
		CompareAudits(audit, last, r)
		notes = append(notes, fmt.Sprintf(
			"since %s at %s: %s new, %d gone", last.At.UTC().Format(time.DateOnly), review.Short(last.Commit),
			text.Counted(len(audit.New), "finding"), len(audit.Gone),
		))
	}
	if !complete(w, r) {
		return append(notes, "this run is not remembered, because it could not check everything")
	}
	now := review.AuditState{At: j.Now.UTC().Truncate(time.Second), Commit: j.Event.SHA, AsOf: r.AsOf, Findings: []review.AuditFinding{}}
	for _, d := range r.Diagnostics {
		if d.Counts() {
			now.Findings = append(now.Findings, review.AuditFinding{Fingerprint: d.Fingerprint, Rule: d.Rule.ID, File: d.Source.Path})
		}
	}
	if err := j.Forge.SaveState(ctx, func(s *review.State) { s.Remember(j.Category, now) }); err != nil {
		notes = append(notes, "this run could not be remembered: "+err.Error())
	}
	return notes
}
