package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeCpuLimitMissing finds services without a limit for processors, cpus,
// cpuset, cpu_quota or deploy.resources.limits.cpus.
//
// One that runs wild then takes the others, and the host, with it. Set a limit
// that the load needs.
//
// Off by default: the right limit depends on the load and on the host. There is
// one finding for the file; the option "per-service" makes one for each service.
//
// Silent for jobs that end, in files for development, and in files that others
// complete.
var ComposeCpuLimitMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cpu-limit-missing",
		Title:    "A service may use every processor of its host",
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
	l := lacking{message: "%s may take all processors of the host from the others; set a limit (cpus, or deploy.resources.limits.cpus)"}
	for _, s := range wholeServices(p.Doc) {
		if !s.CPULimited() && !s.IsJob() {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
