package ignorefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// DockerignoreSecretsNotExcluded reports files with secrets, such as `.env` or `id_rsa`,
// that a `COPY` of the whole build context copies into the last stage.
//
// # Why it matters
//
// Anyone who has the image can read these files. Deleting them in a later step does not
// help, because they remain in the layer.
//
// # How to fix it
//
// Exclude the files in `.dockerignore`, and pass the values when the container starts:
//
//	**/.env
//
// # Exceptions
//
// It does not report:
//
//   - examples and templates, such as `.env.example`; if there is an example but no
//     `.env`, as after a fresh checkout, it is a warning, because the next build on a
//     developer's machine copies theirs
//   - builds in which no Dockerfile copies the whole context into the last stage, and
//     ignore files that list what is allowed; the option `always`, which the preset
//     `cloud-native` sets, reports a `.env` that is not excluded as info
var DockerignoreSecretsNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-secrets-not-excluded",
		Title:    "Files with secrets are copied into the image",
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
		reportSent(p, "", ".env", "which contains secrets")
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
		report(lint.SeverityUnset, fmt.Sprintf("the build copies %s into the image, where anyone can read the secrets; exclude such files from the build context", text.List(found, "and")), lines...)
		return
	}
	example, ok := firstExisting(p, exampleNames()...)
	if ok && !exists(p, ".env") && d.Sent(".env") {
		report(lint.Warning, fmt.Sprintf("%q suggests that developers have a .env, which would be copied into the image; exclude .env from the build context", example), ".env")
		return
	}
	reportSent(p, "", ".env", "which contains secrets")
}

// sentSecrets returns the files with secrets that Docker sends, at most three of them
// quoted, and the patterns that exclude all of them.
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

// isSecretName reports whether programs keep keys or passwords in files of that
// name. Front ends are built with files such as .env.production, so those do not
// count.
func isSecretName(name string) bool {
	switch name {
	case ".env", ".env.local", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pypirc", ".git-credentials", ".pgpass":
		return true
	}
	return strings.HasPrefix(name, ".env.") && strings.HasSuffix(name, ".local")
}
