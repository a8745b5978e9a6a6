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

// ComposeAuthDisabled reports settings that disable the authentication of a database,
// a queue or a search engine, such as `POSTGRES_HOST_AUTH_METHOD=trust`,
// `ALLOW_EMPTY_PASSWORD=yes`, `xpack.security.enabled=false` and `NEO4J_AUTH=none`. It
// also reports `redis-server --protected-mode no` in a service that publishes a port, and
// Jupyter with an empty token. Web consoles that show a database or a queue without a login
// count as well: mongo-express and Kafka UI by default, pgAdmin with `SERVER_MODE=False`, and
// phpMyAdmin with `PMA_PASSWORD`.
//
// Findings have severity info and the variant `excused`:
//
//   - where the service publishes no port on all addresses of the host
//   - for such web consoles, and for a search engine that runs as a single node
//     (`discovery.type=single-node`), in a file in which no service restarts after a
//     failure, as in trials
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the setting gives the reason
//
// # Why it matters
//
// Every program that can reach the port can read, change and delete the data. A port
// that is published on all addresses can be reached from other machines.
//
// # How to fix it
//
// Remove the setting, and set a password that comes from a variable or a secret:
//
//	POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}
//
// # Fix safety
//
// There is no automatic fix: you must choose the password, and the clients of the service need
// it too.
//
// # Exceptions
//
// It does not report:
//
//   - values from a variable without a default
//   - consoles such as Kibana, where the setting concerns the connection to another
//     service
var ComposeAuthDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-auth-disabled",
		Title:    "Database or queue accepts connections without authentication",
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
	isDevelopment, inUse := p.Doc.IsDevelopment(p.Doc.Name), isFileInUse(p)
	for _, s := range p.Doc.All() {
		isOpen := slices.ContainsFunc(s.PublishedPorts(), isOpenPort)
		report := func(at text.Span, claim string, isTrial bool) {
			p.Report(weigh(p, lint.Finding{
				Span:    at,
				Message: claim + ", so anyone who can reach the port can read and change the data; require a password",
			}, isDevelopment || isTrial || !isOpen))
		}
		for _, kv := range s.Env() {
			if kv.Value.Exists() && kv.Value.Known && opensAll(kv) && !s.ImageSays(images.Console) {
				claim := fmt.Sprintf("%q disables authentication", shortText(kv.Key+"="+kv.Value.Text))
				if secret, _ := namesSecret(kv.Key, kv.Value.Text); secret {
					claim = fmt.Sprintf("%q logs every visitor in", shortText(kv.Key))
				}
				report(kv.Span, claim, isAlone(s) && !inUse)
			}
		}
		if port, ok := openConsole(s); ok {
			report(port.Span, fmt.Sprintf("%q has no login", shortText(s.Name)), !inUse)
		}
		if len(s.PublishedPorts()) == 0 {
			continue
		}
		words := s.Command().Words
		for i, v := range words {
			switch {
			case hasEmptyToken(v.Text):
				report(v.Span, "the empty token disables the login of Jupyter", false)
			case s.Database() == "redis" && isUnprotected(words[i:]):
				report(v.Span, "\"--protected-mode no\" disables authentication", false)
			}
		}
	}
}

// isUnprotected reports whether words begin with the option that switches the protected
// mode of Redis off.
func isUnprotected(words []compose.Value) bool {
	if strings.Contains(words[0].Text, "--protected-mode no") {
		return true
	}
	return words[0].Text == "--protected-mode" && len(words) > 1 && words[1].Text == "no"
}

// openConsole is the first port of a service that shows data to anyone who can reach it,
// as it comes and without a variable that sets a login.
func openConsole(s *facts.ComposeService) (compose.Port, bool) {
	settings, ok := s.ImageTrait(images.OpenConsole)
	if !ok || s.Has("env_file") || s.Has("extends") {
		return compose.Port{}, false
	}
	setsLogin := slices.ContainsFunc(s.Env(), func(kv compose.KeyValue) bool {
		return slices.ContainsFunc(strings.Fields(settings), func(begin string) bool { return strings.HasPrefix(kv.Key, begin) })
	})
	ports := s.PublishedPorts()
	at := slices.IndexFunc(ports, isOpenPort)
	if setsLogin || at < 0 {
		return compose.Port{}, false
	}
	return ports[at], true
}

// hasEmptyToken reports whether a word, or the words of a script in one, switch the token
// of Jupyter off.
func hasEmptyToken(word string) bool {
	return slices.ContainsFunc(strings.Fields(word), func(option string) bool {
		name, value, ok := strings.Cut(option, "=")
		isToken := name == "--NotebookApp.token" || name == "--ServerApp.token" || name == "--IdentityProvider.token"
		return ok && isToken && strings.Trim(value, "'\"") == ""
	})
}

func isAlone(s *facts.ComposeService) bool {
	kv, ok := s.Getenv("discovery.type")
	return ok && kv.Value.Text == "single-node"
}
