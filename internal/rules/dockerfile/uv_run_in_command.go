package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// UvRunInCommand reports start commands that begin with `uv run`, `pipenv run` or `pdm
// run`.
//
// # Why it matters
//
// The package manager checks the lock file and can install packages each time a container
// starts, which takes time and needs the network. It also stays between the container and
// the program, so signals reach the program only through it.
//
// # How to fix it
//
// Put the environment's programs first in `PATH`, and start the program itself:
//
//	ENV PATH="/app/.venv/bin:$PATH"
//	CMD ["uvicorn", "app:app"]
//
// # Exceptions
//
// It does not report:
//
//   - `poetry run`, which installs nothing and is replaced by the program
//   - stages with a name such as `dev` or `test`
var UvRunInCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-run-in-command",
		Title:    "Package manager starts the program",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvRunInCommand,
}

func checkUvRunInCommand(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || c.runner.Text == "" || baseName(c.runner.Text) == "poetry" {
		return // poetry run replaces itself by the program and installs nothing
	}
	p.Report(lint.Finding{
		Fixes:   startItself(p.Doc, c),
		Span:    c.runner.Span,
		Message: fmt.Sprintf("%s run can install packages each time %s starts; put the bin directory of the environment in PATH and start %s directly", baseName(c.runner.Text), quoteShort(c.program), quoteShort(c.program)),
	})
}

// startItself deletes "uv run" and puts the environment in PATH. It requires that uv sync
// of the same image created the environment in the folder in which the program starts:
// then both use the same one.
func startItself(d *facts.Dockerfile, c startCommand) []lint.Fix {
	commands := d.Commands(c.in)
	if baseName(c.runner.Text) != "uv" || len(commands) != 1 || d.StageOf(c.in) != c.stage || runsAfter(d, c.in) {
		return nil
	}
	if strings.HasSuffix(c.program, ".py") || setsVariable(c.stage, "UV_PROJECT_ENVIRONMENT") {
		return nil
	}
	words := commands[0].Words
	if len(words) < 3 || words[0].Span != c.runner.Span || words[1].Text != "run" || strings.HasPrefix(words[2].Text, "-") {
		return nil
	}
	if (commands[0].Script != nil && !commands[0].Script.Editable()) ||
		!separates(d.Document, text.Span{Start: words[0].Span.End, End: words[1].Span.Start}, ",") ||
		!separates(d.Document, text.Span{Start: words[1].Span.End, End: words[2].Span.Start}, ",") {
		return nil
	}
	folder, known := workdirAt(d, c.in)
	if !known || !syncedIn(d, c.stage, folder) {
		return nil
	}
	edits := []lint.FileEdit{lint.Delete(text.Span{Start: words[0].Span.Start, End: words[2].Span.Start})}
	bin := strings.TrimRight(folder, "/") + "/.venv/bin"
	if v, ok := c.stage.EndScope().Lookup("PATH"); !ok || !strings.Contains(v.Pair.Value, "venv/bin") {
		edit, ok := insertLine(c.in, "ENV", "PATH=\""+bin+":$PATH\"")
		if !ok {
			return nil
		}
		edits = append(edits, edit)
	}
	return unsafeFix("start "+c.program+" from "+bin, lint.EffectConfig, edits...)
}

// syncedIn reports whether the image's own stages run uv sync in a folder.
func syncedIn(d *facts.Dockerfile, s *facts.Stage, folder string) bool {
	found := false
	uvSyncs(d, func(x *facts.Stage, c facts.PackageCommand) {
		at, known := workdirAt(d, c.Instruction)
		found = found || (known && at == folder && slices.Contains(s.Chain(), x))
	})
	return found
}
