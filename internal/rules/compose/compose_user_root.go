package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeUserRoot reports services with `user: root` or `user: 0`.
//
// Findings have severity info and the variant `excused` in files for development,
// tests, demonstrations or exercises, and where a comment next to the line gives the
// reason.
//
// # Why it matters
//
// Someone who takes over the program has root privileges in the container, which
// makes it easier to break out. Files that the program writes to mounted folders
// belong to root on the host.
//
// # How to fix it
//
// Use the user that the image has for the program, or a number:
//
//	user: "1000:1000"
//
// # Fix safety
//
// There is no automatic fix: only those who run the program know which user it can run as.
//
// # Exceptions
//
// It does not report:
//
//   - services without `user`, because the image decides
//   - values from a variable without a default
//   - jobs that end, which often set owners of files
//   - services that mount the socket of a container engine, which belongs to root
var ComposeUserRoot = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-user-root",
		Title:    "Service runs as root",
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
		if !v.Known || (name != "root" && name != "0") || s.IsJob() {
			continue
		}
		if mountsSocket(s) {
			continue
		}
		p.Report(weigh(p, lint.Finding{
			Span:    v.Span,
			Message: fmt.Sprintf("%q runs %q as root, so anyone who takes over the program gets root privileges; use a user of the image, or a number", shortText(v.Raw), shortText(s.Name)),
		}, false))
	}
}
