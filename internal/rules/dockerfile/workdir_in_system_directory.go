package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WorkdirInSystemDirectory reports `WORKDIR` in a directory that belongs to the system, if
// a later `COPY` or `ADD` copies a directory into it.
//
// # Why it matters
//
// The copied files can overwrite programs or libraries of the distribution, and programs
// that have nothing to do with the application then fail.
//
// # How to fix it
//
// Use a directory of the application:
//
//	WORKDIR /app
//
// # Fix safety
//
// There is no automatic fix: scripts and other files may use the path.
//
// # Exceptions
//
// It does not report:
//
//   - directories for applications, such as `/opt`, `/srv`, `/var`, `/home`, `/usr/src`
//     and `/usr/local`
//   - a directory under `/etc`, `/lib`, `/usr/lib` or `/run`, which often belongs to one
//     program
//   - a `WORKDIR` after which only files are copied into it, or to absolute paths
var WorkdirInSystemDirectory = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "workdir-in-system-directory",
		Title:    "WORKDIR is a system directory",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("DS030"),
	},
	Check: checkWorkdirInSystemDirectory,
}

func checkWorkdirInSystemDirectory(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("workdir", true, func(in *dockerfile.Instruction) {
		if path := bare(in.Args); isSystemDirectory(path) && (p.Hadolint || fillsWorkdir(p, in)) {
			p.Report(lint.Finding{Span: in.ArgsSpan, Message: fmt.Sprintf("%s is a system directory, and the files copied into it can overwrite system files; use your own directory, such as /app", quoteShort(path))})
		}
	})
}

// fillsWorkdir reports whether a COPY or ADD copies a folder to a path relative to a
// WORKDIR, before the next one.
func fillsWorkdir(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	s := p.Doc.StageOf(in)
	if s == nil {
		return false
	}
	for _, c := range s.After(in) {
		switch c.Keyword {
		case "workdir":
			return false
		case "copy", "add":
			if _, to, ok := copyWords(c); ok && !isAbsoluteDestination(bare(to.Text)) && !strings.HasPrefix(to.Text, "$") && copiesFolder(p, c) {
				return true
			}
		}
	}
	return false
}
