package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeUserRoot finds services with the user root or 0.
//
// A fault of the program is then one of root, and what it writes into mounted
// folders belongs to root. Name the user that the image has for it, or a number.
//
// It is info, and excused, where a comment beside it gives the reason, or in files that are
// for development or trials by their name.
//
// Silent where no user is named, since then the image decides, where a variable
// decides, for jobs that end, which often set owners, and beside the socket of a
// container engine, which belongs to root.
//
// There is no fix: which user the program can run as is known only to those who run it.
var ComposeUserRoot = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-user-root",
		Title:    "A service asks for root",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-4.1", "CL-0018", "OWASP-R2"),
	},
	Check: checkComposeUserRoot,
}

func checkComposeUserRoot(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		v := s.Value("user")
		name, _, _ := strings.Cut(v.Text, ":")
		if !v.Known || name != "root" && name != "0" || s.IsJob() || mountsSocket(s) {
			continue
		}
		p.Report(weigh(p, lint.Finding{
			Span:    v.Span,
			Message: fmt.Sprintf("%q makes every fault of %q one of root; name a user of the image, or a number", shortText(v.Raw), shortText(s.Name)),
		}, false))
	}
}
