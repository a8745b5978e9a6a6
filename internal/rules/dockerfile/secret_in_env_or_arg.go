package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SecretInEnvOrArg reports `ENV` and `ARG` instructions whose name or value is that of a
// secret, and an `ARG` that a `RUN` uses as a password or token.
//
// # Why it matters
//
// Anyone who can pull the image can read `ENV` in its configuration with `docker inspect`,
// and the values of build arguments with `docker history`. The build's provenance can
// record build arguments too. Removing the variable in a later layer does not help: the
// secret must be replaced.
//
// A literal value that looks random is an error. A value that may only be a default, such
// as a short word, is a warning.
//
// # How to fix it
//
// Give the secret to the build step that needs it as a mount, and to the program when the
// container starts:
//
//	RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
//
// # Fix safety
//
// There is no automatic fix: the command that builds the image or starts the container must pass the
// secret in another way.
//
// # Exceptions
//
// It does not report:
//
//   - names that also contain a word such as file, path, url or public
//   - values that are empty, booleans, numbers, paths or addresses without a password
//   - placeholders
//   - names such as `VITE_API_KEY`, whose values are sent to browsers
//   - a value from outside in a stage that is not part of the image, unless a `RUN` uses
//     the `ARG` as a password or token, which has severity info
//
// A name is that of a secret if it begins or ends with a word such as password, secret,
// token or API key. With the preset `hadolint`, it is enough that the name contains such a
// word.
var SecretInEnvOrArg = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "secret-in-env-or-arg",
		Title:      "Secret in ENV or ARG can be read from the image",
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

func checkSecretInEnvOrArg(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Inner != nil {
			in = in.Inner
		}
		if in.Err != nil || (in.Keyword != "env" && in.Keyword != "arg") {
			continue
		}
		for _, pair := range in.Pairs {
			if p.Hadolint {
				if containsSecretWord(pair.Key) {
					reportSecret(p, in, pair, lint.Warning)
				}
				continue
			}
			severity, ok := judgeSecret(p.Doc, in, pair)
			switch {
			case ok:
				reportSecret(p, in, pair, severity)
			case holdsPassword(p.Doc, in, pair):
				p.Report(lint.Finding{
					Span: pair.Span, Variant: in.Keyword,
					Message: fmt.Sprintf("the address in %s contains a password that anyone with the image can read; pass it when the container starts, or to one build step with RUN --mount=type=secret", short(strings.Trim(pair.Key, `"'`))),
				})
			case in.Keyword == "arg" && !pair.HasValue:
				reportSecretByUse(p, in, pair)
			}
		}
	}
}

func reportSecret(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, pair dockerfile.Pair, severity lint.Severity) {
	f := lint.Finding{Span: pair.Span, Variant: in.Keyword, Severity: severity}
	if s := p.Doc.StageOf(in); s != nil && !s.InFinalImage() {
		f.Message = fmt.Sprintf("%s %s is a secret that anyone who has this file can read; pass it with RUN --mount=type=secret", strings.ToUpper(in.Keyword), short(strings.Trim(pair.Key, `"'`)))
	} else if in.Keyword == "env" {
		f.Message = fmt.Sprintf("ENV %s can be read in the configuration of the image; pass the secret when the container starts, or to one build step with RUN --mount=type=secret", short(strings.Trim(pair.Key, `"'`)))
	} else {
		f.Message = fmt.Sprintf("ARG %s can be read in the history of the image; pass the secret with RUN --mount=type=secret", short(strings.Trim(pair.Key, `"'`)))
	}
	p.Report(f)
}

// judgeSecret returns the severity of a pair; ok is false if it is not a secret.
func judgeSecret(d *facts.Dockerfile, in *dockerfile.Instruction, pair dockerfile.Pair) (severity lint.Severity, ok bool) {
	words := facts.SecretNameWords(pair.Key)
	if len(words) == 0 {
		return 0, false
	}
	value, known := d.Expand(in, pair.Value)
	random := known && facts.NamesKey(words) && facts.LooksRandom(value)
	if !facts.NamesSecret(words) && !random {
		return 0, false
	}
	if !pair.HasValue || !known {
		// The value comes from outside, when the image is built.
		s := d.StageOf(in)
		return lint.Warning, s != nil && s.InFinalImage()
	}
	if facts.IsNoSecret(value) {
		return 0, value == "" && in.Keyword == "arg" && inFinalImage(d, in)
	}
	if !facts.IsProvenSecret(value) {
		return lint.Warning, true // perhaps only a default that users change
	}
	return lint.Error, true
}

// holdsPassword reports whether the value of a pair is an address with a literal password
// that becomes part of the image. A default password, such as the user's name, does not count.
func holdsPassword(d *facts.Dockerfile, in *dockerfile.Instruction, pair dockerfile.Pair) bool {
	value, known := d.Expand(in, pair.Value)
	password, ok := facts.URLPassword(value)
	if !known || !ok || !facts.IsLiteralSecret(password) || facts.IsNoSecret(password) {
		return false
	}
	if !inFinalImage(d, in) {
		return false
	}
	_, address, _ := strings.Cut(value, "://")
	user, _, _ := strings.Cut(address, ":")
	_, host, _ := strings.Cut(address, "@")
	switch strings.ToLower(password) {
	case strings.ToLower(user), "postgres", "root", "guest", "admin", "user", "test", "pass", "secret", "mysql", "build":
		return false
	}
	return !strings.HasPrefix(host, "localhost") && !strings.HasPrefix(host, "127.0.0.1")
}

// reportSecretByUse reports an ARG without a default that a RUN of its stage uses as a
// password or token.
func reportSecretByUse(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, pair dockerfile.Pair) {
	run, s := p.Doc.UsedAsSecret(pair.Key), p.Doc.StageOf(in)
	if run == nil || s == nil {
		return
	}
	f := lint.Finding{
		Span: pair.Span, Variant: "arg",
		Message: fmt.Sprintf("ARG %s is used as a password or token and can be read in the history, the build cache and the provenance; pass the secret with RUN --mount=type=secret", short(pair.Key)),
		Related: []lint.Related{{Span: run.Head, Message: "the value is used as a secret here"}},
	}
	if !s.InFinalImage() {
		f.Severity = lint.Info
	}
	p.Report(f)
}

// containsSecretWord reports whether hadolint takes the name for that of a secret.
func containsSecretWord(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"access_key", "api_key", "client_key", "password", "private", "secret", "token", "username"}, func(w string) bool {
		return strings.Contains(name, w)
	})
}
