package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ShellFormInScratch reports `RUN`, `CMD` and `ENTRYPOINT` in shell form in a stage `FROM
// scratch` that does not copy a shell.
//
// # Why it matters
//
// Shell form runs `/bin/sh -c`, and an image `FROM scratch` has no `/bin/sh`. A `RUN` ends
// the build with an error, and a container with such a `CMD` or `ENTRYPOINT` does not
// start.
//
// # How to fix it
//
// Write a JSON array with the full path of the program:
//
//	ENTRYPOINT ["/server", "--port", "80"]
//
// # Exceptions
//
// It does not report:
//
//   - stages that copy a whole root file system, `/bin`, `/usr`, a shell or BusyBox
//   - stages with an `ADD`, which may extract a root file system
//   - stages with a `SHELL` or `ONBUILD` instruction
//   - here-documents
var ShellFormInScratch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-form-in-scratch",
		Title:    "Shell form is used in an image without a shell",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("tally/shell-run-in-scratch"),
	},
	Check: checkShellFormInScratch,
}

func checkShellFormInScratch(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !lacksShell(s) {
			continue
		}
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "run", "cmd", "entrypoint":
				if in.JSON || in.Args == "" || len(in.Heredocs) > 0 {
					continue
				}
				f := lint.Finding{
					Span:    in.Head,
					Message: fmt.Sprintf("this %s needs /bin/sh, and an image FROM scratch has none; write it as a JSON array with the full path of the program", strings.ToUpper(in.Keyword)),
				}
				if fix, why := execFix(p, s, in); why == "" && in.Keyword != "run" {
					f.Fixes = []lint.Fix{fix}
				}
				p.Report(f)
			}
		}
	}
}
