package cli

import (
	"context"
	"fmt"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/rules"
)

// goOnline lets rules ask registries, where that is asked for; else it notes
// which rules can do nothing.
func (s *session) goOnline(ctx context.Context, env *Env, flags *lintFlags) error {
	if !flags.online {
		for _, m := range rules.All().Metas() {
			if m.Needs&lint.NeedsRegistry != 0 && s.rules.Runs(m.ID) {
				s.skipped = append(s.skipped, lint.SkippedRule{Rule: m.ID, Reason: "needs --online"})
			}
		}
		return nil
	}
	token := ""
	if env.Getenv("GITHUB_ACTIONS") == "true" {
		// Elsewhere the variable has a person's token, for other things.
		token = env.Getenv("GITHUB_TOKEN")
	}
	resolver, err := resolve.New(ctx, resolve.Options{
		Named: flags.onlineRegistries, GitHubToken: token, Getenv: env.Getenv, Version: Version,
	})
	if err != nil {
		return fmt.Errorf("--online: %w", err)
	}
	s.resolver, s.checker.Registry = resolver, resolver
	if s.cooldownDays > 0 {
		s.notices = append(s.notices, "pin.cooldown-days is not kept: where no run remembers when a tag was first seen, nobody can tell how long it stands")
	}
	return nil
}

// unanswered are the look-ups that failed: what they would have shown is not known.
func (s *session) unanswered() []lint.Problem {
	if s.resolver == nil {
		return nil
	}
	var problems []lint.Problem
	for _, line := range s.resolver.Failures() {
		problems = append(problems, lint.Problem{Message: "look-up failed: " + line})
	}
	return problems
}

// lookUps counts the requests to registries.
func (s *session) lookUps() int {
	if s.resolver == nil {
		return 0
	}
	return s.resolver.Requests()
}
