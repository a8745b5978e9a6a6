package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UvInFinalStage finds final stages of a file with several that hold uv: it is
// needed to build the environment, not to run it.
//
// Silent for files with one stage, and where the start command needs it.
var UvInFinalStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-in-final-stage",
		Title:    "uv stays in the final stage",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvInFinalStage,
}

func checkUvInFinalStage(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || len(p.Doc.Stages()) < 2 || isDevelopment(final) {
		return
	}
	if c, ok := startOf(p.Doc); ok && (baseName(c.runner.Text) == "uv" || c.program == "uv" || c.program == "uvx") {
		return
	}
	for _, in := range final.Instructions {
		if in.Keyword == "run" && (strings.Contains(in.Body, "uv sync") || strings.Contains(in.Body, "uv pip") || strings.Contains(in.Body, "uv run") || strings.Contains(in.Body, "uv tool")) {
			return // the environment is made here
		}
	}
	for _, in := range final.Instructions {
		switch in.Keyword {
		case "copy":
			if from, ok := flagOf(in, "from"); ok && strings.Contains(from.Value, "astral-sh/uv") {
				p.Report(lint.Finding{Fixes: leaveOutUv(final, in), Span: in.Head, Message: "uv is copied into the final stage, which needs the environment and not the tool that made it; run uv in a builder stage and copy the environment"})
				return
			}
		case "run":
			for _, c := range p.Doc.Commands(in) {
				if pkg, ok := facts.Packages(c); ok && pkg.Manager == "pip" && pkg.Action == "install" && len(pkg.Packages) > 0 && strings.HasPrefix(pkg.Packages[0].Text, "uv") && (pkg.Packages[0].Text == "uv" || strings.HasPrefix(pkg.Packages[0].Text, "uv=")) {
					p.Report(lint.Finding{Span: c.Span, Message: "uv is installed in the final stage, which needs the environment and not the tool that made it; run uv in a builder stage and copy the environment"})
					return
				}
			}
		}
	}
}

// leaveOutUv deletes the COPY, if no instruction below speaks of uv.
func leaveOutUv(s *facts.Stage, in *dockerfile.Instruction) []lint.Fix {
	last := s.Latest("names uv", func(x *dockerfile.Instruction) bool {
		return strings.Contains(strings.ToLower(x.Args), "uv") && !strings.Contains(x.Args, "uvicorn")
	})
	if last != nil && last.Index() > in.Index() {
		return nil
	}
	edit, ok := deleteInstruction(in)
	if !ok {
		return nil
	}
	return unsafeFix("leave uv out", lint.EffectGraph, edit)
}
