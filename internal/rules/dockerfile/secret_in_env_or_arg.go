package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SecretInEnvOrArg finds secrets that pass through ENV or ARG.
//
// Both stay readable: ENV in the image's configuration, ARG in its history and
// in the build's provenance. Give a secret to the step that needs it with
// "RUN --mount=type=secret", and to the program when it starts.
//
// A name counts that begins or ends with a word such as password, secret, token
// or API key. Silent for names that also say file, path, url, public and the like,
// for values that are empty, booleans, numbers, paths or addresses, for
// placeholders, and for an ARG without a default that a stage outside of the
// image declares. A literal value is an error.
//
// With the preset "hadolint", a name counts that contains such a word.
var SecretInEnvOrArg = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "secret-in-env-or-arg",
		Title:      "A secret in ENV or ARG can be read from the image",
		Category:   lint.Security,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native", "hardening"},
		Variants:   []string{"env", "arg"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3064", Severity: lint.Warning}},
			lint.Names("CIS-4.10", "CIS-DI-0010", "DF013", "DF014", "DS031", "OWASP-R12", "SecretsUsedInArgOrEnv",
				"kics:env_instruction_has_secret", "kics:secrets_env", "semgrep:secret-in-build-arg",
				"tally/ruby/prefer-secret-mounts-for-build-credentials", "tally/ruby/secrets-in-arg-or-env")...,
		),
	},
	Check: checkSecretInEnvOrArg,
}

// secretWords mark a secret at the beginning or end of a name, among its words.
var secretWords = []string{"password", "passwd", "pword", "passphrase", "secret", "secrets", "token", "apikey", "credential", "credentials"}

// plainWords say that a name holds something about a secret and not the secret.
var plainWords = []string{
	"public", "pub", "file", "files", "path", "dir", "directory", "version", "name", "names", "id", "ids", "url", "uri", "host", "port", "ttl",
	"length", "len", "size", "expiry", "expires", "expiration", "lifetime", "timeout", "type", "algorithm", "alg", "header", "prefix", "suffix",
	"server", "endpoint", "enabled", "disable", "disabled", "required", "allow", "use", "enable", "max", "min", "count", "limit", "rotation",
	"fingerprint", "keyserver", "location", "store", "keystore", "provider", "issuer", "gpg", "primary", "foreign", "cache", "sort", "partition",
	"object", "dummy", "fake", "test", "tests", "format", "policy", "manager", "backend",
}

func checkSecretInEnvOrArg(p *lint.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Inner != nil {
			in = in.Inner
		}
		if in.Err != nil || in.Keyword != "env" && in.Keyword != "arg" {
			continue
		}
		for _, pair := range in.Pairs {
			if p.Hadolint {
				if containsSecretWord(pair.Key) {
					reportSecret(p, in, pair, lint.Warning)
				}
				continue
			}
			if severity, ok := judgeSecret(p.Doc, in, pair); ok {
				reportSecret(p, in, pair, severity)
			}
		}
	}
}

func reportSecret(p *lint.Pass[*facts.Dockerfile], in *dockerfile.Instruction, pair dockerfile.Pair, severity lint.Severity) {
	f := lint.Finding{Span: pair.Span, Variant: in.Keyword, Severity: severity}
	if in.Keyword == "env" {
		f.Message = fmt.Sprintf("ENV %s stays readable in the image's configuration; pass the secret when the container starts, or to one step with RUN --mount=type=secret", short(strings.Trim(pair.Key, `"'`)))
	} else {
		f.Message = fmt.Sprintf("ARG %s stays readable in the image's history; pass the secret with RUN --mount=type=secret", short(strings.Trim(pair.Key, `"'`)))
	}
	p.Report(f)
}

// judgeSecret says how bad a pair is; ok is false for one that is no secret.
func judgeSecret(d *facts.Dockerfile, in *dockerfile.Instruction, pair dockerfile.Pair) (severity lint.Severity, ok bool) {
	words := nameWords(pair.Key)
	if len(words) == 0 {
		return 0, false
	}
	value, known := d.Expand(in, pair.Value)
	random := known && isKeyName(words) && looksRandom(value)
	if !isSecretName(words) && !random {
		return 0, false
	}
	if !pair.HasValue || !known {
		// The value comes from outside, when the image is built.
		s := d.StageOf(in)
		if in.Keyword == "arg" && (s == nil || !s.InFinalImage()) {
			return 0, false
		}
		return lint.Warning, true
	}
	if isHarmless(value) {
		return 0, value == "" && in.Keyword == "arg" && inFinalImage(d, in)
	}
	return lint.Error, true
}

func inFinalImage(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s != nil && s.InFinalImage()
}

// keyWords stand before "key" in the names of secrets.
var keyWords = []string{
	"access", "account", "admin", "api", "app", "auth", "aws", "client", "consumer", "deploy", "encryption", "jwt", "license", "master",
	"private", "secret", "service", "session", "signing", "ssh", "storage",
}

// isSecretName tells whether a name alone says that its value is a secret.
func isSecretName(words []string) bool {
	first, last := words[0], words[len(words)-1]
	switch {
	case last == "key":
		return len(words) > 1 && slices.Contains(keyWords, words[len(words)-2])
	case slices.Contains(secretWords, last):
		return true
	}
	return first != "token" && slices.Contains(secretWords, first)
}

// isKeyName tells whether a name ends in the word key, which says little.
func isKeyName(words []string) bool {
	return len(words) > 1 && words[len(words)-1] == "key"
}

// nameWords are the words of a name in lower case; none for a name that says
// something about a secret.
func nameWords(name string) []string {
	name = strings.ToLower(name)
	if !slices.ContainsFunc([]string{"key", "pass", "pword", "secret", "token", "credential"}, func(w string) bool { return strings.Contains(name, w) }) {
		return nil
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("_-.\"'", r) })
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(plainWords, w) }) {
		return nil
	}
	return words
}

// looksRandom tells whether a value is long and mixes letters and digits, as
// generated ones do.
func looksRandom(value string) bool {
	const shortest = 16
	return len(value) >= shortest && strings.ContainsAny(value, "0123456789") && !strings.ContainsAny(value, " /:$") &&
		strings.ContainsFunc(value, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
}

// isHarmless tells whether a value cannot be a secret.
func isHarmless(value string) bool {
	lower := strings.ToLower(strings.TrimSpace(value))
	switch lower {
	case "", "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "x", "xxx", "*", "-":
		return true
	}
	if strings.Trim(lower, "0123456789.") == "" || strings.HasPrefix(lower, "/") || strings.HasPrefix(lower, "./") || strings.Contains(lower, "://") && !strings.Contains(lower, "@") {
		return true
	}
	if isFingerprint(lower) {
		return true
	}
	for _, part := range []string{"dummy", "placeholder", "fake", "example", "replace", "your", "notset", "not-set", "not_set", "undefined", "<", "build-time", "buildtime", "build_time", "unused", "not-used", "not_used", "precompil"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// isFingerprint tells whether a value is that of an OpenPGP key: 40 digits.
func isFingerprint(s string) bool {
	s = strings.TrimPrefix(strings.ReplaceAll(s, " ", ""), "0x")
	return (len(s) == 40 || len(s) == 16) && strings.Trim(s, "0123456789abcdef") == ""
}

// containsSecretWord is hadolint's way to look at names.
func containsSecretWord(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"access_key", "api_key", "client_key", "password", "private", "secret", "token", "username"}, func(w string) bool {
		return strings.Contains(name, w)
	})
}
