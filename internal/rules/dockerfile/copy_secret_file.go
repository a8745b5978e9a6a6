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

// CopySecretFile reports `COPY` and `ADD` of files and folders that usually hold keys or
// passwords, such as `.env`, `id_rsa`, `.aws` or `.netrc`. The severity is error where
// the file exists and contains a private key or a token.
//
// # Why it matters
//
// Anyone who can pull the image can read the file. It stays readable in its layer even
// if a later instruction deletes it.
//
// # How to fix it
//
// For a secret of the build, use a secret mount:
//
//	RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
//
// For a secret of the program, mount the file when the container starts.
//
// # Fix safety
//
// There is no automatic fix: the program must read the secret from a mount, and a secret that was
// in a layer must be replaced.
//
// # Exceptions
//
// It does not report:
//
//   - examples, templates and public keys
//   - files that `.dockerignore` excludes
//   - copies from other stages and images
var CopySecretFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-secret-file",
		Title:    "File with secrets is copied into the image",
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
					Message: fmt.Sprintf("%s is a file for secrets, and anyone who can pull the image can read it; use RUN --mount=type=secret, or mount it at run time", quoteShort(name)),
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

// isSecretFile reports whether programs keep keys and passwords in a path, by its name.
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
