package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeTmpfsUnsafeOptions reports `exec`, `suid` and `dev` in the options of a
// tmpfs.
//
// # Why it matters
//
// Docker mounts a tmpfs with `noexec`, `nosuid` and `nodev`, so that an attacker cannot
// run a program from it or use one to become root. These options turn that protection
// off.
//
// # How to fix it
//
// Remove the option, unless a program must run files from there:
//
//	tmpfs:
//	  - /tmp:size=64m
//
// # Exceptions
//
// It does not report:
//
//   - `noexec`, `nosuid` and `nodev`
//   - `exec` on `/run`, from which s6 and similar programs start the services that
//     they supervise
var ComposeTmpfsUnsafeOptions = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-tmpfs-unsafe-options",
		Title:    "tmpfs is mounted without its safe options",
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
				if option != "exec" && option != "suid" && option != "dev" {
					continue
				}
				if option == "exec" && isBelow(m.Target, "/run", "/var/run") {
					continue
				}
				f := lint.Finding{
					Span:    m.Span,
					Message: fmt.Sprintf("%q overrides %q, the default of Docker, which protects against files that an attacker writes there; remove the option unless a program needs it", option, "no"+option),
				}
				if option != "exec" { // it is there for a program that runs files from the folder
					f.Fixes = withoutOption(p.Doc, m, option, "remove "+option)
				}
				p.Report(f)
			}
		}
	}
}
