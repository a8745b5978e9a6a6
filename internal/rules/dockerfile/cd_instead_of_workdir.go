package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CdInsteadOfWorkdir reports `RUN` instructions that begin with `cd` to a constant
// absolute folder.
//
// # Why it matters
//
// `cd` affects only its own `RUN`, so a reader must look for the folder in each
// instruction. If the folder does not exist and the commands are joined with `;`, the
// shell continues in the wrong folder.
//
// The rule is off by default, because both forms work.
//
// # How to fix it
//
// Set the folder with `WORKDIR`, which applies to all instructions below it and creates
// the folder:
//
//	WORKDIR /srv/app
//	RUN make
//
// # Exceptions
//
// It does not report:
//
//   - folders in `/tmp` and `/var/tmp`
//   - a folder that the same `RUN` removes
//   - a `RUN` with more than one `cd`, or with a `cd` that is not its first command
//   - paths with variables
var CdInsteadOfWorkdir = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "cd-instead-of-workdir",
		Title:    "cd is used where WORKDIR is enough",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3003", Severity: lint.Warning}},
			lint.Names("DF008", "DS013", "kics:run_command_cd_instead_of_workdir", "semgrep:use-workdir")...,
		),
	},
	Check: checkCdInsteadOfWorkdir,
}

func checkCdInsteadOfWorkdir(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if p.Hadolint && isInner(c.Instruction) {
			return
		}
		if c.Name() != "cd" || c.Script == nil || (!p.Hadolint && !leadsTheWay(p.Doc, c)) {
			return
		}
		p.Report(lint.Finding{
			Fixes:   setFolder(p.Doc, c),
			Span:    c.Span,
			Message: fmt.Sprintf("%s changes the working directory for this RUN only; use WORKDIR instead", quoteShort(p.Doc.Text(c.Span))),
		})
	}, "cd")
}

// leadsTheWay reports whether a cd is the first command of its RUN and goes to a
// constant folder that stays.
func leadsTheWay(d *facts.Dockerfile, c *facts.Command) bool {
	all := d.Commands(c.Instruction)
	if len(all) < 2 || all[0] != c || len(c.Words) != 2 || !c.Words[1].Literal {
		return false
	}
	if len(c.Wrappers) > 0 {
		return false // "exec cd" and "sudo cd" do not change the folder
	}
	path := c.Words[1].Text
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/tmp") || strings.HasPrefix(path, "/var/tmp") || path == "/" {
		return false
	}
	for _, other := range all[1:] {
		if (other.Name() == "rm" && removesAny(other, []string{path})) || other.Name() == "cd" {
			return false
		}
	}
	return true
}

// setFolder puts a WORKDIR above the RUN in the place of the cd, where nothing
// below works in the folder that held until then.
func setFolder(d *facts.Dockerfile, c *facts.Command) []lint.Fix {
	if !leadsTheWay(d, c) {
		return nil
	}
	path := c.Words[1].Text
	cut, ok := deleteCommand(c)
	if !ok || strings.ContainsAny(path, " \"'$\\") {
		return nil
	}
	if now, known := workdirAt(d, c.Instruction); known && now == cleanFolder(path) {
		return unsafeFix("remove cd, which changes nothing", lint.EffectGraph, cut)
	}
	line, ok := insertLine(c.Instruction, "WORKDIR", path)
	if !ok || needsFolder(d, c.Instruction) {
		return nil
	}
	return unsafeFix("set the folder with WORKDIR", lint.EffectGraph, line, cut)
}

// needsFolder reports whether an instruction below may depend on the folder in which
// it works, up to the next WORKDIR.
func needsFolder(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	if s == nil {
		return true
	}
	for _, x := range s.After(in) {
		switch x.Keyword {
		case "workdir":
			return !isAbsolute(bare(x.Args))
		case "copy", "add":
			if _, to, ok := copyWords(x); !ok || !strings.HasPrefix(bare(to.Text), "/") {
				return true
			}
		case "env", "arg", "label", "expose", "user", "stopsignal", "volume":
		default:
			return true
		}
	}
	return s.InFinalImage() || s.IsBase()
}
