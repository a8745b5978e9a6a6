package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WgetProgressNoise reports `wget` without an option that turns off or reduces its
// progress output.
//
// # Why it matters
//
// In a build log, wget prints a line for each 50 KB. The lines hide the messages that
// matter, and large logs are slow to open.
//
// The rule is off by default, because it affects only the log.
//
// # How to fix it
//
// Reduce the output:
//
//	RUN wget --progress=dot:giga https://example.com/file
//
// # Exceptions
//
// It does not report:
//
//   - `-q` and `-nv`, also when combined with other short options
//   - a log file (`-o`, `-a`)
//   - BusyBox's wget, which has no such option
var WgetProgressNoise = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "wget-progress-noise",
		Title:    "wget writes progress output to the build log",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3047", Severity: lint.Info}},
			lint.Names("DF056")...,
		),
	},
	Check: checkWgetProgressNoise,
}

func checkWgetProgressNoise(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "wget" || c.HasFlag("-q", "--quiet", "-nv", "--no-verbose", "--progress", "-o", "--output-file", "-a", "--append-output", "--version", "--help") || quietCluster(c) {
			return
		}
		if !p.Hadolint && isBusyBox(p.Doc, c) {
			return
		}
		name := c.Words[0].Span
		f := lint.Finding{Span: name, Message: "wget writes progress output to the build log; add --progress=dot:giga, or -q"}
		if c.Script != nil && c.Script.Editable() {
			f.Fixes = []lint.Fix{
				{
					Title:         "add --progress=dot:giga",
					Applicability: lint.Unsafe,
					MaxEffect:     lint.EffectGraph,
					Edits:         []lint.FileEdit{lint.Insert(name.End, " --progress=dot:giga")},
				},
			}
		}
		p.Report(f)
	}, "wget")
}

func isBusyBox(d *facts.Dockerfile, c *facts.Command) bool {
	s := d.StageOf(c.Instruction)
	return s != nil && onBusyBox(s)
}

// quietCluster reports whether wget's short options in one word include a quiet one:
// "-nv", "-qO-".
func quietCluster(c *facts.Command) bool {
	for _, a := range c.Args() {
		if len(a.Text) > 1 && a.Text[0] == '-' && a.Text[1] != '-' &&
			(strings.HasPrefix(a.Text, "-nv") || strings.HasPrefix(a.Text, "-q") || (strings.Contains(a.Text, "q") && len(a.Text) <= 5)) {
			return true
		}
	}
	return false
}
