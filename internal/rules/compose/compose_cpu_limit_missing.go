package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeCpuLimitMissing reports services without a CPU limit: none of `cpus`,
// `cpuset`, `cpu_quota` and `deploy.resources.limits.cpus` is set. It makes one
// finding for the file.
//
// # Why it matters
//
// A program with an endless loop or too much load can use all processors of the host.
// Other services, and the host itself, then become slow.
//
// The rule is off by default, because the right limit depends on the load and on the
// host.
//
// # How to fix it
//
// Set a limit that is enough for the load:
//
//	cpus: "1.5"
//
// # Exceptions
//
// It does not report:
//
//   - jobs that end
//   - files for development
//   - services with `extends`, and files that are merged with another Compose file
var ComposeCpuLimitMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cpu-limit-missing",
		Title:    "Service has no CPU limit",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-5.12", "CL-0026", "OWASP-R7", "kics:cpus_not_limited"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeCpuLimitMissing,
}

func checkComposeCpuLimitMissing(p *facts.Pass[*facts.Compose]) {
	if p.Doc.IsDevelopment(p.Doc.Name) {
		return
	}
	l := lacking{message: "%s can use all of the host's CPUs and slow down other services; set a limit (cpus, or deploy.resources.limits.cpus)"}
	for _, s := range wholeServices(p.Doc) {
		if !s.CPULimited() && !s.IsJob() {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
