package compose

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeRestartUnlimited finds a service that is started again without end:
// "always", or "on-failure" without a number or with one above five.
//
// Off by default: most services are meant to come back whatever happens. Silent
// for "unless-stopped".
var ComposeRestartUnlimited = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-restart-unlimited",
		Title:    "A service that fails is started again without end",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-5.15", "kics:restart_policy_on_failure_not_set_to_5"),
	},
	Check: checkComposeRestartUnlimited,
}

func checkComposeRestartUnlimited(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		restart := s.Value("restart")
		if !restart.Exists() || !restart.Known || restart.Template.HasVariables() || seen[restart.Node] {
			continue
		}
		seen[restart.Node] = true
		policy, count, _ := strings.Cut(restart.Text, ":")
		if n, err := strconv.Atoi(count); policy != "always" && (policy != "on-failure" || err == nil && n >= 1 && n <= 5) {
			continue
		}
		edits, ok := p.Doc.File.Replace(restart.Node, "on-failure:5")
		p.Report(lint.Finding{
			Span:    restart.Span,
			Message: fmt.Sprintf("%q starts a service that cannot run again and again; write \"on-failure:5\"", shortText(restart.Text)),
			Fixes:   yamlFix("write on-failure:5", lint.Unsafe, edits, ok, "services.*.restart"),
		})
	}
}
