package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CurlWithoutFail reports `curl` commands in `RUN` that write a file without `--fail`.
//
// # Why it matters
//
// If the server answers with an error such as 404, `curl` writes the error page and
// exits with 0. The build continues with the wrong file and fails later, or not at all.
//
// # How to fix it
//
// Add `--fail`, or `-f`:
//
//	RUN curl -fsSLO https://example.com/app.tar.gz
//
// # Exceptions
//
// It does not report:
//
//   - scripts that check the result: the status (`--write-out`), a checksum or a GPG
//     signature
//   - a `RUN` that starts the saved program, or unpacks the saved archive with `tar`,
//     because the build then fails on an error page
//   - calls that only read headers, or whose options are in a variable or a file
//   - health checks; the rule `healthcheck-curl-without-fail` reports these
var CurlWithoutFail = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "curl-without-fail",
		Title:    "curl saves an HTTP error page instead of the file",
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
		if c.Name() != "curl" || c.Script == nil || c.HasFlag("--fail", "--fail-with-body", "--fail-early", "--version", "-I", "--head", "-w", "--write-out", "--config", "-K") || curlFails(c) {
			return
		}
		if hasVariableFlag(facts.PackageCommand{Command: c}) || checksDigest(c.Instruction.Body) || strings.Contains(c.Instruction.Body, "gpg") {
			return
		}
		if !c.HasFlag("--output", "--remote-name", "--remote-name-all") && !curlWrites(c) {
			return
		}
		if failsWithoutFile(p.Doc, c) {
			return
		}
		name := c.Words[0].Span
		f := lint.Finding{Span: name, Message: "if the server returns an error, curl saves the error page as the file and exits with 0; add --fail"}
		if c.Script.Editable() {
			f.Fixes = []lint.Fix{
				{
					Title:         "add --fail",
					Applicability: lint.Unsafe,
					MaxEffect:     lint.EffectGraph,
					Edits:         []lint.FileEdit{lint.Insert(name.End, " --fail")},
				},
			}
		}
		p.Report(f)
	}, "curl")
}

// failsWithoutFile reports whether a later command of the RUN starts the program that curl
// saves, or unpacks it with tar: a page of an error is neither, and ends the build.
func failsWithoutFile(d *facts.Dockerfile, c *facts.Command) bool {
	if len(c.Script.File.Stmts) > 1 && !exitsOnError(d, c.Instruction) {
		return false
	}
	saved, named := c.FlagValue("-o", "--output")
	if words := c.Args(); !named && len(words) > 0 {
		saved = words[len(words)-1]
	}
	name := path.Base(saved.Text)
	commands := d.Commands(c.Instruction)
	return slices.ContainsFunc(commands[slices.Index(commands, c)+1:], func(later *facts.Command) bool {
		unpacks := later.Name() == "tar" && slices.ContainsFunc(later.Args(), func(w facts.Argument) bool { return path.Base(w.Text) == name })
		return later.Name() == name || unpacks
	})
}

// curlFails reports whether curl's short options in one word have an f before any
// option with a value.
func curlFails(c *facts.Command) bool { return curlShort(c, 'f') }
