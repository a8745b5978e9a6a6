package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeAuthDisabled finds settings that switch the authentication of a
// database or queue off, as POSTGRES_HOST_AUTH_METHOD=trust,
// ALLOW_EMPTY_PASSWORD=yes, xpack.security.enabled=false, or redis-server
// --protected-mode no with a published port.
//
// Every program that reaches the port has the data. Set a password.
//
// It is info, and excused, in files for development, for a search engine that is to be
// one node (discovery.type=single-node), as in trials, and where no port is published on
// all addresses. Silent where a variable without a default decides.
//
// There is no fix: a user has to choose the password, and the clients of the service need
// it too.
var ComposeAuthDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-auth-disabled",
		Title:    "A service lets everybody in",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkComposeAuthDisabled,
}

func checkComposeAuthDisabled(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		report := func(at text.Span, what string) {
			p.Report(weigh(p, lint.Finding{
				Span:    at,
				Message: fmt.Sprintf("%q lets every program that reaches the port have the data; set a password", shortText(what)),
			}, p.Doc.IsDevelopment(p.Doc.Name) || isAlone(s) || !slices.ContainsFunc(s.PublishedPorts(), isOpenPort)))
		}
		for _, kv := range s.Env() {
			if kv.Value.Exists() && kv.Value.Known && opensAll(kv) && !s.ImageSays(images.Console) {
				report(kv.Span, kv.Key+"="+kv.Value.Text)
			}
		}
		if len(s.PublishedPorts()) == 0 || s.Database() != "redis" {
			continue
		}
		words := s.Command().Words
		for i, v := range words {
			if strings.Contains(v.Text, "--protected-mode no") || v.Text == "--protected-mode" && i+1 < len(words) && words[i+1].Text == "no" {
				report(v.Span, "--protected-mode no")
			}
		}
	}
}

func isAlone(s *facts.ComposeService) bool {
	kv, ok := s.Getenv("discovery.type")
	return ok && kv.Value.Text == "single-node"
}

// opensAll tells whether a variable switches a password off.
func opensAll(kv compose.KeyValue) bool {
	value := kv.Value
	switch kv.Key {
	case "POSTGRES_HOST_AUTH_METHOD":
		return value.Text == "trust"
	case "ALLOW_EMPTY_PASSWORD", "ALLOW_ANONYMOUS_LOGIN":
		return value.IsTrue()
	case "MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_PASSWORD":
		return value.Text != "" // any text counts
	case "xpack.security.enabled":
		return value.IsFalse()
	case "plugins.security.disabled", "DISABLE_SECURITY_PLUGIN":
		return value.IsTrue()
	case "NEO4J_AUTH":
		return value.Text == "none"
	}
	return false
}
