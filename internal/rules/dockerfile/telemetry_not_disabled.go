package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// TelemetryNotDisabled reports commands in `RUN` of a tool that sends usage data to its
// vendor, such as `next` or `dotnet`, where the variable that turns this off is not set.
//
// # Why it matters
//
// Each build reports to the vendor how the tool is used. Many teams do not want this, or do not know about it.
//
// The rule is off by default, because the vendors state that the data is anonymous.
//
// # How to fix it
//
// Set the variable of the tool:
//
//	ENV NEXT_TELEMETRY_DISABLED=1
//
// # Exceptions
//
// It does not report:
//
//   - stages that set the tool's variable or `DO_NOT_TRACK`
//   - further commands of a stage that need the same variable
var TelemetryNotDisabled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "telemetry-not-disabled",
		Title:    "Tool sends usage data during the build",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/prefer-telemetry-opt-out"),
	},
	Check: checkTelemetryNotDisabled,
}

// telemetrySwitch is the variable that turns off the usage data of a program.
type telemetrySwitch struct{ program, variable, value string }

// telemetrySwitches lists the variables from each tool's documentation, November 2026.
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
				Message: fmt.Sprintf("%s sends usage data to its vendor during the build; set %s=%s to turn that off", program, t.variable, t.value),
			}
			if run := p.Doc.Instructions[c.Instruction.Index()]; run == c.Instruction {
				f.Fixes = insertAbove(p.Doc, run, "ENV", t.variable+"="+t.value)
			}
			p.Report(f)
		}
	})
}

// toolOf returns the program that a command runs, also through npx and similar runners.
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
