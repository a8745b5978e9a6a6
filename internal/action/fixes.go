package action

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
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

// fixing is what a run wants to propose.
type fixing struct {
	*review.Fixup
	// fixed are the paths of the findings that it fixes, by fingerprint.
	fixed map[string]string
}

// fixes makes what the run proposes; nil where nothing is asked for.
func (s *step) fixes(ctx context.Context, f *found) (want *fixing, notes []string) {
	if s.in.fixPR == "off" {
		return nil, nil
	}
	base := f.in.Pull.Base
	if base == "" {
		base = s.event.DefaultBranch
	}
	switch {
	case s.event.Name == "pull_request" && s.in.fixInPull != "off":
		return s.fixesOfPull(ctx, f)
	case s.event.Name == "push" && s.event.Ref != "refs/heads/"+base:
		// In the log alone: one workflow serves many events.
		s.say("no pull request with fixes: this push is not to %s, the branch that the fixes are for", quoted(base))
		return nil, nil
	case s.event.Name != "push" && s.event.Name != "schedule" && s.event.Name != "workflow_dispatch":
		s.say("no pull request with fixes on the event %s: it is opened on push to the default branch, schedule and workflow_dispatch; for pull_request, use fix-in-pull-request", s.event.Name)
		return nil, nil
	case s.in.token == "":
		return nil, []string{"no pull request with fixes: there is no token; set the input github-token"}
	}
	fixup := s.newFixup(f.in)
	fixup.SHA, fixup.Base = s.event.SHA, f.in.Pull.Base
	want, notes = s.fix(ctx, f, fixup, run.Fixing{})
	if f.in.Cooldown != nil {
		for _, w := range f.in.Cooldown.Waiting() {
			fixup.Waiting = append(fixup.Waiting, review.FixupWaiting{Image: w.Image, Since: w.Since, Until: w.Until})
		}
	}
	return want, notes
}

// newFixup is what the configuration and the inputs say of it.
func (s *step) newFixup(w *run.Workspace) *review.Fixup {
	want := &review.Fixup{
		Platform: s.forge.Platform(),
		Category: s.in.category, Branch: w.Pull.Branch, Labels: w.Pull.Labels, Assignees: w.Pull.Assignees, Reviewers: w.Pull.Reviewers,
		Draft: w.Pull.Draft, Server: cmp.Or(s.env.Getenv("GITHUB_SERVER_URL"), "https://github.com"),
	}
	if want.Labels == nil {
		want.Labels = []string{"dependencies"}
	}
	return want
}

// fix fixes files, and says so in what is proposed.
func (s *step) fix(ctx context.Context, f *found, want *review.Fixup, how run.Fixing) (out *fixing, notes []string) {
	how.Unsafe, how.Narrow = s.in.fixPR == "unsafe", true
	out = &fixing{want, map[string]string{}}
	want.Complete = true
	for _, x := range f.in.Fix(ctx, how) {
		want.Complete = want.Complete && len(x.Problems) == 0
		if !x.Changed() {
			continue
		}
		want.Files = append(want.Files, review.FixupFile{Path: x.Path, Before: x.Before, After: x.After, Changes: changesOf(x)})
		for _, applied := range x.Applied {
			out.fixed[applied.Fingerprint] = x.Path
		}
	}
	want.Complete = want.Complete && s.complete(f)
	return out, once(nil, s.remember(ctx, f.in)) // what the fixes looked up
}

// propose proposes it; nil where there is nothing asked for. Patches are what the
// summary shows where the platform refused.
func (s *step) propose(ctx context.Context, want *fixing) (*review.Proposed, []report.Patch) {
	if want == nil || (want.Direct && len(want.Files) == 0) {
		return nil, nil
	}
	proposed := s.forge.Propose(ctx, want.Fixup)
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

// proposedLink is a step for the summary, whose notices hold no links.
func proposedLink(p *review.Proposed) string {
	if p == nil {
		return ""
	}
	words, link := fmt.Sprintf("Review and merge [pull request %d]", p.Number), p.URL
	after := ", which has the fixes"
	if p.Number == 0 {
		words, link, after = "[Open the pull request with fixes]", p.Compare, ", which the token may not do"
	}
	if !strings.HasPrefix(link, "https://") || strings.ContainsFunc(
		link, func(r rune) bool { return r <= ' ' || strings.ContainsRune("()<>[]\"\\`", r) },
	) {
		return ""
	}
	return words + "(" + link + ")" + after
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
