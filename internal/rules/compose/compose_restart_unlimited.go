package compose

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeRestartUnlimited reports services with `restart: always`, or with `restart:
// on-failure` without a number or with a number above five.
//
// # Why it matters
//
// A service that cannot start is restarted without end. It uses CPU time and fills the
// logs, and nothing shows that it never works.
//
// The rule is off by default, because most services should come back whatever happens.
//
// # How to fix it
//
// Limit the number of attempts:
//
//	restart: on-failure:5
//
// # Exceptions
//
// It does not report `unless-stopped`, or values that contain a variable.
var ComposeRestartUnlimited = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-restart-unlimited",
		Title:    "Service that fails restarts without a limit",
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
		if n, err := strconv.Atoi(count); policy != "always" && (policy != "on-failure" || (err == nil && n >= 1 && n <= 5)) {
			continue
		}
		edits, ok := p.Doc.File.Replace(restart.Node, "on-failure:5")
		p.Report(lint.Finding{
			Span:    restart.Span,
			Message: fmt.Sprintf("with %q, Docker restarts a failing service again and again; write \"on-failure:5\"", shortText(restart.Text)),
			Fixes:   yamlFix("write on-failure:5", lint.Unsafe, edits, ok, "services.*.restart"),
		})
	}
}
