package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeCompletedServiceRestarts finds a service that others wait to be
// completed and that starts again whenever it ends: it is never completed for
// long, and does its work again and again.
//
// Give it restart "no", or "on-failure".
//
// Silent for these two, and for values with variables.
var ComposeCompletedServiceRestarts = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-completed-service-restarts",
		Title:    "A job starts again whenever it ends",
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
		if !restart.Known || restart.Text != "always" && restart.Text != "unless-stopped" || seen[restart.Span] {
			continue
		}
		seen[restart.Span] = true
		f := lint.Finding{
			Span:    restart.Span,
			Message: fmt.Sprintf("%q waits until %q has done its work, and %q starts it again each time; write restart: \"no\"", shortText(e.From.Name), shortText(e.To), restart.Text),
			Related: []lint.Related{{Span: e.Span, Message: "it is waited for here"}},
		}
		if e.Target.Owns(e.Target.Entry("restart")) && !restart.Template.HasVariables() {
			edits, ok := p.Doc.File.Replace(restart.Node, "no")
			f.Fixes = yamlFix("write \"no\"", lint.Unsafe, edits, ok, "services.*.restart")
		}
		p.Report(f)
	}
}
