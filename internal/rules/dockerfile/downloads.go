package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// curlWrites reports whether curl writes a file.
func curlWrites(c *facts.Command) bool { return curlShort(c, 'o') || curlShort(c, 'O') }

func curlShort(c *facts.Command, option byte) bool {
	for _, a := range c.Args() {
		if len(a.Text) < 2 || a.Text[0] != '-' || a.Text[1] == '-' {
			continue
		}
		for i := 1; i < len(a.Text); i++ {
			if a.Text[i] == option {
				return true
			}
			if strings.IndexByte("oHduAbceEFmTwxXYyzCDKPQrtU", a.Text[i]) >= 0 {
				break
			}
		}
	}
	return false
}

// writesDownload reports whether curl or wget writes what it fetches to a file.
func writesDownload(c *facts.Command) bool {
	switch c.Name() {
	case "curl":
		if to, ok := c.FlagValue("-o", "--output"); ok && (to.Text == "/dev/null" || to.Text == "-") {
			return false
		}
		return c.HasFlag("--output", "--remote-name", "--remote-name-all") || curlWrites(c)
	case "wget":
		if c.HasFlag("--spider", "--version", "--help") {
			return false
		}
		for i, a := range c.Args() {
			if to := a.Text; to == "--output-document=-" || to == "--output-document=/dev/null" || (isCluster(to) && strings.HasSuffix(to, "O-")) {
				return false
			} else if next := c.Args()[i+1:]; len(next) > 0 && (next[0].Text == "-" || next[0].Text == "/dev/null") && strings.HasPrefix(to, "-") && strings.HasSuffix(to, "O") {
				return false
			}
		}
		return len(c.Args()) > 0
	}
	return false
}

// isCluster reports whether a word is a cluster of short options.
func isCluster(word string) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-'
}

// expectsOwnAuthority reports whether a file is built where servers or a proxy have
// certificates of their own authority: its text says so, or it turns the checks of several
// programs off. There nothing works once they are checked, until the authority is in the
// image.
func expectsOwnAuthority(d *facts.Dockerfile) bool {
	return facts.Once(d, "expects an own authority", nil, func() bool {
		words := strings.ToLower(string(d.Src))
		has := func(w string) bool { return strings.Contains(words, w) }
		switches := 0
		for _, w := range []string{"strict-ssl", "strict_ssl", "node_tls_reject_unauthorized", "trusted-host", "pip_trusted_host", "git_ssl_no_verify", "sslverify", "pythonhttpsverify"} {
			if has(w) {
				switches++
			}
		}
		return switches > 1 || slices.ContainsFunc([]string{"self-signed", "self signed", "selfsigned", "proxy", "corporate", "mitm", "zscaler"}, has)
	})
}

// mayHaveAuthorities reports whether a stage may have certificates to check against. The
// packages of curl and wget recommend them, and need them not. Those of a distribution whose
// support ended before October 2021, when a root that most servers' certificates led to
// expired, are too old for the servers of today.
func mayHaveAuthorities(s *facts.Stage) bool {
	const renewed = "2021-10-01"
	if s == nil {
		return true
	}
	base := s.Base()
	if r, ok := images.SystemOf(images.Canonical(base.Name()), base.Tag); ok && r.HasEnded(renewed) {
		return false
	}
	if base.System() != facts.Debian {
		return true
	}
	return says(s, "ca-certificates") || !says(s, "--no-install-recommends")
}

// hasAuthorities reports whether a command of a stage is known to have certificates to
// check against: its image brings them with curl, its distribution has them in every image,
// or an instruction above it installs them.
func hasAuthorities(d *facts.Dockerfile, c *facts.Command) bool {
	s := d.StageOf(c.Instruction)
	if s == nil || !mayHaveAuthorities(s) {
		return false
	}
	base := s.Base()
	if has, _ := images.BaseOf(images.Canonical(base.Name()), base.Tag, base.Tag != "").Has("curl"); has {
		return true
	}
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" || in.Index() > c.Instruction.Index() {
				continue
			}
			words := in.Args
			if in == c.Instruction {
				words = d.Text(text.Span{Start: in.Span.Start, End: c.Span.Start})
			}
			if strings.Contains(words, "ca-certificates") {
				return true
			}
		}
	}
	return base.System() == facts.RedHat || base.System() == facts.Alpine
}

// asksPublicServer reports whether all addresses of a request are names of servers that an
// authority can have signed: no variables, numbers and names of a network of one's own.
func asksPublicServer(c *facts.Command) bool {
	asked := false
	for _, a := range c.Args() {
		_, address, ok := strings.Cut(a.Text, "://")
		if !ok {
			continue
		}
		host, _, _ := strings.Cut(address, "/")
		host, port, _ := strings.Cut(host, ":")
		last := host[strings.LastIndexByte(host, '.')+1:]
		isPrivate := slices.Contains([]string{"", host, "local", "internal", "corp", "lan", "home", "localdomain", "intranet"}, last)
		isNumber, isOwnPort := strings.Trim(last, "0123456789") == "", port != "" && port != "443"
		if isPrivate || isNumber || isOwnPort || strings.ContainsAny(host, "$@{`") {
			return false
		}
		asked = true
	}
	return asked
}

// says reports whether an instruction of a stage, or of one that it builds on, has a word.
func says(s *facts.Stage, word string) bool {
	return slices.ContainsFunc(s.Chain(), func(x *facts.Stage) bool {
		return slices.ContainsFunc(x.Instructions, func(in *dockerfile.Instruction) bool { return strings.Contains(in.Args, word) })
	})
}
