package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeSecurityOptMissing finds services without security_opt.
//
// Off by default: compose-new-privileges-allowed says what is really wanted.
// There is one finding for the file; the option "per-service" makes one for each
// service.
//
// Silent for any value of it, and in files that others complete.
var ComposeSecurityOptMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-security-opt-missing",
		Title:    "A service sets no security options",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("kics:security_opt_not_set"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeSecurityOptMissing,
}

func checkComposeSecurityOptMissing(p *facts.Pass[*facts.Compose]) {
	l := lacking{message: "no security_opt is set for %s; add what is wanted, as no-new-privileges:true"}
	for _, s := range wholeServices(p.Doc) {
		if s.Entry("security_opt") == nil {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
