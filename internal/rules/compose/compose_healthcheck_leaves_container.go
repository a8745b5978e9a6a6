package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeHealthcheckLeavesContainer reports health checks that query an address whose host
// is a variable without a default, such as `http://$host_ip:9009/health`.
//
// # Why it matters
//
// If the variable is not set, the address is not valid and the container is never healthy.
// If it is set, the check goes to the host and back through the published port, so it fails
// behind a firewall and says nothing about the container when another program answers.
//
// # How to fix it
//
// Ask the container itself, on the port on which the program listens:
//
//	test: ["CMD", "curl", "-f", "http://localhost:80/health"]
//
// # Fix safety
//
// There is no automatic fix: the check does not say on which port the program listens.
//
// # Exceptions
//
// It does not report:
//
//   - variables with a default or `?`, and those that the container itself expands (`$$HOST`)
//   - variables whose name does not say that they hold a host or an address
var ComposeHealthcheckLeavesContainer = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-leaves-container",
		Title:    "Health check queries the host and not its container",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHealthcheckLeavesContainer,
}

func checkComposeHealthcheckLeavesContainer(p *facts.Pass[*facts.Compose]) {
	healthTests(p, func(s *facts.ComposeService, test compose.Command) {
		for _, w := range test.Words {
			name := hostVariable(w)
			if name == "" {
				continue
			}
			p.Report(lint.Finding{
				Span: w.Span,
				Message: fmt.Sprintf("the health check of %q queries the host in %q and not its own container, so it fails where the variable is not set; query localhost",
					shortText(s.Name), shortText(name)),
			})
			return
		}
	})
}

// hostVariable is the variable without a default that is the host of an address in a word;
// "" for none.
func hostVariable(w compose.Value) string {
	for i, part := range w.Template.Parts {
		v := part.Variable
		if v == nil || i == 0 || !strings.HasSuffix(w.Template.Parts[i-1].Literal, "://") {
			continue
		}
		words := strings.FieldsFunc(strings.ToLower(v.Name), func(r rune) bool { return r == '_' })
		namesHost := slices.ContainsFunc(words, func(word string) bool {
			return word == "host" || word == "ip" || word == "addr" || word == "address" || word == "domain"
		})
		if namesHost && v.Operator == "" {
			return v.Name
		}
	}
	return ""
}
