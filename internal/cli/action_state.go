package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/review"
)

// keeps tells whether the run may write what later runs remember: it is about a
// branch that stays, not about a change that somebody proposes.
func (a *action) keeps() bool {
	if a.in.token == "" {
		return false
	}
	switch a.event.Name {
	case "schedule", "workflow_dispatch":
		return true
	case "push":
		return a.event.DefaultBranch != "" && a.event.Ref == "refs/heads/"+a.event.DefaultBranch
	}
	return false
}

// goOnline lets the rules of both sessions ask registries.
func (a *action) goOnline(ctx context.Context, s, head *session) error {
	if !a.in.online {
		return nil
	}
	a.in.registryToken = a.in.token
	if s.cooldownDays > 0 {
		state, err := a.client.LoadState(ctx)
		if err == nil || errors.Is(err, review.ErrNoState) && a.keeps() {
			a.in.seen = map[string]resolve.Sighting{}
			for tag, seen := range state.Tags {
				a.in.seen[tag] = resolve.Sighting{Digest: seen.Digest, Since: seen.Since}
			}
		} else {
			a.cooldownOff(nil, err)
			s.cooldownDays = 0
		}
	}
	if err := s.goOnline(ctx, a.env, &a.in.lintFlags); err != nil {
		return err
	}
	if head != nil {
		head.checker.Registry = s.checker.Registry // one set of look-ups for both
	}
	return nil
}

func (a *action) cooldownOff(s *session, err error) {
	if s != nil {
		s.cooldown.Off()
	}
	note := fmt.Sprintf("pin.cooldown-days is off, since nothing remembers when a tag was first seen: %v", err)
	if !slices.Contains(a.notices, note) {
		a.notices = append(a.notices, note)
	}
}

// remember writes when the digests of this run were first seen. Where that cannot
// be, a cooldown would never end, so that it is off.
func (a *action) remember(ctx context.Context, s *session) {
	if s.cooldown == nil || !a.keeps() {
		return
	}
	now := a.env.now().UTC().Truncate(time.Second)
	tags := map[string]review.SeenTag{}
	for tag, seen := range s.cooldown.Seen() {
		tags[tag] = review.SeenTag{Digest: seen.Digest, Since: seen.Since.Truncate(time.Second), Used: now}
	}
	if len(tags) == 0 {
		return
	}
	if err := a.client.SaveState(ctx, func(state *review.State) { state.See(tags, now) }); err != nil {
		a.cooldownOff(s, err)
	}
}

// audit compares the findings with those of the last audit, and remembers them.
func (a *action) audit(ctx context.Context, s *session, r *lint.Result) *report.Audit {
	if !a.in.audit {
		return nil
	}
	audit := &report.Audit{}
	if !a.keeps() {
		audit.Why = "this run may not remember any"
		return audit
	}
	state, err := a.client.LoadState(ctx)
	last, known := state.Audits[a.in.category]
	switch {
	case err != nil && !errors.Is(err, review.ErrNoState):
		audit.Why = err.Error()
	case known && last.Cut:
		audit.Why = "it had more findings than are remembered"
	case known:
		audit.Since = fmt.Sprintf("%s at %s", last.At.UTC().Format(time.DateOnly), last.Commit[:12])
		audit.Day = last.AsOf
		compareAudits(audit, last, r)
	}
	if !a.complete(s, r) {
		a.notices = append(a.notices, "this audit is not remembered, since it could not look at everything")
		return audit
	}
	now := review.AuditState{At: a.env.now().UTC().Truncate(time.Second), Commit: a.event.SHA, AsOf: r.AsOf, Findings: []review.AuditFinding{}}
	for _, d := range r.Diagnostics {
		if d.Counts() {
			now.Findings = append(now.Findings, review.AuditFinding{Fingerprint: d.Fingerprint, Rule: d.Rule.ID, File: d.Source.Path})
		}
	}
	if err := a.client.SaveState(ctx, func(state *review.State) { state.Remember(a.in.category, now) }); err != nil {
		a.notices = append(a.notices, "this audit is not remembered, so the next one cannot compare: "+err.Error())
	}
	return audit
}

func compareAudits(audit *report.Audit, last review.AuditState, r *lint.Result) {
	before, now := map[string]bool{}, map[string]bool{}
	for _, f := range last.Findings {
		before[f.Fingerprint] = true
	}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			continue
		}
		now[d.Fingerprint] = true
		if !before[d.Fingerprint] {
			audit.New = append(audit.New, d)
		}
	}
	for _, f := range last.Findings {
		if !now[f.Fingerprint] {
			audit.Gone = append(audit.Gone, report.GoneFinding{Rule: f.Rule, File: f.File})
		}
	}
	slices.SortStableFunc(audit.New, func(x, y *lint.Diagnostic) int { return int(y.Severity) - int(x.Severity) })
	slices.SortStableFunc(audit.Gone, func(x, y report.GoneFinding) int { return strings.Compare(x.File, y.File) })
}
