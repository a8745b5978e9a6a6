package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

// keepChanged marks what stands on unchanged lines. Where the changes cannot be
// had everything counts, and the job does not fail.
func (a *action) keepChanged(ctx context.Context, r *lint.Result) {
	a.keepChangedOf(ctx, r.Diagnostics)
}

// keepChangedOf is keepChanged for some findings.
func (a *action) keepChangedOf(ctx context.Context, findings []*lint.Diagnostic) {
	diff, err := a.changes(ctx)
	if err != nil {
		a.unjudged = "what changed is not known: " + err.Error()
		return
	}
	ranges := gitdiff.Changes{}
	for _, d := range findings {
		path := d.Source.Path
		if _, known := ranges[path]; known {
			continue
		}
		if ranges[path], err = diff.Changed(ctx, path, d.Source.Bytes); err != nil {
			a.unjudged = "what changed is not known: " + err.Error()
			return
		}
	}
	markUnchanged(ranges, findings)
}

// markUnchanged marks the findings that stand on no changed line.
func markUnchanged(changed gitdiff.Changes, findings []*lint.Diagnostic) {
	for _, d := range findings {
		first, last := d.Start().Line, d.End().Line
		if end := stageEnd(d); end > 0 {
			last = end
		}
		d.Unchanged = !changed.Touches(d.Source.Path, first, last)
	}
}

