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
// image declares. A literal value that looks random is an error.
//
// Whatever its name, an ARG counts that a RUN uses as a password or token: in the user of
// an address, or in a flag or header that is there for them (an info outside of the image,
// where it stays in the cache and the provenance); and so does an address with a user and a
// password.
//
// With the preset "hadolint", a name counts that contains such a word.
//
// There is no fix: whoever builds the image or starts the container has to pass the
// secret in another way.
var SecretInEnvOrArg = facts.Rule[*facts.Dockerfile]{
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

func checkSecretInEnvOrArg(p *facts.Pass[*facts.Dockerfile]) {
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
			severity, ok := judgeSecret(p.Doc, in, pair)
			switch {
			case ok:
				reportSecret(p, in, pair, severity)
			case holdsPassword(p.Doc, in, pair):
				p.Report(lint.Finding{
					Span: pair.Span, Variant: in.Keyword,
					Message: fmt.Sprintf("the address in %s holds a password, which stays readable in the image; pass it when the container starts, or to one step with RUN --mount=type=secret", short(strings.Trim(pair.Key, `"'`))),
				})
			case in.Keyword == "arg" && !pair.HasValue:
				reportSecretByUse(p, in, pair)
			}
		}
	}
}

func reportSecret(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, pair dockerfile.Pair, severity lint.Severity) {
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
		if in.Keyword == "arg" && (s == nil || !s.InFinalImage()) {
			return 0, false
		}
		return lint.Warning, true
	}
	if facts.IsNoSecret(value) {
		return 0, value == "" && in.Keyword == "arg" && inFinalImage(d, in)
	}
	if !facts.IsProvenSecret(value) {
		return lint.Warning, true // a word for a start, maybe
	}
	return lint.Error, true
}

// holdsPassword reports whether the value of a pair is an address with a password that is
// written out and ends in the image; a word for a start, such as the name of the user, is
// none.
func holdsPassword(d *facts.Dockerfile, in *dockerfile.Instruction, pair dockerfile.Pair) bool {
	value, known := d.Expand(in, pair.Value)
	password, ok := facts.URLPassword(value)
	if !known || !ok || !facts.IsLiteralSecret(password) || facts.IsNoSecret(password) || !inFinalImage(d, in) {
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
		Message: fmt.Sprintf("ARG %s is used as a password or token and stays readable in the history, the build cache and the provenance; pass the secret with RUN --mount=type=secret", short(pair.Key)),
		Related: []lint.Related{{Span: run.Head, Message: "it is used here"}},
	}
	if !s.InFinalImage() {
		f.Severity = lint.Info
	}
	p.Report(f)
}

func inFinalImage(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s != nil && s.InFinalImage()
}

// containsSecretWord is hadolint's way to look at names.
func containsSecretWord(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"access_key", "api_key", "client_key", "password", "private", "secret", "token", "username"}, func(w string) bool {
		return strings.Contains(name, w)
	})
}
