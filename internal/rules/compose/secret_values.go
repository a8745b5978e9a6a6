package compose

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// secretKind says what a value is as a secret.
type secretKind uint8

const (
	// noSecret: nothing, a path, a switch.
	noSecret secretKind = iota
	// placeholder: somebody is meant to put the secret there.
	placeholder
	// literal: the secret itself.
	literal
)

// namesSecret reports whether a variable's name says that its value is a secret,
// and whether it says so of a password.
func namesSecret(name, value string) (secret, password bool) {
	words := facts.SecretNameWords(name)
	if len(words) == 0 {
		return false, false
	}
	last := words[len(words)-1]
	if last == "key" && slices.Contains(words, "access") && !slices.Contains(words, "secret") {
		return false, false // the name of a user, next to which the secret key is set
	}
	if last == "credentials" && strings.HasSuffix(value, "creds") {
		return false, false // the name of a file, as Kafka's images want it
	}
	password = slices.Contains([]string{"pass", "password", "passwd", "pword", "passphrase"}, last)
	return password || facts.NamesSecret(words) || (facts.NamesKey(words) && facts.LooksRandom(value)), password
}

// kindOfSecret judges a value; of a password digits are one too.
func kindOfSecret(value string, password bool) secretKind {
	// In a list, quotes are a part of the value.
	lower := strings.ToLower(strings.Trim(value, " \t\"'"))
	if isSampleSecret(lower) {
		return literal
	}
	for _, part := range []string{"changeme", "change-me", "change_me", "changethis", "change this", "placeholder", "replace", "your", "<", "xxx", "todo", "insert", "dummy", "fake", "example"} {
		if strings.Contains(lower, part) {
			return placeholder
		}
	}
	const shortest = 4 // fewer digits are a switch or a count
	if password && len(lower) >= shortest && strings.Trim(lower, "0123456789") == "" {
		return literal
	}
	if facts.IsNoSecret(lower) {
		return noSecret
	}
	return literal
}

// weighSecret excuses a finding about a secret that somebody is meant to put in,
// and one in a file for development; ok is false where it does no harm: the
// well-known ones of a database in a file for development. minor excuses it too.
func weighSecret(p *facts.Pass[*facts.Compose], f lint.Finding, value string, password, minor bool) (weighed lint.Finding, ok bool) {
	kind := kindOfSecret(value, password)
	development := p.Doc.IsDevelopment(p.Doc.Name)
	_, shown := p.Doc.Purposes(p.Project).Excuse(facts.ClaimExposure)
	switch {
	case kind == noSecret || (development && (kind == placeholder || isWellKnownSecret(value))):
		return f, false
	case kind == placeholder || development || shown || minor:
		return facts.Excuse(f), true
	}
	return f, true
}

// isForTrial reports whether a secret is a word that somebody made up for a service which
// is not run for others.
func isForTrial(p *facts.Pass[*facts.Compose], s *facts.ComposeService, value string) bool {
	return !facts.LooksRandom(value) && !isInUse(p, s)
}

// internalWords are what isInternal asks of a service, worked out once.
type internalWords struct {
	service *facts.ComposeService
	open    bool
	// values are those of the variables that hold no secret, in lower case.
	values map[string]bool
}

func internalWordsOf(s *facts.ComposeService) internalWords {
	w := internalWords{service: s, open: slices.ContainsFunc(s.PublishedPorts(), isOpenPort), values: map[string]bool{}}
	for _, kv := range s.Env() {
		if secret, _ := namesSecret(kv.Key, kv.Value.Text); !secret {
			w.values[strings.ToLower(kv.Value.Text)] = true
		}
	}
	return w
}

// isInternal reports whether a password is a word for a start, as that of a
// database that only the file's own services reach.
func (w internalWords) isInternal(value string) bool {
	word := strings.ToLower(value)
	return !w.open && (isWellKnownSecret(value) || word == strings.ToLower(w.service.Name) || w.values[word])
}

// takesSecrets reports whether a service gets a secret from outside of the file.
func takesSecrets(s *facts.ComposeService) bool {
	return slices.ContainsFunc(s.Env(), func(kv compose.KeyValue) bool {
		secret, _ := namesSecret(kv.Key, kv.Value.Text)
		return secret && kv.Value.Template.HasVariables()
	})
}

// isOwnDefault reports whether a value is the default of a variable, in a service
// that publishes no port.
func isOwnDefault(s *facts.ComposeService, v compose.Value) bool {
	return v.Template.HasVariables() && len(s.PublishedPorts()) == 0
}

// isWellKnownSecret reports whether a value is one that images come with, or that
// their manuals show.
func isWellKnownSecret(value string) bool {
	return isSampleSecret(value) || slices.Contains([]string{
		"postgres", "root", "password", "pass", "secret", "guest", "admin", "mysql", "mariadb", "mongo", "minioadmin", "minio123", "minio", "test", "dev", "develop",
		"development", "user", "app", "1234", "12345", "123456", "passw0rd", "rabbitmq", "elastic", "redis", "local", "django", "rootpassword", "devpassword", "testpassword",
	}, strings.ToLower(value))
}

// securityIsOff reports whether a service switches off what its passwords guard.
func securityIsOff(s *facts.ComposeService) bool {
	return slices.ContainsFunc(s.Env(), func(kv compose.KeyValue) bool {
		value := strings.ToLower(kv.Value.Text)
		switch strings.ToLower(strings.NewReplacer("_", ".", "-", ".").Replace(kv.Key)) {
		case "plugins.security.disabled", "disable.security.plugin", "disable.security":
			return value == "true"
		case "xpack.security.enabled", "security.enabled":
			return value == "false"
		}
		return false
	})
}

// isSampleSecret reports whether a value that looks like a placeholder is the password of
// a manual's sample, which works as it stands: those of the images of mongo and of SQL
// Server.
func isSampleSecret(value string) bool {
	lower := strings.ToLower(value)
	return lower == "example" || (strings.HasPrefix(lower, "yourstrong") && strings.ContainsAny(lower, "0123456789!@#")) || lower == "your_password123"
}
