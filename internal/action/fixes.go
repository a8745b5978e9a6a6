package action

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/fixup"
	"github.com/dockmend/dockmend/internal/forge/github"
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
	proposal := s.newFixup(f.in)
	proposal.SHA, proposal.Base = s.event.SHA, f.in.Pull.Base
	want, notes = s.fix(ctx, f, proposal, run.Fixing{})
	fixup.Wait(f.in, proposal)
	return want, notes
}

// newFixup is what the configuration and the inputs say of it.
func (s *step) newFixup(w *run.Workspace) *review.Fixup {
	return fixup.Of(w, s.forge.Platform(), s.in.category, cmp.Or(s.env.Getenv("GITHUB_SERVER_URL"), "https://github.com"))
}

// fix fixes files, and says so in what is proposed.
func (s *step) fix(ctx context.Context, f *found, want *review.Fixup, how run.Fixing) (out *fixing, notes []string) {
	how.Unsafe, how.Narrow = s.in.fixPR == "unsafe", true
	out = &fixing{want, fixup.Fill(ctx, f.in, want, how)}
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
