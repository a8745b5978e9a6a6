package run

import (
	"context"
	"fmt"
	"time"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/resolve"
)

// Recall tells the cooldown what earlier runs saw; without it none is kept.
func (w *Workspace) Recall(seen map[string]resolve.Sighting) { w.seen = seen }

// GoOnline lets rules ask registries, where the options say so.
func (w *Workspace) GoOnline(ctx context.Context) error {
	return w.goOnline(ctx, resolve.Limits{})
}

// GoOnlineForMany is GoOnline for the look-ups of many repositories together. What one of
// them may cost does not depend on the others, so that each says the same in any order;
// where all requests are used up, the look-ups that are left fail.
func (w *Workspace) GoOnlineForMany(ctx context.Context) error {
	const most = limits.AuditLookUps
	return w.goOnline(ctx, resolve.Limits{Requests: most, AllCandidates: most, Retries: most / 100, Waits: time.Hour})
}

// goOnline takes bounds on what look-ups may cost; zero values stand for the usual ones.
func (w *Workspace) goOnline(ctx context.Context, bounds resolve.Limits) error {
	o, env := w.options, w.env
	if !o.Online {
		return nil
	}
	token := o.RegistryToken
	if token == "" && env.Getenv("GITHUB_ACTIONS") == "true" {
		// Elsewhere the variable has a person's token, for other things.
		token = env.Getenv("GITHUB_TOKEN")
	}
	resolver, err := resolve.New(ctx, resolve.Options{
		Allowed: o.OnlyRegistries, Named: o.NamedRegistries, GitHubToken: token, Getenv: env.Getenv, Version: env.Version,
		Limits: bounds,
	})
	if err != nil {
		return fmt.Errorf("--online: %w", err)
	}
	w.resolver, w.checker.Registry = resolver, resolver
	switch {
	case w.CooldownDays == 0:
	case w.seen != nil:
		w.Cooldown = resolve.NewCooldown(resolver, w.CooldownDays, env.Time(), w.seen, w.cooldownExcept)
		w.checker.Registry = w.Cooldown
	default:
		w.notices = append(w.notices, "pin.cooldown-days has no effect here: only the GitHub Action stores when a tag was first seen")
	}
	return nil
}

// unanswered are the look-ups that failed: what they would have shown is not known.
func (w *Workspace) unanswered() []lint.Problem {
	if w.resolver == nil || w.options.Lenient {
		return nil
	}
	var problems []lint.Problem
	for _, line := range w.resolver.Failures() {
		problems = append(problems, lint.Problem{Message: "look-up failed: " + line})
	}
	return problems
}

// ShareLookUps lets the rules of another workspace ask through the look-ups of this one.
func (w *Workspace) ShareLookUps(other *Workspace) { other.checker.Registry = w.checker.Registry }

// GoOnlineAs lets the rules ask as those of another workspace, which is online: each question
// is asked once for both. What fails counts for those who asked.
func (w *Workspace) GoOnlineAs(other *Workspace) {
	if other.resolver != nil {
		w.resolver = other.resolver.Another()
		w.checker.Registry = w.resolver
	}
}

// Failures are the look-ups that failed, so that not finding something says nothing.
func (w *Workspace) Failures() []string {
	if w.resolver == nil {
		return nil
	}
	return w.resolver.Failures()
}

// LookUps counts the requests to registries, and what the bounds of the search for
// versions were needed for.
func (w *Workspace) LookUps() string {
	if w.resolver == nil {
		return "0"
	}
	searches := w.resolver.Searches()
	line := fmt.Sprintf("%d, tags tried for versions %d of %d", w.resolver.Requests(), searches.Tried, searches.Most)
	if searches.Cut > 0 {
		line += fmt.Sprintf(" (searches that stopped at a limit: %d)", searches.Cut)
	}
	return line
}

// offlineOnce puts one line in the place of those that say for each file that a
// rule needs the network.
func offlineOnce(skipped []lint.SkippedRule) []lint.SkippedRule {
	reason := lint.Offline{}.Settled("", "").Error()
	seen := map[string]bool{}
	var out []lint.SkippedRule
	for _, s := range skipped {
		if s.Reason == reason {
			if seen[s.Rule] {
				continue
			}
			seen[s.Rule] = true
			s.File, s.Reason = "", "needs --online"
		}
		out = append(out, s)
	}
	return out
}
