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

// HealthcheckToolMissing finds health checks whose program the image does not
// have, so that the container is never healthy: curl on a slim Debian or on
// Alpine, wget on the former, bash on Alpine, a shell on distroless or scratch.
//
// The check is HEALTHCHECK, or the test of a service in a Compose file of the
// project that is built from the Dockerfile. Ask with the language of the image,
// or install the program.
//
// Silent on bases whose programs are not known, and where a package, a script or
// a file of another stage may bring the program.
//
// There is no fix: which program of the image can do the same is known only by looking
// into it.
var HealthcheckToolMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-tool-missing",
		Title:    "The image lacks the program of the health check",
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
			Message: fmt.Sprintf("the image has no %s, which the health check of %q in %q calls, so the container is never healthy; ask with a program that is there", program, short(s.Name), s.File.Source.Path),
			Related: []lint.Related{{Source: s.File.Source, Span: check.Test.Node.Span, Message: "the health check"}},
		})
	}
}

// mayLack is a first look, before files around the Dockerfile are read.
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
	if c := commands[0]; s.Lacks(c.Name()) {
		reportLacking(p, s, c.Words[0].Span, c.Name())
	}
}

func reportLacking(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, span text.Span, program string) {
	p.Report(lint.Finding{
		Variant: "dockerfile", Span: span,
		Message: fmt.Sprintf("the image has no %s, so the container is never healthy; ask with a program that is there, or install it", program),
		Related: []lint.Related{{Span: s.Chain()[len(s.Chain())-1].From.Head, Message: "the base has none"}},
	})
}
