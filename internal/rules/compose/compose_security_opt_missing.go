package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeSecurityOptMissing reports services without `security_opt`, in one finding
// for the file.
//
// # Why it matters
//
// `security_opt` limits what a program in the container can do, for example with
// `no-new-privileges`.
//
// The rule is off by default, because the rule `compose-new-privileges-allowed` checks
// the option that matters most.
//
// # How to fix it
//
// Add the options that the service should run with:
//
//	security_opt:
//	  - no-new-privileges:true
//
// # Exceptions
//
// It does not report:
//
//   - services with any `security_opt`
//   - services with `extends`, and files that are merged with another Compose file
var ComposeSecurityOptMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-security-opt-missing",
		Title:    "Services set no security options",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("kics:security_opt_not_set"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeSecurityOptMissing,
}

func checkComposeSecurityOptMissing(p *facts.Pass[*facts.Compose]) {
	l := lacking{message: "no security_opt is set for %s, so its processes can gain privileges, for example through setuid programs; add options, such as no-new-privileges:true"}
	for _, s := range wholeServices(p.Doc) {
		if s.Entry("security_opt") == nil {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
