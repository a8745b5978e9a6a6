package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopySecretFile finds COPY and ADD of files that hold keys or passwords:
// everybody who gets the image can read them, in its layers even after they are
// deleted.
//
// Use RUN --mount=type=secret for the build, and mount secrets when the
// container starts.
//
// It is an error where the file is there and holds a private key or a token.
//
// Silent for examples, templates and public keys, for files that .dockerignore
// leaves out, and for copies between stages.
var CopySecretFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-secret-file",
		Title:    "A file of secrets is copied",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CIS-4.10", "DKL-LI-0003", "DS031"),
	},
	Check: checkCopySecretFile,
}

func checkCopySecretFile(p *facts.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"copy", "add"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			sources, _, ok := copyWords(in)
			if _, from := flagOf(in, "from"); from || !ok {
				return
			}
			for _, w := range sources {
				name := bare(w.Text)
				if !isSecretFile(name) {
					continue
				}
				if _, ignored := p.Files.Ignored(name); ignored {
					continue
				}
				severity := lint.Warning
				if src, err := p.Files.ReadFile(name); err == nil && holdsKey(src) {
					severity = lint.Error
				}
				p.Report(lint.Finding{
					Span: w.Span, Severity: severity,
					Message: fmt.Sprintf("%s holds secrets, and everybody who gets the image can read it; use RUN --mount=type=secret, or mount it when the container starts", quoteShort(name)),
				})
			}
		})
	}
}

// holdsKey reports whether a file has a key or token in it that its form shows.
func holdsKey(src []byte) bool {
	return slices.ContainsFunc(keyForms(), func(f keyForm) bool {
		at := bytes.Index(src, []byte(f.prefix))
		end := at + len(f.prefix)
		for at >= 0 && end < len(src) && isKeyByte(src[end]) {
			end++
		}
		return at >= 0 && end-at >= f.least
	})
}

// isSecretFile tells whether a path is one of those in which programs keep keys
// and passwords.
func isSecretFile(path string) bool {
	name := strings.ToLower(baseName(path))
	if rest, ok := strings.CutPrefix(name, ".env"); ok {
		switch rest {
		case "", ".production", ".prod", ".local", ".staging", ".production.local":
			return true
		}
		return false
	}
	switch name {
	case "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa", ".pypirc", ".netrc", ".git-credentials", ".pgpass", ".htpasswd", "credentials.json", "service-account.json":
		return true
	case ".ssh", ".aws", ".kube", ".gnupg":
		return true
	case "credentials":
		return strings.Contains(path, ".aws/")
	case "config.json":
		return strings.Contains(path, ".docker/")
	}
	return false
}
