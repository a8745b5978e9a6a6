package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// TlsVerificationDisabledByEnv finds variables that make programs accept any
// certificate: in the build, and with ENV in everything that runs later.
//
// Give the certificate authority to the image instead (update-ca-certificates,
// NODE_EXTRA_CA_CERTS, SSL_CERT_FILE).
var TlsVerificationDisabledByEnv = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "tls-verification-disabled-by-env",
		Title:    "A variable turns the check of certificates off",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Variants: []string{"python", "node", "npm", "git", "pip"},
		Aliases:  []lint.Alias{{Name: "CKV2_DOCKER_5", Variants: []string{"python"}}, {Name: "CKV2_DOCKER_6", Variants: []string{"node"}}, {Name: "CKV2_DOCKER_12", Variants: []string{"npm"}}, {Name: "CKV2_DOCKER_14", Variants: []string{"git"}}, {Name: "CKV2_DOCKER_16", Variants: []string{"pip"}}},
	},
	Check: checkTlsVerificationDisabledByEnv,
}

func checkTlsVerificationDisabledByEnv(p *lint.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"env", "arg"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			for _, pair := range in.Pairs {
				if variant := trustsAll(pair.Key, bare(pair.Value), pair.HasValue); variant != "" {
					reportTrust(p, pair.Span, variant)
				}
			}
		})
	}
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		s := in.Script()
		if s == nil || s.File == nil || !strings.Contains(in.Body, "=") {
			return
		}
		syntax.Walk(s.File, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Assign:
				if n.Name != nil && n.Value != nil {
					value, _ := facts.Literal(n.Value)
					if variant := trustsAll(n.Name.Value, value, true); variant != "" {
						reportTrust(p, s.SpanOf(n), variant)
					}
				}
			case *syntax.CallExpr: // env NAME=value program
				if len(n.Args) == 0 || n.Args[0].Lit() != "env" {
					break
				}
				for _, word := range n.Args[1:] {
					text, _ := facts.Literal(word)
					name, value, ok := strings.Cut(text, "=")
					if variant := trustsAll(name, value, ok); variant != "" {
						reportTrust(p, s.SpanOf(word), variant)
					}
				}
			}
			return true
		})
	})
}

func reportTrust(p *lint.Pass[*facts.Dockerfile], span text.Span, variant string) {
	p.Report(lint.Finding{
		Span: span, Variant: variant,
		Message: fmt.Sprintf("%s makes %s accept any certificate; add the authority that signed it to the image instead", quoteShort(p.Doc.Text(span)), variant),
	})
}

// trustsAll names the program that a variable makes careless; empty for none.
func trustsAll(name, value string, hasValue bool) string {
	switch strings.ToUpper(name) {
	case "PYTHONHTTPSVERIFY":
		if value == "0" {
			return "python"
		}
	case "NODE_TLS_REJECT_UNAUTHORIZED":
		if value == "0" {
			return "node"
		}
	case "NPM_CONFIG_STRICT_SSL":
		if strings.EqualFold(value, "false") {
			return "npm"
		}
	case "GIT_SSL_NO_VERIFY":
		if hasValue && value != "" && value != "0" && !strings.EqualFold(value, "false") {
			return "git"
		}
	case "PIP_TRUSTED_HOST":
		if hasValue && value != "" {
			return "pip"
		}
	}
	return ""
}
