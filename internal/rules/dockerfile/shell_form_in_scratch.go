package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ShellFormInScratch finds RUN, CMD and ENTRYPOINT in shell form in a stage
// FROM scratch that copies no shell: there is no /bin/sh, so the build or the
// container fails.
//
// Silent after COPY or ADD of a whole root, or of a folder with programs.
var ShellFormInScratch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-form-in-scratch",
		Title:    "There is no shell in an empty image",
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
					Message: fmt.Sprintf("this %s needs /bin/sh, and an image FROM scratch has none; write it as a JSON array, with the program's whole path", strings.ToUpper(in.Keyword)),
				}
				if fix, why := execFix(p, s, in); why == "" && in.Keyword != "run" {
					f.Fixes = []lint.Fix{fix}
				}
				p.Report(f)
			}
		}
	}
}

// lacksShell tells whether a stage is made of nothing, and nothing brings a shell.
func lacksShell(s *facts.Stage) bool { return s.Base().IsScratch() && !bringsSystem(s) }

// bringsSystem tells whether a stage or one that it builds on gets a shell, or
// something that may hold one.
func bringsSystem(s *facts.Stage) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "shell", "onbuild":
				return true
			case "add":
				return true
			case "copy":
				sources, to, ok := copyWords(in)
				target := strings.TrimRight(bare(to.Text), "/")
				if !ok || target == "" || target == "/bin" || target == "/usr" || target == "." || strings.Contains(target, "$") || strings.HasSuffix(target, "/sh") || strings.HasSuffix(target, "busybox") {
					return true
				}
				for _, w := range sources {
					if source := bare(w.Text); source == "/" || source == "." || strings.Contains(source, "rootfs") {
						return true
					}
				}
			}
		}
	}
	return false
}
