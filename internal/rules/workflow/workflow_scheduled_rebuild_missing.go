package workflow

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowScheduledRebuildMissing finds workflows that publish an image and have
// no schedule, in a repository where no bot updates base images.
//
// An image that is built only when its own code changes keeps the holes of its
// base for as long as nobody commits. Build it each week too, or let Dependabot
// or Renovate propose new bases.
//
// Silent with Dependabot's ecosystem docker and with Renovate, and for workflows
// that others call. Rebuilds may be started elsewhere, so it is a part of the
// preset hardening only.
var WorkflowScheduledRebuildMissing = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-scheduled-rebuild-missing",
		Title:      "A published image is not rebuilt for fixes of its base",
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
	if len(builds) == 0 || p.Doc.HasTrigger("schedule") || p.Doc.HasTrigger("workflow_call") || !p.Files.Known() || updatesBases(p.Files) {
		return
	}
	p.Report(lint.Finding{
		Span:    builds[0].place,
		Message: "the image keeps the holes of its base until somebody commits; add a schedule, or let a bot update the base image",
	})
}

// updatesBases tells whether a bot of the repository proposes new base images.
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
