package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeCompletedServiceRestarts reports services with `restart: always` or `restart:
// unless-stopped` that another service waits for with
// `service_completed_successfully`.
//
// # Why it matters
//
// Docker starts the service again whenever it ends. The work of the job, such as a
// migration, is repeated again and again while the other services run.
//
// # How to fix it
//
// Let the job run once, or restart it only when it fails:
//
//	restart: on-failure
//
// # Exceptions
//
// It does not report other restart policies, or values from a variable without a
// default.
var ComposeCompletedServiceRestarts = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-completed-service-restarts",
		Title:    "Job restarts after it has completed",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeCompletedServiceRestarts,
}

func checkComposeCompletedServiceRestarts(p *facts.Pass[*facts.Compose]) {
	seen := map[text.Span]bool{}
	for _, e := range p.Doc.Edges() {
		if e.Target == nil || e.Condition != "service_completed_successfully" {
			continue
		}
		restart := e.Target.Value("restart")
		if !restart.Known || (restart.Text != "always" && restart.Text != "unless-stopped") || seen[restart.Span] {
			continue
		}
		seen[restart.Span] = true
		f := lint.Finding{
			Span:    restart.Span,
			Message: fmt.Sprintf("%q waits until %q completes, but restart policy %[3]q starts %[2]q again each time it exits, so its work is repeated; write restart: \"no\"", shortText(e.From.Name), shortText(e.To), restart.Text),
			Related: []lint.Related{{Span: e.Span, Message: "the dependency that waits for it"}},
		}
		if e.Target.Owns(e.Target.Entry("restart")) && !restart.Template.HasVariables() {
			edits, ok := p.Doc.File.Replace(restart.Node, "no")
			f.Fixes = yamlFix("set restart to \"no\"", lint.Unsafe, edits, ok, "services.*.restart")
		}
		p.Report(f)
	}
}
