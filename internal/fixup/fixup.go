// Package fixup makes what a run proposes in a pull request with fixes out of a workspace.
// What of it is proposed, and how, is decided by review.PlanFixup.
package fixup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/run"
)

// Of is what the configuration says of the pull request. Server is the platform's address,
// for links.
func Of(w *run.Workspace, platform review.Platform, category, server string) *review.Fixup {
	want := &review.Fixup{
		Platform: platform, Category: category, Branch: w.Pull.Branch, Labels: w.Pull.Labels, Assignees: w.Pull.Assignees,
		Reviewers: w.Pull.Reviewers, Draft: w.Pull.Draft, Server: server,
	}
	if want.Labels == nil {
		want.Labels = []string{"dependencies"}
	}
	return want
}

// Fill fixes the files of the workspace, and adds what changes. Complete is set where each
// could be fixed. fixed are the paths of the findings that are fixed, by fingerprint.
func Fill(ctx context.Context, w *run.Workspace, want *review.Fixup, how run.Fixing) (fixed map[string]string) {
	fixed, want.Complete = map[string]string{}, true
	for _, x := range w.Fix(ctx, how) {
		want.Complete = want.Complete && len(x.Problems) == 0
		if !x.Changed() {
			continue
		}
		want.Files = append(want.Files, review.FixupFile{Path: x.Path, Before: x.Before, After: x.After, Changes: changesOf(x)})
		for _, applied := range x.Applied {
			fixed[applied.Fingerprint] = x.Path
		}
	}
	return fixed
}

// Wait adds the images that the cooldown holds back.
func Wait(w *run.Workspace, want *review.Fixup) {
	if w.Cooldown == nil {
		return
	}
	for _, x := range w.Cooldown.Waiting() {
		want.Waiting = append(want.Waiting, review.FixupWaiting{Image: x.Image, Since: x.Since, Until: x.Until})
	}
}

// Recall tells the cooldown what earlier runs remember.
func Recall(w *run.Workspace, state *review.State) {
	seen := map[string]resolve.Sighting{}
	for tag, at := range state.Tags {
		seen[tag] = resolve.Sighting{Digest: at.Digest, Since: at.Since}
	}
	w.Recall(seen)
}

// Seen is what the cooldown of this run has to remember; empty where there is none.
func Seen(w *run.Workspace, now time.Time) map[string]review.SeenTag {
	tags := map[string]review.SeenTag{}
	if w.Cooldown == nil {
		return tags
	}
	for tag, seen := range w.Cooldown.Seen() {
		tags[tag] = review.SeenTag{Digest: seen.Digest, Since: seen.Since.Truncate(time.Second), Used: now}
	}
	return tags
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
