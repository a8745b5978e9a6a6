package action

import (
	"bytes"
	"context"
	"fmt"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

// upload gives what was found to code scanning. alerts is true where the pull
// request's findings are shown as alerts. All findings are in the file, those on
// unchanged lines too: an upload replaces what was there, and a part would close
// the others' alerts.
func (s *step) upload(ctx context.Context, f *found) (alerts bool, notes []string) {
	switch {
	case !s.in.uploadSARIF || s.in.token == "" || s.event.Name == "merge_group":
		return false, nil
	case s.event.Remote(): // only the changed files were seen
		return false, nil
	case len(f.in.Files) == 0 || s.event.SHA == "" || s.event.Ref == "":
		return false, nil
	case len(f.Problems) > 0:
		return false, []string{"no upload to code scanning: the run is incomplete, so its file would close alerts that are still valid"}
	case len(f.in.Failures()) > 0:
		return false, []string{"no upload to code scanning: look-ups failed, so its file would close alerts that are still valid"}
	}
	whole := *f.Result
	whole.Diagnostics = make([]*lint.Diagnostic, len(f.Diagnostics))
	for i, d := range f.Diagnostics {
		clone := *d
		clone.Unchanged = false
		whole.Diagnostics[i] = &clone
	}
	var b bytes.Buffer
	err := s.write("sarif", &b, &whole, report.Options{})
	note := ""
	if err == nil {
		note, err = s.forge.UploadSARIF(ctx, b.Bytes(), s.event.SHA, s.event.Ref)
	}
	if note != "" {
		notes = append(notes, note)
	}
	if err != nil {
		notes = append(notes, "not uploaded to code scanning: "+err.Error())
	}
	return err == nil, notes
}

// review decides where findings of a pull request are shown, and posts the comments. The
// plan is nil for other events.
func (s *step) review(ctx context.Context, f *found, findings []*lint.Diagnostic, alerts bool) (plan *review.Plan, notes []string) {
	if !s.event.PullRequest() {
		return nil, nil
	}
	failOn, never := f.in.Rules.FailOn()
	fails := failOn
	if never || f.unjudged != "" {
		fails = lint.SeverityUnset
	}
	if never {
		failOn = lint.Warning // nothing fails, and there is still something to say
	}
	request := review.Request{
		Platform: s.forge.Platform(), Findings: findings,
		Standing: review.Marks(f.Diagnostics), Complete: s.complete(f), Category: s.in.category, Paths: f.in.Paths(),
		Threshold: failOn, Fails: fails, Review: s.in.review, Annotate: s.in.annotations, Alerts: alerts, Problems: len(f.Problems),
		Prove: func(source *lint.Source, edits []text.Edit) lint.Proof { return f.in.ProveEdits(ctx, source, edits) },
	}
	var threads *review.Threads
	if request.Review {
		var err error
		if threads, err = s.threads(ctx, &request); err != nil {
			request.Review, request.NoReview = false, "no review comments: "+err.Error()
			notes = append(notes, request.NoReview)
		}
	}
	plan = review.NewPlan(request)
	if request.Review {
		notes = append(notes, s.forge.Apply(ctx, plan, s.event, threads)...)
	}
	return plan, notes
}

// threads reads what a plan needs to know of the platform.
func (s *step) threads(ctx context.Context, request *review.Request) (*review.Threads, error) {
	if s.in.token == "" {
		return nil, fmt.Errorf("there is no token; set the input github-token")
	}
	if s.event.Head == "" {
		return nil, fmt.Errorf("the event names no head commit")
	}
	diff, err := s.changes(ctx)
	if err != nil {
		return nil, err
	}
	threads, err := s.forge.ListOwn(ctx, s.event.Number, s.in.category)
	if err != nil {
		return nil, err
	}
	request.Threads = threads.All
	request.Places = diff.Places(ctx, request.Findings)
	return threads, nil
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
