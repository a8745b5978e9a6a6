package dockerfile

import (
	"fmt"
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
// Silent where the same RUN checks a checksum or a signature.
var RemoteScriptPipedToShell = lint.Rule[*facts.Dockerfile]{
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

func checkRemoteScriptPipedToShell(p *lint.Pass[*facts.Dockerfile]) {
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
				p.Report(lint.Finding{
					Span:    s.SpanOf(pipe),
					Message: fmt.Sprintf("what %s fetches is run without a look at it; fetch a version, check its checksum, then run it", left),
				})
			}
			return true
		})
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
