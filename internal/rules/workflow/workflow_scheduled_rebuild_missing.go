package workflow

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowScheduledRebuildMissing reports workflows that publish an image and have no
// schedule, in a repository without a bot that updates base images.
//
// # Why it matters
//
// An image that is built only for new commits keeps the vulnerabilities of its base image
// until the next commit.
//
// The rule is off by default, because something else may start the rebuilds. The preset
// `hardening` turns it on.
//
// # How to fix it
//
// Build the image each week, or let Dependabot or Renovate update the base image:
//
//	on:
//	  schedule:
//	    - cron: "0 4 * * 1"
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether a schedule or a bot is wanted.
//
// # Exceptions
//
// It does not report:
//
//   - repositories with Dependabot's ecosystem docker, or with Renovate
//   - workflows that other workflows call
var WorkflowScheduledRebuildMissing = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-scheduled-rebuild-missing",
		Title:      "Published image is not rebuilt for updates of its base image",
		Category:   lint.Security,
		Severity:   lint.Info,
		Confidence: lint.Medium,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native", "hardening"},
		Needs:      lint.NeedsContext,
		Aliases:    lint.Names("CIS-4.4", "CIS-DI-0004", "docs:rebuild-often"),
	},
	Check: checkWorkflowScheduledRebuildMissing,
}

func checkWorkflowScheduledRebuildMissing(p *facts.Pass[*facts.Workflow]) {
	builds := publishes(p.Doc)
	if len(builds) == 0 || p.Doc.HasTrigger("schedule") || p.Doc.HasTrigger("workflow_call") || !p.Files.Known() {
		return
	}
	if updatesBases(p.Files) {
		return
	}
	p.Report(lint.Finding{
		Span:    builds[0].place,
		Message: "the image keeps the vulnerabilities of its base image until the next commit; add a schedule, or let a bot update the base image",
	})
}

// updatesBases reports whether a bot of the repository proposes new base images.
// The folder of the workflows is two below the root.
func updatesBases(files lint.Context) bool {
	github, err := files.In("..", "")
	if err == nil {
		for _, name := range []string{"dependabot.yml", "dependabot.yaml"} {
			if src, err := github.ReadFile(name); err == nil && bytes.Contains(src, []byte("docker")) {
				return true
			}
		}
	}
	for _, place := range []struct {
		folder string
		names  []string
	}{
		{"..", []string{"renovate.json", "renovate.json5"}},
		{"../..", []string{"renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json"}},
	} {
		folder, err := files.In(place.folder, "")
		if err != nil {
			continue
		}
		for _, name := range place.names {
			if _, ok := folder.Exists(name); ok {
				return true
			}
		}
	}
	return false
}
