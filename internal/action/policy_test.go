package action_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// The input policy is read from its own repository at its commit, and a change may tighten
// it and not loosen it.
func TestActionPolicy(t *testing.T) {
	const commit = "3f5c9b1e0d2a4c6e8f0a1b2c3d4e5f6071829304"
	s := newStep(t, "pull_request")
	s.env["INPUT_ONLY-CHANGED"] = "false"
	s.env["INPUT_POLICY"] = "acme/policies@" + commit
	s.hub.Files[commit+":dockmend-policy.yaml"] = "presets: []\nrules: {latest-tag: error}\npolicy: {never-ignore: [latest-tag]}\n"
	// The base agreed to be silent long ago; the policy does not.
	loose := "presets: []\nrules: {latest-tag: off}\n"
	s.hub.Files[baseSHA+":.dockmend.yaml"] = loose
	s.write(".dockmend.yaml", loose)
	s.write("Dockerfile", "# dockmend ignore=latest-tag -- I say so\n"+twoFindings)
	var mu sync.Mutex
	read := []string{}
	s.hub.Watch(func(r *http.Request, _ []byte) {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(r.URL.Path, "/contents/dockmend-policy.yaml") {
			read = append(read, r.URL.Path+"?"+r.URL.RawQuery)
		}
	})
	got := s.run()
	got.want(t, 1, conclusionFailure, "2")
	for _, f := range got.report.Findings {
		if f.Rule != "latest-tag" {
			t.Errorf("%s, which the policy does not have", f.Rule)
		}
	}
	if !strings.Contains(got.log, "latest-tag: the policy has it on") {
		t.Errorf("the log does not say what is refused:\n%s", got.log)
	}
	if want := "/repos/acme/policies/contents/dockmend-policy.yaml?ref=" + commit; len(read) != 1 || read[0] != want {
		t.Errorf("it read %v, want %s", read, want)
	}

	// A file of the workspace is no policy, even where it has the name of one.
	s.write("dockmend-policy.yaml", "presets: []\n")
	s.run().want(t, 1, conclusionFailure, "2")

	s.env["INPUT_POLICY"] += ":other/policy.yaml"
	s.hub.Files[commit+":other/policy.yaml"] = "presets: []\n"
	s.run().want(t, 0, conclusionSuccess, "0")
}

// Without its policy the Action says nothing about the change, and fails.
func TestActionPolicyFails(t *testing.T) {
	const commit = "3f5c9b1e0d2a4c6e8f0a1b2c3d4e5f6071829304"
	s := newStep(t, "push")
	s.write("Dockerfile", twoFindings)
	s.write("policy.yaml", "presets: []\n")
	s.hub.Files[commit+":dockmend-policy.yaml"] = "rulez: {}\n"
	for _, value := range []string{
		"policy.yaml", "./policy.yaml", "acme/policies@main", "acme/policies@v1", "acme/policies", "acme/policies@" + commit[:12],
		"acme/policies@" + strings.Repeat("0", 40), "acme/policies@" + commit, "../policies@" + commit, "acme/policies@" + commit + ":none.yaml",
	} {
		s.env["INPUT_POLICY"] = value
		if got := s.run(); got.code != 2 || !strings.Contains(got.log, "::error title=dockmend::") || got.outputs["findings"] != "" {
			t.Errorf("policy=%s: exit %d, want 2, an annotation and no findings:\n%s", value, got.code, got.log)
		}
	}
}
