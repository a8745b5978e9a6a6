package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

// fixing is what a run wants to propose.
type fixing struct {
	*review.Fixup
	// mended are the paths of the findings that it mends, by fingerprint.
	mended map[string]string
}

// fixes makes what the run proposes; nil where nothing is asked for.
func (a *action) fixes(ctx context.Context, s *session, r *lint.Result) *fixing {
	if a.in.fixPR == "off" {
		return nil
	}
	base := s.pull.Base
	if base == "" {
		base = a.event.DefaultBranch
	}
	switch {
	case a.event.Name == "pull_request" && a.in.fixInPull != "off":
		return a.fixesOfPull(ctx, s, r)
	case a.event.Name == "push" && a.event.Ref != "refs/heads/"+base:
		// In the log alone: one workflow serves many events.
		a.say("no pull request with fixes: this push is not to the branch that it would go into, %s", quoted(base))
		return nil
	case a.event.Name != "push" && a.event.Name != "schedule" && a.event.Name != "workflow_dispatch":
		a.say("no pull request with fixes on the event %s: it is made on push to the default branch, schedule and workflow_dispatch, and fix-in-pull-request is for pull_request", a.event.Name)
		return nil
	case a.in.token == "":
		a.notices = append(a.notices, "no pull request with fixes: there is no token; see the input github-token")
		return nil
	}
	want := a.newFixup(s)
	want.SHA, want.Base = a.event.SHA, s.pull.Base
	out := a.fix(ctx, s, r, want, nil)
	if s.cooldown != nil {
		for _, w := range s.cooldown.Waiting() {
			want.Waiting = append(want.Waiting, review.FixupWaiting{Image: w.Image, Since: w.Since, Until: w.Until})
		}
	}
	return out
}

// newFixup is what the configuration and the inputs say of it.
func (a *action) newFixup(s *session) *review.Fixup {
	want := &review.Fixup{
		Platform: a.client.Platform(),
		Category: a.in.category, Branch: s.pull.Branch, Labels: s.pull.Labels, Assignees: s.pull.Assignees, Reviewers: s.pull.Reviewers,
		Draft: s.pull.Draft, Server: cmp.Or(a.env.Getenv("GITHUB_SERVER_URL"), "https://github.com"),
	}
	if want.Labels == nil {
		want.Labels = []string{"dependencies"}
	}
	return want
}

// fix mends the session's files, but for the findings that mark marks.
func (a *action) fix(ctx context.Context, s *session, r *lint.Result, want *review.Fixup, mark func([]*lint.Diagnostic)) *fixing {
	flags := &fixFlags{unsafe: a.in.fixPR == "unsafe", narrow: true, mark: mark}
	flags.jobs = a.in.jobs
	out := &fixing{want, map[string]string{}}
	want.Complete = true
	for _, f := range fixAll(ctx, s, flags) {
		want.Complete = want.Complete && len(f.Problems) == 0
		if !f.Changed() {
			continue
		}
		want.Files = append(want.Files, review.FixupFile{Path: f.Path, Before: f.Before, After: f.After, Changes: changesOf(f)})
		for _, x := range f.Applied {
			out.mended[x.Fingerprint] = f.Path
		}
	}
	want.Complete = want.Complete && a.complete(s, r)
	a.remember(ctx, s) // what the fixes looked up
	return out
}

// propose proposes it; nil where there is nothing asked for. Patches are what the
// summary shows where GitHub refused.
func (a *action) propose(ctx context.Context, want *fixing) (*review.Proposed, []report.Patch) {
	if want == nil || want.Direct && len(want.Files) == 0 {
		return nil, nil
	}
	proposed := a.client.Propose(ctx, want.Fixup)
	a.notices = append(a.notices, proposed.Notes...)
	if !proposed.Refused {
		return proposed, nil
	}
	var patches []report.Patch
	for _, f := range want.Files {
		patches = append(patches, report.Patch{Title: f.Path, Diff: text.UnifiedDiff(f.Path, f.Before, f.After)})
	}
	return proposed, patches
}

// proposedOutputs are the step's outputs about it.
func proposedOutputs(p *review.Proposed) []github.Output {
	if p == nil {
		p = &review.Proposed{}
	}
	number := ""
	if p.Number > 0 {
		number = strconv.Itoa(p.Number)
	}
	return []github.Output{{Name: "fix-pr-url", Value: p.URL}, {Name: "fix-pr-number", Value: number}, {Name: "fix-commit", Value: p.Commit}}
}

// proposedLink is a line for the summary, whose notices hold no links.
func proposedLink(p *review.Proposed) string {
	if p == nil {
		return ""
	}
	words, link := fmt.Sprintf("Pull request %d with fixes", p.Number), p.URL
	if p.Number == 0 {
		words, link = "Open the pull request with fixes", p.Compare
	}
	if !strings.HasPrefix(link, "https://") || strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || strings.ContainsRune("()<>[]\"\\`", r) }) {
		return ""
	}
	return "\n**[" + words + "](" + link + ")**\n"
}

func quoted(name string) string {
	if name == "" {
		return "which the event does not name"
	}
	return report.Terminal(name)
}

// changesOf words the fixes of a file for a pull request.
func changesOf(f *engine.Fixed) []review.FixupChange {
	changes := make([]review.FixupChange, len(f.Applied))
	for i, x := range f.Applied {
		v := x.Verdict
		proof := lint.Proof{State: lint.ProofPassed, Effect: v.Effect, Details: v.Details}
		switch {
		case v.Effect == lint.EffectUnknown:
			proof.State, proof.Details = lint.ProofUnknown, []string{v.Reason}
		case x.Demoted:
			proof.State = lint.ProofDemoted
		}
		changes[i] = review.FixupChange{
			Rule: x.Rule, Variant: x.Variant, Title: x.Title, Key: changeKey(x), Proof: proof, Demoted: x.Demoted, Safe: x.Safe,
		}
	}
	return changes
}

// changeKey identifies what is proposed, across runs: what was found and, where
// one digest follows another, which. Somebody who did not want one image may want
// the next.
func changeKey(x engine.Applied) string {
	words := []string{x.Fingerprint}
	if x.Verdict.Refreshed {
		words = append(words, x.Verdict.Details...)
	}
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return hex.EncodeToString(sum[:8])
}
