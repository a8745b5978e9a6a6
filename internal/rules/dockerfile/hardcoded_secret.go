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

// HardcodedSecret reports keys and tokens that are recognizable by their form: of AWS,
// GitHub, GitLab, Google, Slack, Stripe, npm and PyPI, and private keys.
//
// # Why it matters
//
// Anyone who has the file or the image has the key. The history of the repository keeps
// it after it is removed.
//
// # How to fix it
//
// Revoke the key. Pass the new one to the build with a secret mount:
//
//	RUN --mount=type=secret,id=token,env=TOKEN ./install.sh
//
// # Fix safety
//
// There is no automatic fix: the secret must come from elsewhere, and it must be replaced, because
// others may have read it.
//
// # Exceptions
//
// It does not report:
//
//   - keys from the documentation of the vendors, which contain `EXAMPLE`
//   - keys that repeat few characters
var HardcodedSecret = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "hardcoded-secret",
		Title:    "Secret key or token is hardcoded",
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
	// Few files have any, and a search of the whole file costs less than one of each
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
					Message: fmt.Sprintf("%s is written here, so anyone who has the file or the image can use it; revoke it, and pass the new one with RUN --mount=type=secret", form.what),
				})
			}
		}
	}
}

// isMonotone reports whether a key repeats few characters, such as an example does.
func isMonotone(s string) bool {
	seen := map[rune]bool{}
	for _, c := range s {
		seen[c] = true
	}
	return s != "" && len(seen) < 6
}
