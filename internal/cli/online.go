package cli

import (
	"context"
	"fmt"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/resolve"
)

// goOnline lets rules ask registries, where that is asked for.
func (s *session) goOnline(ctx context.Context, env *Env, flags *lintFlags) error {
	if !flags.online {
		return nil
	}
	token := flags.registryToken
	if token == "" && env.Getenv("GITHUB_ACTIONS") == "true" {
		// Elsewhere the variable has a person's token, for other things.
		token = env.Getenv("GITHUB_TOKEN")
	}
	resolver, err := resolve.New(ctx, resolve.Options{
		Allowed: flags.onlyRegistries, Named: flags.onlineRegistries, GitHubToken: token, Getenv: env.Getenv, Version: Version,
	})
	if err != nil {
		return fmt.Errorf("--online: %w", err)
	}
	s.resolver, s.checker.Registry, s.lenient = resolver, resolver, flags.lenient
	switch {
	case s.cooldownDays == 0:
	case flags.seen != nil:
		s.cooldown = resolve.NewCooldown(resolver, s.cooldownDays, env.now(), flags.seen, s.cooldownExcept)
		s.checker.Registry = s.cooldown
	default:
		s.notices = append(s.notices, "pin.cooldown-days is not kept: where no run remembers when a tag was first seen, nobody can tell how long it stands")
	}
	return nil
}

// unanswered are the look-ups that failed: what they would have shown is not known.
func (s *session) unanswered() []lint.Problem {
	if s.resolver == nil || s.lenient {
		return nil
	}
	var problems []lint.Problem
	for _, line := range s.resolver.Failures() {
		problems = append(problems, lint.Problem{Message: "look-up failed: " + line})
	}
	return problems
}

// unsure tells that a look-up failed, so that not finding something says nothing.
func (s *session) unsure() bool { return s.resolver != nil && len(s.resolver.Failures()) > 0 }

// lookUps counts the requests to registries, and what the bounds of the search for
// versions were needed for.
func (s *session) lookUps() string {
	if s.resolver == nil {
		return "0"
	}
	searches := s.resolver.Searches()
	line := fmt.Sprintf("%d, tags tried for versions %d of %d", s.resolver.Requests(), searches.Tried, searches.Most)
	if searches.Cut > 0 {
		line += fmt.Sprintf(" (searches that ended at a bound: %d)", searches.Cut)
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
