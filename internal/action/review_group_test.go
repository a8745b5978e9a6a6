package action_test

import (
	"strings"
	"testing"
)

// TestActionReviewOfAGroup: findings with one cause are one comment, which stays as long
// as one of them is there.
func TestActionReviewOfAGroup(t *testing.T) {
	const bad, good = "FROM debian:latest\nUSER 1000\nCMD [\"x\"]\n", "FROM debian:13\nUSER 1000\nCMD [\"x\"]\n"
	s := newStep(t, "pull_request")
	s.env["GITHUB_REF"] = "refs/pull/2/merge"
	s.hub.Head = headSHA
	services := []string{"api/Dockerfile", "cron/Dockerfile", "web/Dockerfile"}
	for _, name := range services {
		s.pull(name, "", bad)
	}
	got := s.run()
	got.want(t, 1, conclusionFailure, "3")
	threads := s.hub.Threads()
	if len(threads) != 1 || !strings.Contains(got.summary, "3 findings as review comments") {
		t.Fatalf("%d comments for one cause in three files, want one:\n%s", len(threads), got.summary)
	}
	for _, want := range []string{"```suggestion\nFROM debian:13\n```", "- `cron/Dockerfile`, line 1\n- `web/Dockerfile`, line 1\n"} {
		if !strings.Contains(threads[0].Comments[0].Body, want) {
			t.Errorf("the comment does not say %q:\n%s", want, threads[0].Comments[0].Body)
		}
	}
	for i, name := range services {
		s.pull(name, "", good)
		got = s.run()
		if threads = s.hub.Threads(); len(threads) != 1 || threads[0].Resolved != (i == len(services)-1) {
			t.Errorf("after %s: %d comments, resolved: %v\n%s", name, len(threads), threads[0].Resolved, got.log)
		}
	}
	if got.code != 0 {
		t.Errorf("exit code %d", got.code)
	}
}
