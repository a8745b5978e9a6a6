package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeTmpfsUnsafeOptions finds exec, suid and dev among the options of a
// tmpfs.
//
// Docker mounts one with noexec, nosuid and nodev, so that what an attacker
// writes there cannot be run. Delete the word, unless a program has to be run
// from there.
//
// Silent for the safe words, and for exec on /run, from which s6 and its like start
// what they supervise. There is no fix for exec: who writes it has a program that runs
// files from there.
var ComposeTmpfsUnsafeOptions = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-tmpfs-unsafe-options",
		Title:    "A tmpfs gives up its safe options",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CL-0022", "OWASP-R8"),
	},
	Check: checkComposeTmpfsUnsafeOptions,
}

func checkComposeTmpfsUnsafeOptions(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, m := range s.AllMounts() {
			if m.Kind != compose.Memory || m.Long || !m.Value.Known {
				continue
			}
			for _, option := range m.Options {
				if option != "exec" && option != "suid" && option != "dev" || option == "exec" && isBelow(m.Target, "/run", "/var/run") {
					continue
				}
				f := lint.Finding{
					Span:    m.Span,
					Message: fmt.Sprintf("%q gives up %q, with which Docker mounts a tmpfs; delete the word, unless a program has to be run from there", option, "no"+option),
				}
				if option != "exec" { // who writes it has a program that runs files from there
					f.Fixes = withoutOption(p.Doc, m, option, "delete "+option)
				}
				p.Report(f)
			}
		}
	}
}
