package compose

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeUlimitsUnbounded reports `ulimits` of -1, and `nproc` above 65536.
//
// # Why it matters
//
// A program with a fault can use up the open files, processes or memory of the host,
// and other services then fail.
//
// The rule is off by default, because some programs need high limits.
//
// # How to fix it
//
// Set a number that is enough for the service:
//
//	ulimits:
//	  nofile: 65536
//
// # Exceptions
//
// It does not report `memlock` of search engines, whose manuals require it.
var ComposeUlimitsUnbounded = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-ulimits-unbounded",
		Title:    "Resource limit is removed or very high",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-5.19", "OWASP-R7"),
	},
	Check: checkComposeUlimitsUnbounded,
}

func checkComposeUlimitsUnbounded(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		search := s.ImageSays(images.Search)
		for _, limit := range p.Doc.View.Pairs(s.Get("ulimits")) {
			name := limit.Key.Value
			values := []compose.Value{p.Doc.Value(limit.Value)}
			for _, part := range []string{"soft", "hard"} {
				values = append(values, p.Doc.Value(p.Doc.View.Get(limit.Value, part)))
			}
			const most = 65536
			if (search && name == "memlock") || !slices.ContainsFunc(values, func(v compose.Value) bool {
				n, ok := v.Int()
				return ok && (n == -1 || (name == "nproc" && n > most))
			}) {
				continue
			}
			what := map[string]string{"memlock": "the memory", "nproc": "the process table", "nofile": "the open files"}[name]
			p.Report(lint.Finding{
				Span:    limit.Key.Span,
				Message: fmt.Sprintf("%q is unlimited in %q, so this service can use up %s of the host; set a number", shortText(name), shortText(s.Name), cmp.Or(what, "the resources")),
			})
		}
	}
}
