package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeMemoryLimitMissing reports services without a memory limit: neither
// `mem_limit` nor `deploy.resources.limits.memory` is set. It makes one finding for
// the file.
//
// # Why it matters
//
// A program with a memory leak can use all memory of the host. The kernel then kills
// processes, which can be those of other services.
//
// The rule is off by default, because the right limit depends on the load and on the
// host.
//
// # How to fix it
//
// Set a limit that is enough for the load:
//
//	mem_limit: 512m
//
// # Exceptions
//
// It does not report:
//
//   - jobs that end
//   - files for development
//   - services with `extends`, and files that are merged with another Compose file
var ComposeMemoryLimitMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-memory-limit-missing",
		Title:    "Service has no memory limit",
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
	l := lacking{message: "%s can use all of the host's memory, so the kernel may kill other programs; set a limit (mem_limit, or deploy.resources.limits.memory)"}
	for _, s := range wholeServices(p.Doc) {
		if !s.MemoryLimited() && !s.IsJob() {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
