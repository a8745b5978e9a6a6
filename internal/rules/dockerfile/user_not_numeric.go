package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UserNotNumeric reports `USER` instructions of the final image with a name.
//
// # Why it matters
//
// Kubernetes does not read `/etc/passwd` of the image. If a pod sets `runAsNonRoot`, it
// cannot verify that the user is not root, and the container does not start: "container
// has runAsNonRoot and image has non-numeric user".
//
// The rule is off by default, because names work in Docker and Compose.
//
// # How to fix it
//
// Give the user a number and use it:
//
//	RUN useradd --uid 10001 app
//	USER 10001
//
// # Exceptions
//
// It does not report:
//
//   - variables
//   - Windows images
//   - the user root, which Kubernetes would refuse as a number too
var UserNotNumeric = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "user-not-numeric",
		Title:    "USER is a name and not a number",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  []lint.Alias{{Name: "DL3066", Severity: lint.Info}},
	},
	Check: checkUserNotNumeric,
}

func checkUserNotNumeric(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("user", p.Hadolint, func(in *dockerfile.Instruction) {
		user, _, _ := strings.Cut(bare(in.Args), ":")
		s := p.Doc.StageOf(in)
		if user == "" || strings.Contains(user, "$") || strings.Trim(user, "0123456789") == "" ||
			(!p.Hadolint && (s == nil || !s.InFinalImage() || s.Base().IsWindows() || user == "root")) {
			return
		}
		p.Report(lint.Finding{
			Fixes:   useNumbers(p.Doc, s, in),
			Span:    in.ArgsSpan,
			Message: fmt.Sprintf("%s is a name, so Kubernetes cannot verify that it is not root and refuses it with runAsNonRoot; write the user's number", quoteShort(user)),
		})
	})
}

// accountName is the name of a user or a group.
type accountName struct {
	name    string
	isGroup bool
}

// useNumbers writes the numbers that the file itself gives to the user and the group.
func useNumbers(d *facts.Dockerfile, s *facts.Stage, in *dockerfile.Instruction) []lint.Fix {
	if s == nil || isInner(in) || d.Text(in.ArgsSpan) != in.Args {
		return nil
	}
	list, ok := accounts(d, s)
	parts := strings.Split(in.Args, ":")
	if !ok || len(parts) > 2 {
		return nil
	}
	first := facts.Once(d, "first accounts of a name", s, func() map[accountName]account {
		first := map[accountName]account{}
		for _, a := range slices.Backward(list) {
			first[accountName{a.name, a.isGroup}] = a
		}
		return first
	})
	for i, name := range parts {
		a, made := first[accountName{name, i == 1}]
		switch {
		case strings.Trim(name, "0123456789") == "" && name != "":
		case !made || a.id == "" || strings.Trim(a.id, "0123456789") != "" || a.command.Conditional():
			return nil
		default:
			parts[i] = a.id
		}
	}
	numbers := strings.Join(parts, ":")
	return unsafeFix("write "+numbers, settingEffect(d, in), lint.Replace(in.ArgsSpan, numbers))
}
