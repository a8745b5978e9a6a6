package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UserNotNumeric finds USER with a name: Kubernetes cannot tell that it is not
// root, and refuses to start it where runAsNonRoot is set.
//
// Silent for variables and on Windows. Off by default: names work in Docker and
// Compose.
var UserNotNumeric = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "user-not-numeric",
		Title:    "The user has a name, not a number",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  []lint.Alias{{Name: "DL3066", Severity: lint.Info}},
	},
	Check: checkUserNotNumeric,
}

func checkUserNotNumeric(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.Each("user", p.Hadolint, func(in *dockerfile.Instruction) {
		user, _, _ := strings.Cut(bare(in.Args), ":")
		s := p.Doc.StageOf(in)
		if user == "" || strings.Contains(user, "$") || strings.Trim(user, "0123456789") == "" ||
			!p.Hadolint && (s == nil || !s.InFinalImage() || s.Base().IsWindows() || user == "root") {
			return
		}
		p.Report(lint.Finding{
			Span:    in.ArgsSpan,
			Message: fmt.Sprintf("%s is a name, and Kubernetes cannot see that it is not root; give the number that the user has", quoteShort(user)),
		})
	})
}
