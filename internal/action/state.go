package action

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dockmend/dockmend/internal/fixup"
	"github.com/dockmend/dockmend/internal/job"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/run"
)

// keeps reports whether the run may write what later runs remember: it is about a
// branch that stays, not about a change that somebody proposes.
func (s *step) keeps() bool {
	if s.in.token == "" {
		return false
	}
	switch s.event.Name {
	case "schedule", "workflow_dispatch":
		return true
	case "push":
		return s.event.DefaultBranch != "" && s.event.Ref == "refs/heads/"+s.event.DefaultBranch
	}
	return false
}

// goOnline lets the rules of the policy's workspaces ask registries.
func (s *step) goOnline(ctx context.Context, p *policy) (notes []string, err error) {
	if !s.in.options.Online {
		return nil, nil
	}
	if p.base.CooldownDays > 0 {
		state, err := s.forge.LoadState(ctx)
		if err == nil || (errors.Is(err, review.ErrNoState) && s.keeps()) {
			fixup.Recall(p.base, state)
		} else {
			notes = append(notes, cooldownOff(err))
			p.base.CooldownDays = 0
		}
	}
	if err := p.base.GoOnline(ctx); err != nil {
		return nil, err
	}
	if p.head != nil {
		p.base.ShareLookUps(p.head) // one set of look-ups for both
	}
	return notes, nil
}

func cooldownOff(err error) string {
	return fmt.Sprintf("pin.cooldown-days has no effect, because the time when a tag was first seen could not be stored: %v", err)
}

// remember writes when the digests of this run were first seen. Where that cannot
// be, a cooldown would never end, so that it is off, and the note says so.
func (s *step) remember(ctx context.Context, w *run.Workspace) (note string) {
	if w.Cooldown == nil || !s.keeps() {
		return ""
	}
	now := s.env.Time().UTC().Truncate(time.Second)
	tags := fixup.Seen(w, now)
	if len(tags) == 0 {
		return ""
	}
	if err := s.forge.SaveState(ctx, func(state *review.State) { state.See(tags, now) }); err != nil {
		w.Cooldown.Off()
		return cooldownOff(err)
	}
	return ""
}

// audit compares the findings with those of the last audit, and remembers them.
func (s *step) audit(ctx context.Context, f *found) (audit *report.Audit, notes []string) {
	if !s.in.audit {
		return nil, nil
	}
	audit = &report.Audit{}
	if !s.keeps() {
		audit.Why = "this run cannot store audits"
		return audit, nil
	}
	state, err := s.forge.LoadState(ctx)
	last, known := state.Audits[s.in.category]
	switch {
	case err != nil && !errors.Is(err, review.ErrNoState):
		audit.Why = err.Error()
	case known && last.Cut:
		audit.Why = "it had more findings than can be stored"
	case known:
		audit.Since = fmt.Sprintf("%s at %s", last.At.UTC().Format(time.DateOnly), last.Commit[:12])
		audit.Day = last.AsOf
		job.CompareAudits(audit, last, f.Result)
	}
	if !s.complete(f) {
		return audit, []string{"this audit is not stored, because it could not check everything"}
	}
	now := review.AuditState{
		At: s.env.Time().UTC().Truncate(time.Second), Commit: s.event.SHA, AsOf: f.AsOf, Findings: []review.AuditFinding{},
	}
	for _, d := range f.Diagnostics {
		if d.Counts() {
			now.Findings = append(now.Findings, review.AuditFinding{Fingerprint: d.Fingerprint, Rule: d.Rule.ID, File: d.Source.Path})
		}
	}
	if err := s.forge.SaveState(ctx, func(state *review.State) { state.Remember(s.in.category, now) }); err != nil {
		notes = append(notes, "this audit could not be stored, so the next one cannot compare with it: "+err.Error())
	}
	return audit, notes
}
