package workflow

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowSecretInBuildArgs reports secrets of the repository that a workflow passes as
// build arguments.
//
// # Why it matters
//
// Build arguments are part of the image's history, and of the provenance that is pushed
// with it. Anyone who can pull the image can read the secret.
//
// # How to fix it
//
// Pass the secret with the input `secrets` or with `--secret`, and read it in the
// Dockerfile from a mount:
//
//	RUN --mount=type=secret,id=npm_token ...
//
// # Fix safety
//
// There is no automatic fix: the Dockerfile must read the secret from a mount first.
//
// # Exceptions
//
// It does not report:
//
//   - arguments whose name says that they are public, such as `NEXT_PUBLIC_API_KEY`,
//     because a browser receives them
var WorkflowSecretInBuildArgs = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-secret-in-build-args",
		Title:    "Secret is passed as a build argument",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CIS-4.10", "zizmor:overprovisioned-secrets"),
	},
	Check: checkWorkflowSecretInBuildArgs,
}

func checkWorkflowSecretInBuildArgs(p *facts.Pass[*facts.Workflow]) {
	for _, s := range p.Doc.Steps() {
		if n := s.Get("with", "build-args"); n != nil {
			at := 0
			for line := range strings.Lines(n.Value) {
				body := strings.TrimRight(line, "\n")
				if secret, ok := leaked(body); ok {
					lead := len(body) - len(strings.TrimLeft(body, " \t"))
					p.Report(lint.Finding{Span: p.Doc.LineSpan(n, at+lead, at+len(body)), Message: leakMessage(secret)})
				}
				at += len(line)
			}
		}
		for _, c := range s.Commands() {
			if what := dockerCommand(&c); what != "build" && what != "compose build" {
				continue
			}
			for _, a := range flagValues(&c, "--build-arg", "--build-arg") {
				if secret, ok := leaked(strings.Trim(a.Text, `"'`)); ok {
					p.Report(lint.Finding{Span: a.Span, Message: leakMessage(secret)})
				}
			}
		}
	}
}

func leakMessage(secret string) string {
	return quote(secret) + " can be read in the history of the image; pass it as a build secret"
}

// leaked returns the secret in an argument of the form NAME=VALUE.
func leaked(argument string) (secret string, ok bool) {
	name, value, _ := strings.Cut(argument, "=")
	name = strings.ToUpper(strings.Trim(strings.TrimSpace(name), `"'`))
	for _, prefix := range []string{"NEXT_PUBLIC_", "VITE_", "REACT_APP_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "GATSBY_", "PUBLIC_", "VUE_APP_"} {
		if strings.HasPrefix(name, prefix) {
			return "", false
		}
	}
	return facts.SecretIn(value)
}
