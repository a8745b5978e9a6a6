package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"mvdan.cc/sh/v3/syntax"
)

// ComposeHealthcheckToolMissing reports health checks that call a program which the
// image of the service does not have. Examples are `mongo` since MongoDB 6,
// `mysqladmin` since MariaDB 11, and `curl` in most images of databases.
//
// # Why it matters
//
// The check fails each time, so the container never becomes healthy. Services that
// wait for it do not start.
//
// # How to fix it
//
// Use a program that is in the image, such as `mongosh`, `healthcheck.sh` (MariaDB),
// `pg_isready` or `redis-cli`:
//
//	test: ["CMD-SHELL", "pg_isready -U postgres"]
//
// # Fix safety
//
// There is no automatic fix: the file does not show which program of the image can do the same
// check.
//
// # Exceptions
//
// It does not report:
//
//   - services that Compose builds; the rule `healthcheck-tool-missing` reports their
//     Dockerfile
//   - images whose programs are not known
//   - a program that another command replaces if it fails, as in `curl ... || wget
//     ...`
//   - a program that a mount can contain
var ComposeHealthcheckToolMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-tool-missing",
		Title:    "Image does not have the program of the health check",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHealthcheckToolMissing,
}

func checkComposeHealthcheckToolMissing(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		image, ok := s.Image()
		check, hasCheck := s.Healthcheck()
		if !ok || !hasCheck || check.Disabled || s.Has("build") {
			continue
		}
		if s.Has("extends") || len(check.Test.Words) == 0 {
			continue
		}
		for _, program := range calledPrograms(check.Test) {
			if !lacksProgram(image, program) || mountsProgram(s, program) {
				continue
			}
			p.Report(lint.Finding{
				Span:    check.Test.Pair.Value.Span,
				Message: fmt.Sprintf("%q has no %s, so the check always fails and %q is never healthy; use a program that is in the image", shortText(image.Raw), shortText(program), shortText(s.Name)),
			})
			break
		}
	}
}

// lacksProgram reports whether an image is known not to have a program. A path outside of
// the usual folders counts as it stands.
func lacksProgram(image facts.Image, program string) bool {
	switch path.Dir(program) {
	case ".", "/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin":
		return image.Lacks(path.Base(program))
	}
	return image.Lacks(program)
}

// mountsProgram reports whether a mount may contain a program.
func mountsProgram(s *facts.ComposeService, program string) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		return m.Target == "" || path.Base(m.Target) == path.Base(program) || strings.HasSuffix(path.Clean(m.Target), "bin")
	})
}

// calledPrograms are the programs without which a check cannot succeed, as far as its
// words say it.
func calledPrograms(test compose.Command) []string {
	words := test.Words
	line := words[len(words)-1]
	if test.List && words[0].Text == "CMD" {
		if len(words) < 2 || !words[1].Known {
			return nil
		}
		if !isShellName(words[1].Text) || len(words) != 4 || words[2].Text != "-c" {
			return []string{words[1].Text}
		}
	}
	if !line.Known {
		return nil
	}
	file, ok := facts.ParseScript(line.Text)
	if !ok || len(file.Stmts) != 1 {
		return nil
	}
	return requiredPrograms(file.Stmts[0])
}

// requiredPrograms are the programs that a statement cannot succeed without: what stands
// on one side of "||" is none if the other side can succeed.
func requiredPrograms(s *syntax.Stmt) []string {
	if s.Negated || s.Background {
		return nil
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		if name, ok := programOf(c); ok {
			return []string{name}
		}
	case *syntax.BinaryCmd:
		switch c.Op {
		case syntax.AndStmt:
			return append(requiredPrograms(c.X), requiredPrograms(c.Y)...)
		case syntax.OrStmt:
			if givesUp(c.Y) {
				return requiredPrograms(c.X)
			}
		case syntax.Pipe, syntax.PipeAll:
			return requiredPrograms(c.Y)
		}
	}
	return nil
}

// givesUp reports whether a statement only ends the check as failed.
func givesUp(s *syntax.Stmt) bool {
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok {
		return false
	}
	name, known := programOf(c)
	isZero := name == "exit" && len(c.Args) > 1 && c.Args[1].Lit() == "0"
	return known && (name == "exit" || name == "false" || name == "kill") && !isZero
}

// programOf is the first word of a call; known is false where it is no plain text.
func programOf(c *syntax.CallExpr) (name string, known bool) {
	if len(c.Args) == 0 {
		return "", false
	}
	name = c.Args[0].Lit()
	return name, name != ""
}
