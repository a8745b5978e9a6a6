package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// HardcodedSecret finds keys and tokens whose form tells what they are: of AWS,
// GitHub, GitLab, Google, Slack, Stripe and npm, and private keys.
//
// Whoever has the file or the image has the key: revoke it, and mount the new
// one with RUN --mount=type=secret.
//
// Silent for the keys of the vendors' own documentation.
var HardcodedSecret = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "hardcoded-secret",
		Title:    "A key stands in the file",
		Category: lint.Security,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-4.10", "CIS-DI-0010", "OWASP-R12", "kics:passwords_and_secrets_in_infrastructure_code_dockerfile", "kics:secrets_stored_in_dockerfile", "tally/secrets-in-code"),
	},
	Check: checkHardcodedSecret,
}

func checkHardcodedSecret(p *facts.Pass[*facts.Dockerfile]) {
	// Hardly a file has any, and a search of it all costs less than one of each
	// instruction.
	forms := slices.DeleteFunc(keyForms(), func(f keyForm) bool { return !bytes.Contains(p.Doc.Src, []byte(f.prefix)) })
	if len(forms) == 0 {
		return
	}
	for _, in := range p.Doc.Instructions {
		source := p.Doc.Text(in.Span)
		for _, form := range forms {
			for from := 0; ; {
				at := strings.Index(source[from:], form.prefix)
				if at < 0 {
					break
				}
				start := from + at
				end := start + len(form.prefix)
				for end < len(source) && isKeyByte(source[end]) {
					end++
				}
				from = end
				key := source[start:end]
				before := start > 0 && isKeyByte(source[start-1])
				if before || len(key) < form.least || strings.Contains(key, "EXAMPLE") || isMonotone(key[len(form.prefix):]) {
					continue
				}
				p.Report(lint.Finding{
					Span:    text.Span{Start: in.Span.Start + start, End: in.Span.Start + end},
					Message: fmt.Sprintf("%s stands here, for everybody who has the file or the image; revoke it, and mount the new one with RUN --mount=type=secret", form.what),
				})
			}
		}
	}
}

// keyForm is how a kind of key begins, and how long it is at least.
type keyForm struct {
	prefix, what string
	least        int
}

func keyForms() []keyForm {
	return []keyForm{
		{"AKIA", "an AWS access key", 20}, {"ASIA", "an AWS session key", 20},
		{"ghp_", "a GitHub token", 40}, {"gho_", "a GitHub token", 40}, {"ghs_", "a GitHub token", 40}, {"github_pat_", "a GitHub token", 60},
		{"glpat-", "a GitLab token", 26}, {"AIza", "a Google key", 39}, {"xoxb-", "a Slack token", 40}, {"xoxp-", "a Slack token", 40},
		{"sk_live_", "a Stripe key", 32}, {"npm_", "an npm token", 40}, {"-----BEGIN RSA PRIVATE", "a private key", 22},
		{"-----BEGIN OPENSSH PRIVATE", "a private key", 26}, {"-----BEGIN PRIVATE", "a private key", 18}, {"pypi-AgEI", "a PyPI token", 60},
	}
}

func isKeyByte(c byte) bool {
	return c >= '0' && c <= '9' || (c|0x20) >= 'a' && (c|0x20) <= 'z' || c == '_' || c == '-'
}

// isMonotone tells whether a key is filled up with few characters, as an example is.
func isMonotone(s string) bool {
	seen := map[rune]bool{}
	for _, c := range s {
		seen[c] = true
	}
	return s != "" && len(seen) < 6
}