// stageEnd is the last line of the stage that a finding is about; 0 for one that
// is about its own lines. What a stage lacks (a USER, a HEALTHCHECK) is said of
// its whole FROM instruction, and is new when anything in the stage is.
func stageEnd(d *lint.Diagnostic) int {
	source := d.Source
	start := d.Start()
	if source.Lines.Line(start.Line).Start != d.Span.Start && start.Column != 1 || !opensStage(d.Span.Of(source.Bytes)) {
		return 0
	}
	continued := false
	for line := start.Line; line <= source.Lines.Lines(); line++ {
		words := source.Lines.Line(line).Of(source.Bytes)
		if line > start.Line && !continued && opensStage(words) {
			return line - 1
		}
		continued = bytes.HasSuffix(bytes.TrimRight(words, " \t"), []byte(`\`))
	}
	return source.Lines.Lines()
}

// opensStage tells whether a line is a FROM instruction.
func opensStage(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	const from = "FROM"
	return len(line) > len(from) && strings.EqualFold(string(line[:len(from)]), from) && (line[len(from)] == ' ' || line[len(from)] == '\t')
}

// upload gives what was found to code scanning. It is true where the pull
// request's findings are shown as alerts. All findings are in the file, those on
// unchanged lines too: an upload replaces what was there, and a part would close
// the others' alerts.
func (a *action) upload(ctx context.Context, s *session, r *lint.Result) (alerts bool) {
	if !a.in.uploadSARIF || a.in.token == "" || a.event.Name == "merge_group" {
		return false
	}
	if a.event.Remote() {
		return false // only the changed files were seen
	}
	if len(s.files) == 0 || a.event.SHA == "" || a.event.Ref == "" {
		return false
	}
	if len(r.Problems) > 0 {
		a.notices = append(a.notices, "no upload to code scanning: the run is incomplete, and its file would close alerts that still stand")
		return false
	}
	if s.unsure() {
		a.notices = append(a.notices, "no upload to code scanning: look-ups failed, and its file would close alerts that still stand")
		return false
	}
	whole := *r
	whole.Diagnostics = make([]*lint.Diagnostic, len(r.Diagnostics))
	for i, d := range r.Diagnostics {
		clone := *d
		clone.Unchanged = false
		whole.Diagnostics[i] = &clone
	}
	var b bytes.Buffer
	err := a.write("sarif", &b, &whole, nil, nil)
	note := ""
	if err == nil {
		note, err = a.client.UploadSARIF(ctx, b.Bytes(), a.event.SHA, a.event.Ref)
	}
	if note != "" {
		a.notices = append(a.notices, note)
	}
	if err != nil {
		a.notices = append(a.notices, "not uploaded to code scanning: "+err.Error())
	}
	return err == nil
}

// review decides where each finding of a pull request is shown, and posts the
// comments. Those that a commit of this run mends are shown nowhere. It is nil
// for other events.
func (a *action) review(ctx context.Context, s *session, r *lint.Result, alerts bool, mended mending) *review.Plan {
	if !a.event.PullRequest() {
		return nil
	}
	failOn, never := s.rules.FailOn()
	if never {
		failOn = lint.Warning // nothing fails, and there is still something to say
	}
	request := review.Request{
		Platform: a.client.Platform(),
		Standing: review.Marks(r.Diagnostics), Complete: a.complete(s, r), Category: a.in.category, Paths: s.place.paths,
		Threshold: failOn, Review: a.in.review, Annotate: a.in.annotations, Alerts: alerts, Problems: len(r.Problems),
		Prove: func(source *lint.Source, edits []text.Edit) lint.Proof { return proveTogether(ctx, s, source, edits) },
	}
	for _, d := range r.Diagnostics {
		if d.Counts() && !mended.has(d) {
			request.Findings = append(request.Findings, d)
		}
	}
	var threads *review.Threads
	if request.Review {
		var err error
		if threads, err = a.threads(ctx, &request); err != nil {
			request.Review, request.NoReview = false, "no review comments: "+err.Error()
			a.notices = append(a.notices, request.NoReview)
		}
	}
	plan := review.NewPlan(request)
	if request.Review {
		a.notices = append(a.notices, a.client.Apply(ctx, plan, a.event, threads)...)
	}
	return plan
}

// threads reads what a plan needs to know of GitHub.
func (a *action) threads(ctx context.Context, request *review.Request) (*review.Threads, error) {
	if a.in.token == "" {
		return nil, fmt.Errorf("there is no token; see the input github-token")
	}
	if a.event.Head == "" {
		return nil, fmt.Errorf("the event names no head commit")
	}
	diff, err := a.changes(ctx)
	if err != nil {
		return nil, err
	}
	threads, err := a.client.ListOwn(ctx, a.event.Number, a.in.category)
	if err != nil {
		return nil, err
	}
	request.Threads = threads.All
	request.Places = diff.Places(ctx, request.Findings)
	return threads, nil
}

// proveTogether proves edits of several fixes as one.
func proveTogether(ctx context.Context, s *session, source *lint.Source, edits []text.Edit) lint.Proof {
	unknown := lint.Proof{State: lint.ProofUnknown, Effect: lint.EffectUnknown}
	i := slices.IndexFunc(s.files, func(f engine.File) bool { return f.Path == source.Path })
	after, err := text.Apply(source.Bytes, edits)
	if err != nil || i < 0 {
		return unknown
	}
	v := prove.Verdict{Effect: lint.EffectUnknown}
	if crash := engine.Recover(engine.StepProve, func() {
		v = engine.NewProver(s.checker, s.files[i], source.Bytes, prove.Budget).Compare(ctx, after)
	}); crash != nil {
		return unknown
	}
	if v.Broken || v.Effect == lint.EffectUnknown {
		return unknown
	}
	return lint.Proof{State: lint.ProofPassed, Effect: v.Effect, Details: v.Details}
}

// annotated is the result with those findings alone that are annotated.
func annotated(r *lint.Result, plan *review.Plan) *lint.Result {
	if plan == nil {
		return r
	}
	only := *r
	only.Diagnostics = nil
	for _, x := range plan.Shown(review.InAnnotation) {
		only.Diagnostics = append(only.Diagnostics, x.Finding)
	}
	return &only
}

// placed tells the summary what is shown elsewhere; nil where nothing is planned.
func placed(plan *review.Plan, mended mending) *report.Placed {
	if plan == nil {
		return nil
	}
	places := map[*lint.Diagnostic]*review.Placement{}
	p := &report.Placed{}
	for _, x := range plan.Placements {
		places[x.Finding] = x
		if x.Patch == nil {
			continue
		}
		var edits []text.Edit
		for _, e := range x.Patch.Edits {
			edits = append(edits, e.Edit)
		}
		source := x.Finding.Source
		after, err := text.Apply(source.Bytes, edits)
		if err != nil {
			continue
		}
		p.Patches = append(p.Patches, report.Patch{
			Title: fmt.Sprintf("%s: %s (%s; %s)", x.Finding.Rule.ID, x.Patch.Title, x.Patch.Applicability, x.Finding.Proof.Effect.Words(x.Finding.Rule.Target)),
			Diff:  text.UnifiedDiff(source.Path, source.Bytes, after),
		})
	}
	slices.SortStableFunc(p.Patches, func(a, b report.Patch) int { return strings.Compare(a.Title, b.Title) })
	p.Elsewhere = func(d *lint.Diagnostic) string {
		if mended.has(d) {
			return "mended by commit " + mended.commit[:12]
		}
		if x := places[d]; x != nil && x.Channel != review.InSummary {
			return x.Channel.String()
		}
		return ""
	}
	p.Why = func(d *lint.Diagnostic) string {
		if x := places[d]; x != nil {
			return x.Why
		}
		return ""
	}
	return p
}
