package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UseraddWithoutNoLogInit reports `useradd` with a user number of more than five digits
// and without `--no-log-init`.
//
// # Why it matters
//
// useradd writes `/var/log/faillog` and `/var/log/lastlog` up to the position of the user
// number. On a disk these files are sparse, but an image layer stores all their zeros, so
// the layer can grow by gigabytes.
//
// # How to fix it
//
// Add the option:
//
//	RUN useradd --no-log-init --uid 1000700000 app
//
// # Exceptions
//
// It does not report:
//
//   - numbers of at most five digits; the option `always`, which the preset `cloud-native`
//     sets, reports every useradd as info
//   - `adduser`, and `useradd --defaults`
var UseraddWithoutNoLogInit = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "useradd-without-no-log-init",
		Title:    "useradd with a high user number writes huge log files",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  []lint.Alias{{Name: "DL3046", Severity: lint.Warning}, {Name: "DF064"}},
		Options: []lint.Option{{
			Name: "always", Doc: "also report useradd with a low number or without a number, as info", Kind: lint.BoolOption,
			Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
		}},
	},
	Check: checkUseraddWithoutNoLogInit,
}

func checkUseraddWithoutNoLogInit(p *facts.Pass[*facts.Dockerfile]) {
	always := p.Options.Bool("always")
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "useradd" || c.HasFlag("-l", "--no-log-init", "-D", "--defaults") {
			return
		}
		uid, ok := c.FlagValue("-u", "--uid")
		const digits = 5
		high := ok && uid.Literal && len(uid.Text) > digits && strings.Trim(uid.Text, "0123456789") == ""
		if !high && !always {
			return
		}
		f := lint.Finding{Span: c.Span}
		if high {
			f.Message = fmt.Sprintf("with user number %s, useradd writes huge log files into the layer; add --no-log-init", short(uid.Text))
		} else {
			f.Severity = lint.Info
			f.Message = "useradd writes log files into the layer; add --no-log-init"
		}
		if c.Script != nil && c.Script.Editable() {
			f.Fixes = []lint.Fix{{
				Title: "add --no-log-init", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Insert(c.Words[0].Span.End, " --no-log-init")},
			}}
		}
		p.Report(f)
	}, "useradd")
}
