package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"mvdan.cc/sh/v3/syntax"
)

// interprets reports whether a statement runs what it reads.
func interprets(s *syntax.Stmt) bool {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok {
		return false
	}
	for _, w := range call.Args {
		name, _ := facts.Literal(w)
		switch name[strings.LastIndexByte(name, '/')+1:] {
		case "sh", "bash", "dash", "ash", "zsh", "python", "python3", "node", "perl", "ruby", "php":
			return true
		case "sudo", "env":
			continue
		}
		if strings.HasPrefix(name, "-") || strings.Contains(name, "=") {
			continue // an option of sudo, or a variable
		}
		return false
	}
	return false
}

// checksDigest reports whether a script compares a checksum or a signature.
func checksDigest(script string) bool {
	for _, program := range []string{"sha256sum", "sha512sum", "sha1sum", "shasum", "gpg --verify", "gpgv", "cosign", "minisign"} {
		if strings.Contains(script, program) {
			return true
		}
	}
	return false
}
