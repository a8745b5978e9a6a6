package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// RemoteScriptPipedToShell finds curl or wget whose output goes straight into a
// shell or another interpreter: whoever controls the server, today or later,
// runs commands in the build.
//
// Fetch a version, check its checksum, then run it.
//
// Silent where the same RUN checks a checksum or a signature. It is an info where
// the address has a version or a commit, since the script is then always the same
// as far as its publisher keeps his word.
//
// There is no fix: the checksum has to come from somebody who looked at the script.
var RemoteScriptPipedToShell = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "remote-script-piped-to-shell",
		Title:    "A script from the network is run unread",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-4.11", "DF021", "docs:pipes"),
	},
	Check: checkRemoteScriptPipedToShell,
}

func checkRemoteScriptPipedToShell(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if !strings.Contains(in.Body, "curl") && !strings.Contains(in.Body, "wget") || checksDigest(in.Body) || !p.Doc.RunsPOSIX(in) {
			return
		}
		s := in.Script()
		if s == nil || s.File == nil {
			return
		}
		syntax.Walk(s.File, func(n syntax.Node) bool {
			pipe, ok := n.(*syntax.BinaryCmd)
			if !ok || pipe.Op != syntax.Pipe && pipe.Op != syntax.PipeAll {
				return true
			}
			if left := stmtName(pipe.X); (left == "curl" || left == "wget") && interprets(pipe.Y) {
				f := lint.Finding{Span: s.SpanOf(pipe)}
				if address, _ := p.Doc.Expand(in, p.Doc.Text(s.SpanOf(pipe.X))); namesVersion(address) {
					f.Severity = lint.Info
				}
				f.Message = fmt.Sprintf("what %s fetches is run without a look at it; fetch a version, check its checksum, then run it", left)
				p.Report(f)
			}
			return true
		})
	})
}

// namesVersion tells whether a part of an address is a version with a dot, as v1.2.3,
// or a commit.
func namesVersion(command string) bool {
	_, address, _ := strings.Cut(command, "://")
	address, _, _ = strings.Cut(address, " ")
	_, path, _ := strings.Cut(strings.Trim(address, `"'`), "/")
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool {
		if len(part) == 40 && strings.Trim(part, "0123456789abcdef") == "" {
			return true
		}
		numbers := strings.Split(strings.TrimPrefix(part, "v"), ".")
		return len(numbers) > 1 && !slices.ContainsFunc(numbers[:2], func(n string) bool { return n == "" || strings.Trim(n, "0123456789") != "" })
	})
}

// interprets tells whether a statement runs what it reads.
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
		return false
	}
	return false
}

// checksDigest tells whether a script compares a checksum or a signature.
func checksDigest(script string) bool {
	for _, program := range []string{"sha256sum", "sha512sum", "sha1sum", "shasum", "gpg --verify", "gpgv", "cosign", "minisign"} {
		if strings.Contains(script, program) {
			return true
		}
	}
	return false
}
