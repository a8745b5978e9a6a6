package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeMemoryLimitMissing finds services without a limit for memory, mem_limit
// or deploy.resources.limits.memory.
//
// One that runs wild then takes the others, and the host, with it. Set a limit
// that the load needs.
//
// Off by default: the right limit depends on the load and on the host. There is
// one finding for the file; the option "per-service" makes one for each service.
//
// Silent for jobs that end, in files for development, and in files that others
// complete.
var ComposeMemoryLimitMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-memory-limit-missing",
		Title:    "A service may use all memory of its host",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-5.11", "CL-0026", "OWASP-R7", "kics:memory_not_limited"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeMemoryLimitMissing,
}

func checkComposeMemoryLimitMissing(p *facts.Pass[*facts.Compose]) {
	if p.Doc.IsDevelopment(p.Doc.Name) {
		return
	}
	l := lacking{message: "%s may take all memory of the host from the others; set a limit (mem_limit, or deploy.resources.limits.memory)"}
	for _, s := range wholeServices(p.Doc) {
		if !s.MemoryLimited() && !s.IsJob() {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
