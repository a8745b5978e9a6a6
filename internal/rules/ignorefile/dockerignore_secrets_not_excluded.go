package ignorefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreSecretsNotExcluded finds files of secrets that COPY takes into the
// image, since no pattern keeps them out.
//
// Everybody who gets the image can read them. Leave them out, and give the
// values to the container when it starts.
//
// Where there is an example of an .env file and no .env itself, as after a fresh
// checkout, it is a warning: the next build on somebody's machine takes theirs.
//
// With the option "always", which the preset "cloud-native" sets, .env has to be left out
// whatever COPY takes: an info.
//
// Silent for examples and templates, where no Dockerfile copies the whole context
// into the last stage, and for lists of what is allowed.
var DockerignoreSecretsNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-secrets-not-excluded",
		Title:    "Files of secrets are copied with the context",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CIS-4.10", "DKL-LI-0003"),
		Options:  always(),
	},
	Check: checkDockerignoreSecretsNotExcluded,
}

func checkDockerignoreSecretsNotExcluded(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	copied, by, ok := p.Project.WholeCopy(d)
	if !ok || !copied.Shipped || d.IsAllowList() {
		reportSent(p, "", ".env", "which holds secrets")
		return
	}
	report := func(severity lint.Severity, message string, lines ...string) {
		p.Report(lint.Finding{
			Span: place(d), Severity: severity, Message: message,
			Related: copiedHere(copied, by), Fixes: []lint.Fix{appendLines(p, lines...)},
		})
	}
	found, lines := sentSecrets(p)
	if len(found) > 0 {
		report(lint.SeverityUnset, fmt.Sprintf("%s would be in the image, for everybody who gets it; leave it out of the context", strings.Join(found, ", ")), lines...)
		return
	}
	example, ok := firstExisting(p, exampleNames()...)
	if ok && !exists(p, ".env") && d.Sent(".env") {
		report(lint.Warning, fmt.Sprintf("there is %q, and a .env made of it would be in the image; leave it out of the context", example), ".env")
		return
	}
	reportSent(p, "", ".env", "which holds secrets")
}

// sentSecrets lists the secrets that are there and sent, at most three in words,
// and the patterns that keep all of them out.
func sentSecrets(p *facts.Pass[*facts.IgnoreFile]) (found, lines []string) {
	tree := p.Project.Tree(p.Doc)
	if tree == nil {
		return nil, nil
	}
	for _, e := range tree.Entries {
		base := e.Base()
		if e.Dir || !isSecretName(base) || !p.Doc.Sent(e.Path) {
			continue
		}
		if len(found) < 3 {
			found = append(found, fmt.Sprintf("%q", e.Path))
		}
		if line := "**/" + base; !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return found, lines
}

// isSecretName tells whether programs keep keys or passwords in files of that
// name. Front ends are built with files such as .env.production, so those do not
// count.
func isSecretName(name string) bool {
	switch name {
	case ".env", ".env.local", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pypirc", ".git-credentials", ".pgpass":
		return true
	}
	return strings.HasPrefix(name, ".env.") && strings.HasSuffix(name, ".local")
}

func exampleNames() []string {
	return []string{".env.example", ".env.sample", ".env.template", ".env.dist"}
}
