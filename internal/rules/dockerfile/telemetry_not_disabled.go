package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// TelemetryNotDisabled finds builds that call a tool which sends its maker what
// it is used for, without the variable that turns it off.
//
// Off by default: what is sent is said to hold no names.
var TelemetryNotDisabled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "telemetry-not-disabled",
		Title:    "A tool reports its use",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/prefer-telemetry-opt-out"),
	},
	Check: checkTelemetryNotDisabled,
}

// telemetrySwitch is the variable that turns off what a program sends.
type telemetrySwitch struct{ program, variable, value string }

// telemetrySwitches are as each tool's documentation has them, November 2026.
func telemetrySwitches() []telemetrySwitch {
	return []telemetrySwitch{
		{"next", "NEXT_TELEMETRY_DISABLED", "1"}, {"nuxt", "NUXT_TELEMETRY_DISABLED", "1"}, {"nuxi", "NUXT_TELEMETRY_DISABLED", "1"},
		{"gatsby", "GATSBY_TELEMETRY_DISABLED", "1"}, {"astro", "ASTRO_TELEMETRY_DISABLED", "1"}, {"turbo", "TURBO_TELEMETRY_DISABLED", "1"},
		{"ng", "NG_CLI_ANALYTICS", "false"}, {"storybook", "STORYBOOK_DISABLE_TELEMETRY", "1"}, {"dotnet", "DOTNET_CLI_TELEMETRY_OPTOUT", "1"},
		{"pwsh", "POWERSHELL_TELEMETRY_OPTOUT", "1"}, {"brew", "HOMEBREW_NO_ANALYTICS", "1"}, {"az", "AZURE_CORE_COLLECT_TELEMETRY", "0"},
		{"sam", "SAM_CLI_TELEMETRY", "0"}, {"vcpkg", "VCPKG_DISABLE_METRICS", "1"}, {"terraform", "CHECKPOINT_DISABLE", "1"},
		{"packer", "CHECKPOINT_DISABLE", "1"}, {"huggingface-cli", "HF_HUB_DISABLE_TELEMETRY", "1"}, {"hf", "HF_HUB_DISABLE_TELEMETRY", "1"},
	}
}

func checkTelemetryNotDisabled(p *facts.Pass[*facts.Dockerfile]) {
	type place struct {
		stage    *facts.Stage
		variable string
	}
	seen := map[place]bool{}
	switches := telemetrySwitches()
	p.Doc.AllCommands(func(c *facts.Command) {
		s := p.Doc.StageOf(c.Instruction)
		program := toolOf(c)
		if s == nil || envAt(p.Doc, c, "DO_NOT_TRACK") {
			return
		}
		for _, t := range switches {
			if t.program != program || seen[place{s, t.variable}] || envAt(p.Doc, c, t.variable) {
				continue
			}
			seen[place{s, t.variable}] = true
			f := lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("%s sends its maker what it is used for; turn that off with %s=%s", program, t.variable, t.value),
			}
			if run := p.Doc.Instructions[c.Instruction.Index()]; run == c.Instruction {
				f.Fixes = insertAbove(p.Doc, run, "ENV", t.variable+"="+t.value)
			}
			p.Report(f)
		}
	})
}

// insertAbove is the fix that puts an instruction above another one.
func insertAbove(d *facts.Dockerfile, in *dockerfile.Instruction, keyword, args string) []lint.Fix {
	line := sameCase(keyword, d.Text(in.KeywordSpan)) + " " + args
	return []lint.Fix{{
		Title: "add " + keyword + " " + args, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
		Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.Start, line+d.Newline())},
	}}
}

// toolOf is the program that a command runs, behind npx and the like.
func toolOf(c *facts.Command) string {
	name := c.Name()
	if name != "npx" && name != "bunx" && name != "pnpx" {
		return name
	}
	for _, a := range c.Args() {
		if !strings.HasPrefix(a.Text, "-") {
			return a.Text
		}
	}
	return name
}
