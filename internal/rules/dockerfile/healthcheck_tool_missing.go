package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// HealthcheckToolMissing reports health checks that start with a program that the image
// does not have. Examples are `curl` on slim Debian and on Alpine, `wget` on slim
// Debian, `bash` on Alpine, and a shell on distroless images and `scratch`. The check is
// a `HEALTHCHECK`, or the `healthcheck` of a Compose service that builds the Dockerfile.
//
// # Why it matters
//
// Docker cannot start the check, so the container is never healthy. Services that wait
// for `service_healthy` do not start.
//
// # How to fix it
//
// Install the program, or check with one that the image has, such as the language
// runtime:
//
//	HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://localhost:8000/')"]
//
// # Fix safety
//
// There is no automatic fix: the file does not show which other program of the image can do the
// check.
//
// # Exceptions
//
// It does not report:
//
//   - base images whose programs are not known
//   - stages in which a package, a script or a copied file can add the program
//   - programs after the first command of the check, because they can be an alternative
//     to it
var HealthcheckToolMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-tool-missing",
		Title:    "Image does not have the program of the health check",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"dockerfile", "compose"},
	},
	Check: checkHealthcheckToolMissing,
}

func checkHealthcheckToolMissing(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil {
		return
	}
	if in := final.Last("healthcheck"); in != nil && p.Doc.StageOf(in) == final && !strings.EqualFold(strings.TrimSpace(in.Args), "none") {
		checkOwnHealthcheck(p, final, in)
	}
	if !mayLack(p.Doc) {
		return
	}
	said := map[string]bool{}
	for _, s := range p.Project.Services(p.Doc) {
		check, ok := s.Healthcheck()
		stage := p.Doc.Target(stageNameOf(s))
		if !ok || check.Disabled || stage == nil || len(check.Test.Words) == 0 {
			continue
		}
		words := check.Test.Words
		kind, program := "CMD-SHELL", words[0].Text
		if check.Test.List {
			kind = words[0].Text
			if len(words) < 2 {
				continue
			}
			program = words[1].Text
		}
		if kind == "CMD-SHELL" {
			if stage.Lacks("sh") {
				program = "sh"
			} else if fields := strings.Fields(program); len(fields) > 0 {
				program = fields[0]
			}
		}
		program = path.Base(program)
		if !stage.Lacks(program) || said[program] {
			continue
		}
		said[program] = true
		p.Report(lint.Finding{
			Variant: "compose", Span: stage.From.Head,
			Message: fmt.Sprintf("the image has no %s, which the health check of %q in %q calls, so the container is never healthy; use a program that the image has", program, short(s.Name), s.File.Source.Path),
			Related: []lint.Related{{Source: s.File.Source, Span: check.Test.Node.Span, Message: "the health check"}},
		})
	}
}

// mayLack is a cheap test, before other files of the repository are read.
func mayLack(d *facts.Dockerfile) bool {
	for _, s := range d.Stages() {
		for _, program := range []string{"curl", "wget", "bash", "sh"} {
			if s.Base().Lacks(program) {
				return true
			}
		}
	}
	return false
}

// stageNameOf is the target of a service's build.
func stageNameOf(s facts.ServiceNear) string {
	b, _ := s.ComposeService.Build()
	return b.Target.Text
}

func checkOwnHealthcheck(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) {
	if !in.JSON && s.Lacks("sh") {
		reportLacking(p, s, in.Head, "sh")
		return
	}
	commands := p.Doc.Commands(in)
	if len(commands) == 0 {
		return
	}
	// What comes later may be there for the case that this is missing.
	if c := commands[0]; s.Lacks(c.Name()) && !isOfApplication(c.Words[0].Text) {
		reportLacking(p, s, c.Words[0].Span, c.Name())
	}
}

// isOfApplication reports whether a program is called by a path outside of the folders of
// the system: a folder that was copied may hold it.
func isOfApplication(program string) bool {
	switch path.Dir(program) {
	case "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin":
		return false
	}
	return strings.Contains(program, "/")
}

func reportLacking(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, span text.Span, program string) {
	p.Report(lint.Finding{
		Variant: "dockerfile", Span: span,
		Message: fmt.Sprintf("the image has no %s, which the health check calls, so the container is never healthy; install it, or use another program", program),
		Related: []lint.Related{{Span: s.Chain()[len(s.Chain())-1].From.Head, Message: "this base image does not have it"}},
	})
}
