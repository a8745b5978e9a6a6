package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// TlsVerificationDisabledByEnv reports variables in `ENV`, `ARG` and `RUN` that make
// Python, Node.js, npm, git or pip accept any certificate.
//
// # Why it matters
//
// Anyone on the network path can pretend to be the server and replace what the program
// downloads. A variable in `ENV` also applies to every program that the container runs
// later.
//
// # How to fix it
//
// Remove the variable, and add the missing certificate authority to the image:
//
//	COPY company-ca.crt /usr/local/share/ca-certificates/
//	RUN update-ca-certificates
//
// Node.js reads `NODE_EXTRA_CA_CERTS`, and programs that use OpenSSL read `SSL_CERT_FILE`.
//
// # Exceptions
//
// It does not report:
//
//   - a value that leaves the check on
var TlsVerificationDisabledByEnv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "tls-verification-disabled-by-env",
		Title:    "Environment variable turns off certificate checks",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Variants: []string{"python", "node", "npm", "git", "pip"},
		Aliases: []lint.Alias{
			{Name: "CKV2_DOCKER_5", Variants: []string{"python"}},
			{Name: "CKV2_DOCKER_6", Variants: []string{"node"}},
			{Name: "CKV2_DOCKER_12", Variants: []string{"npm"}},
			{Name: "CKV2_DOCKER_14", Variants: []string{"git"}},
			{Name: "CKV2_DOCKER_16", Variants: []string{"pip"}},
		},
	},
	Check: checkTlsVerificationDisabledByEnv,
}

func checkTlsVerificationDisabledByEnv(p *facts.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"env", "arg"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			for _, pair := range in.Pairs {
				if variant := trustsAll(pair.Key, bare(pair.Value), pair.HasValue); variant != "" {
					reportTrust(p, pair.Span, variant, letPairCheck(p.Doc, in, pair))
				}
			}
		})
	}
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if !mayTrustAll(p.Doc.Text(in.Span)) {
			return
		}
		s := in.Script()
		commands := p.Doc.Commands(in)
		if s == nil || s.File == nil {
			return
		}
		syntax.Walk(s.File, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Assign:
				if n.Name != nil && n.Value != nil {
					value, _ := facts.Literal(n.Value)
					if variant := trustsAll(n.Name.Value, value, true); variant != "" {
						reportTrust(p, s.SpanOf(n), variant, letCommandCheck(commands, n))
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
						reportTrust(p, s.SpanOf(word), variant, letProgramCheck(commands, s.SpanOf(word)))
					}
				}
			}
			return true
		})
	})
}

// mayTrustAll reports whether a text contains a part of one of the names below.
func mayTrustAll(text string) bool {
	return slices.ContainsFunc(
		[]string{"SSL", "ssl", "TLS", "tls", "HTTPS", "TRUSTED", "trusted"},
		func(part string) bool { return strings.Contains(text, part) },
	)
}

func reportTrust(p *facts.Pass[*facts.Dockerfile], span text.Span, variant string, fixes []lint.Fix) {
	if expectsOwnAuthority(p.Doc) {
		fixes = nil
	}
	p.Report(lint.Finding{
		Span: span, Variant: variant, Fixes: fixes,
		Message: fmt.Sprintf("%s makes %s accept any certificate, so anyone on the network path can replace downloads; add the missing certificate authority to the image instead", quoteShort(p.Doc.Text(span)), variant),
	})
}

// trustsAll returns the program that a variable makes accept any certificate; it is empty
// for other variables.
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

const removeVariable = "remove the variable"

// letPairCheck deletes the variable from an ENV or ARG, unless the file reads it.
func letPairCheck(d *facts.Dockerfile, in *dockerfile.Instruction, pair dockerfile.Pair) []lint.Fix {
	edit, ok := deletePair(in, pair)
	if !ok || isMentioned(d, "$"+pair.Key) || isMentioned(d, "${"+pair.Key) {
		return nil
	}
	return unsafeFix(removeVariable, settingEffect(d, in), edit)
}

// letCommandCheck deletes an assignment in front of a command; not that of an
// export, which later commands may read.
func letCommandCheck(commands []*facts.Command, n *syntax.Assign) []lint.Fix {
	for _, c := range commands {
		if c.Call == nil || !slices.Contains(c.Call.Assigns, n) || !c.Script.Editable() {
			continue
		}
		at := slices.Index(c.Call.Assigns, n)
		own, next := c.Script.SpanOf(n), c.Script.SpanOf(c.Call.Args[0])
		if at+1 < len(c.Call.Assigns) {
			next = c.Script.SpanOf(c.Call.Assigns[at+1])
		}
		if separates(c.Instruction.Document(), text.Span{Start: own.End, End: next.Start}, "") {
			return unsafeFix(removeVariable, lint.EffectGraph, lint.Delete(text.Span{Start: own.Start, End: next.Start}))
		}
	}
	return nil
}

// letProgramCheck deletes a variable that the program env sets.
func letProgramCheck(commands []*facts.Command, at text.Span) []lint.Fix {
	for _, c := range commands {
		if c.Script == nil || !c.Script.Editable() || len(c.Wrappers) < 2 || c.Wrappers[0].Text != "env" {
			continue
		}
		words := slices.Concat(c.Wrappers, c.Words[:1])
		i := slices.IndexFunc(words, func(a facts.Argument) bool { return a.Span == at })
		if i < 1 || i+1 >= len(words) {
			continue
		}
		span := text.Span{Start: at.Start, End: words[i+1].Span.Start}
		if len(c.Wrappers) == 2 {
			span.Start = words[0].Span.Start // nothing is left for env to do
		}
		if separates(c.Instruction.Document(), text.Span{Start: words[i-1].Span.End, End: at.Start}, "") &&
			separates(c.Instruction.Document(), text.Span{Start: at.End, End: span.End}, "") {
			return unsafeFix(removeVariable, lint.EffectGraph, lint.Delete(span))
		}
	}
	return nil
}
