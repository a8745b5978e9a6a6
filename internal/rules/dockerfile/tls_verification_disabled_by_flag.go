package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// TlsVerificationDisabledByFlag reports flags and settings that make curl, wget, pip, npm,
// yarn, pnpm, yum, dnf or git accept any certificate.
//
// # Why it matters
//
// Anyone on the network path can pretend to be the server and replace what the build
// downloads, and the image then contains it.
//
// # How to fix it
//
// Remove the flag, and install the package ca-certificates or the missing certificate
// authority:
//
//	RUN apt-get update && apt-get install -y ca-certificates curl \
//	    && curl -fsSLO https://example.com/file
//
// # Fix safety
//
// There is a fix for curl, wget and git only where the image is known to have certificates,
// and not some that are too old for the servers of today. The address must be written
// there, and its server must have a public name: a certificate of your own network is
// only trusted after you install its authority.
//
// # Exceptions
//
// It does not report:
//
//   - requests to localhost
//   - downloads with curl or wget, if the `RUN` compares a checksum
//   - curl with http:// addresses and without redirects, where there is no certificate
var TlsVerificationDisabledByFlag = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "tls-verification-disabled-by-flag",
		Title:    "Flag turns off certificate checks",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Variants: []string{"curl", "wget", "pip", "npm", "yum", "git"},
		Aliases: []lint.Alias{
			{Name: "CKV2_DOCKER_2", Variants: []string{"curl"}},
			{Name: "CKV2_DOCKER_3", Variants: []string{"wget"}},
			{Name: "CKV2_DOCKER_4", Variants: []string{"pip"}},
			{Name: "CKV2_DOCKER_13", Variants: []string{"npm"}},
			{Name: "CKV2_DOCKER_15", Variants: []string{"yum"}},
		},
	},
	Check: checkTlsVerificationDisabledByFlag,
}

func checkTlsVerificationDisabledByFlag(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		at, variant := carelessFlag(c)
		if variant == "" || strings.Contains(p.Doc.Text(c.Span), "localhost") || strings.Contains(p.Doc.Text(c.Span), "127.0.0.1") {
			return
		}
		if ((variant == "curl" || variant == "wget") && checksDigest(c.Instruction.Body)) || asksPlainHTTP(p.Doc, c) {
			return
		}
		p.Report(lint.Finding{
			Span: at.Span, Variant: variant, Fixes: letFlagCheck(p.Doc, c, at, variant),
			Message: fmt.Sprintf("%s makes %s accept any certificate, so anyone on the network path can replace the download; remove it, and install ca-certificates or the missing certificate authority", quoteShort(at.Text), c.Name()),
		})
	}, "curl", "wget", "pip", "npm", "yarn", "pnpm", "yum", "dnf", "git", "python")
}

// asksPlainHTTP reports whether all addresses of a request begin with http://, those
// of arguments with a default included.
func asksPlainHTTP(d *facts.Dockerfile, c *facts.Command) bool {
	if c.Name() != "curl" || c.HasFlag("-L", "--location") {
		return false
	}
	plain := false
	for _, a := range c.Args() {
		address, _ := d.Expand(c.Instruction, a.Text)
		switch address = strings.Trim(address, `"'`); {
		case strings.HasPrefix(address, "http://"):
			plain = true
		case strings.Contains(address, "://") || strings.Contains(address, "$"):
			return false
		}
	}
	return plain
}

// carelessFlag finds the word that turns the check off; variant is empty if there is none.
func carelessFlag(c *facts.Command) (at facts.Argument, variant string) {
	switch c.Name() {
	case "curl":
		if a, ok := c.FindFlag("--insecure"); ok {
			return a, "curl"
		}
		for _, a := range c.Args() {
			if len(a.Text) > 1 && a.Text[0] == '-' && a.Text[1] != '-' && curlCluster(a.Text[1:]) {
				return a, "curl"
			}
		}
	case "wget":
		if a, ok := c.FindFlag("--no-check-certificate"); ok {
			return a, "wget"
		}
	case "npm", "yarn", "pnpm":
		return wordPair(c, "npm", "strict-ssl", "false")
	case "yum", "dnf", "yum-config-manager":
		for _, a := range c.Args() {
			if text := strings.ToLower(a.Text); (strings.HasPrefix(text, "--setopt") && strings.Contains(text, "sslverify=false")) ||
				strings.HasSuffix(text, "sslverify=0") ||
				text == "sslverify=false" {
				return a, "yum"
			}
		}
	case "git":
		for _, a := range c.Args() {
			if strings.EqualFold(a.Text, "http.sslVerify=false") {
				return a, "git"
			}
		}
		return wordPair(c, "git", "http.sslverify", "false")
	}
	if pkg, ok := facts.Packages(c); ok && pkg.Manager == "pip" {
		if a, ok := c.FindFlag("--trusted-host"); ok {
			return a, "pip"
		}
	}
	return at, ""
}

// wordPair finds a setting and its value, in one word or in two.
func wordPair(c *facts.Command, variant, name, value string) (at facts.Argument, found string) {
	args := c.Args()
	for i, a := range args {
		setting := strings.TrimPrefix(strings.ToLower(a.Text), "--")
		if setting == name+"="+value || (setting == name && i+1 < len(args) && args[i+1].Text == value) {
			return a, variant
		}
	}
	return at, ""
}

// curlCluster reports whether short options of curl in one word include k: the text after
// an option with a value is that value.
func curlCluster(options string) bool {
	for i := range len(options) {
		switch options[i] {
		case 'k':
			return true
		case 'o', 'H', 'd', 'u', 'A', 'b', 'c', 'e', 'E', 'F', 'm', 'T', 'w', 'x', 'X', 'Y', 'y', 'z', 'C', 'D', 'K', 'P', 'Q', 'r', 't', 'U':
			return false
		}
	}
	return false
}

// letFlagCheck deletes the flag, with its value, or the command that does nothing
// but set it.
func letFlagCheck(d *facts.Dockerfile, c *facts.Command, at facts.Argument, variant string) []lint.Fix {
	if expectsOwnAuthority(d) {
		return nil
	}
	if (variant == "curl" || variant == "wget") && (!hasAuthorities(d, c) || !asksPublicServer(c)) {
		return nil
	}
	if variant == "git" && !hasAuthorities(d, c) {
		return nil
	}
	var edit lint.FileEdit
	var ok bool
	switch isFlag := strings.HasPrefix(at.Text, "-"); {
	case variant == "curl" && !strings.HasPrefix(at.Text, "--") && len(at.Text) > 2:
		letter := strings.IndexByte(at.Text, 'k')
		edit = lint.Delete(text.Span{Start: at.Span.Start + letter, End: at.Span.Start + letter + 1})
		ok = letter > 0 && d.Text(at.Span) == at.Text && (c.Script == nil || c.Script.Editable())
	case at.Text == "--trusted-host":
		edit, ok = deleteWords(c, at.Span, 2)
	case isFlag && !strings.EqualFold(at.Text, "--strict-ssl"):
		edit, ok = deleteWords(c, at.Span, 1)
	case (variant == "npm" && firstAction(c) == "config") || (variant == "git" && firstAction(c) == "config"):
		edit, ok = deleteCommand(c)
	case variant == "git" && len(c.Words) > 2 && c.Words[1].Text == "-c" && c.Words[2].Span == at.Span:
		edit, ok = deleteWords(c, c.Words[1].Span, 2)
	}
	if !ok {
		return nil
	}
	return unsafeFix("let "+c.Name()+" check certificates", lint.EffectGraph, edit)
}
