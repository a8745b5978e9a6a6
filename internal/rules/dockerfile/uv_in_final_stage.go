package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UvInFinalStage reports final stages of a multi-stage build that copy or install uv.
//
// # Why it matters
//
// uv builds the virtual environment, and the program does not need it at run time. It makes the image larger and gives an attacker a tool that installs
// packages.
//
// # How to fix it
//
// Run uv in a builder stage and copy only the environment:
//
//	COPY --from=build /app/.venv /app/.venv
//
// # Exceptions
//
// It does not report:
//
//   - files with a single stage
//   - final stages that call uv to create the environment, or whose start command uses it
//   - stages for development
var UvInFinalStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-in-final-stage",
		Title:    "Final stage contains uv",
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
		if in.Keyword == "run" &&
			(strings.Contains(in.Body, "uv sync") || strings.Contains(in.Body, "uv pip") || strings.Contains(in.Body, "uv run") || strings.Contains(in.Body, "uv tool")) {
			return // the stage creates the environment itself
		}
	}
	for _, in := range final.Instructions {
		switch in.Keyword {
		case "copy":
			if from, ok := flagOf(in, "from"); ok && strings.Contains(from.Value, "astral-sh/uv") {
				p.Report(lint.Finding{Fixes: leaveOutUv(final, in), Span: in.Head, Message: "the final stage copies uv, which the program does not need at run time; run uv in a builder stage and copy only the environment"})
				return
			}
		case "run":
			for _, c := range p.Doc.Commands(in) {
				if pkg, ok := facts.Packages(c); ok && pkg.Manager == "pip" && pkg.Action == "install" && len(pkg.Packages) > 0 &&
					strings.HasPrefix(pkg.Packages[0].Text, "uv") &&
					(pkg.Packages[0].Text == "uv" || strings.HasPrefix(pkg.Packages[0].Text, "uv=")) {
					p.Report(
						lint.Finding{
							Span:    c.Span,
							Message: "the final stage installs uv, which the program does not need at run time; run uv in a builder stage and copy only the environment",
						},
					)
					return
				}
			}
		}
	}
}

// leaveOutUv deletes the COPY, if no instruction below names uv.
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
	return unsafeFix("remove the COPY of uv", lint.EffectGraph, edit)
}
