package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CurlWithoutFail finds curl in a RUN that writes a file or feeds a pipe,
// without --fail: an answer of 404 is written as if it were the file, and the
// build goes on.
//
// Silent where the script looks at the status, where the same RUN starts the program that
// was saved, which a page of an error is not, and in health checks, which have a rule of
// their own.
var CurlWithoutFail = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "curl-without-fail",
		Title:    "curl takes an error page for the file",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("DF035"),
	},
	Check: checkCurlWithoutFail,
}

func checkCurlWithoutFail(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "curl" || c.Script == nil || c.HasFlag("--fail", "--fail-with-body", "--fail-early", "--version", "-I", "--head", "-w", "--write-out", "--config", "-K") || curlFails(c) || hasVariableFlag(facts.PackageCommand{Command: c}) || checksDigest(c.Instruction.Body) || strings.Contains(c.Instruction.Body, "gpg") {
			return
		}
		if !c.HasFlag("--output", "--remote-name", "--remote-name-all") && !curlWrites(c) {
			return
		}
		if startsWhatItSaves(p.Doc, c) {
			return
		}
		name := c.Words[0].Span
		f := lint.Finding{Span: name, Message: "curl writes the page of an error as if it were the file, and goes on; add --fail"}
		if c.Script.Editable() {
			f.Fixes = []lint.Fix{{Title: "add --fail", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{lint.Insert(name.End, " --fail")}}}
		}
		p.Report(f)
	}, "curl")
}

// startsWhatItSaves reports whether a later command of the RUN starts the program that curl
// saves: a page of an error is none, and ends the build.
func startsWhatItSaves(d *facts.Dockerfile, c *facts.Command) bool {
	if len(c.Script.File.Stmts) > 1 && !exitsOnError(d, c.Instruction) {
		return false
	}
	saved, named := c.FlagValue("-o", "--output")
	if words := c.Args(); !named && len(words) > 0 {
		saved = words[len(words)-1]
	}
	name := path.Base(saved.Text)
	commands := d.Commands(c.Instruction)
	return slices.ContainsFunc(commands[slices.Index(commands, c)+1:], func(later *facts.Command) bool { return later.Name() == name })
}

// curlFails tells whether curl's short options in one word have an f before any
// option with a value.
func curlFails(c *facts.Command) bool { return curlShort(c, 'f') }

// curlWrites tells whether curl writes a file.
func curlWrites(c *facts.Command) bool { return curlShort(c, 'o') || curlShort(c, 'O') }

func curlShort(c *facts.Command, option byte) bool {
	for _, a := range c.Args() {
		if len(a.Text) < 2 || a.Text[0] != '-' || a.Text[1] == '-' {
			continue
		}
		for i := 1; i < len(a.Text); i++ {
			if a.Text[i] == option {
				return true
			}
			if strings.IndexByte("oHduAbceEFmTwxXYyzCDKPQrtU", a.Text[i]) >= 0 {
				break
			}
		}
	}
	return false
}
