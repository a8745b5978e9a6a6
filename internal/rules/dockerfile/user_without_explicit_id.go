package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UserWithoutExplicitId reports `useradd`, `adduser`, `groupadd` and `addgroup` without a
// number in the final image.
//
// # Why it matters
//
// The user gets the next free number, which depends on the users of the base image. After
// an update it can be another one, and the program can no longer write the files in its
// volume.
//
// The rule is off by default, because it matters only where volumes or a manifest use the
// number.
//
// # How to fix it
//
// Choose a number that is free, above those of the system:
//
//	RUN useradd --uid 10001 app
//
// # Exceptions
//
// It does not report:
//
//   - builder stages
//   - `adduser USER GROUP`, which only adds a user to a group
var UserWithoutExplicitId = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "user-without-explicit-id",
		Title:    "User or group is created without a number",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUserWithoutExplicitId,
}

func checkUserWithoutExplicitId(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		s := p.Doc.StageOf(c.Instruction)
		if s == nil || !s.InFinalImage() {
			return
		}
		var flags []string
		switch c.Name() {
		case "useradd", "adduser":
			flags = []string{"-u", "--uid"}
		case "groupadd", "addgroup":
			flags = []string{"-g", "--gid"}
		default:
			return
		}
		if _, ok := c.FlagValue(flags...); ok ||
			(len(c.Positional()) > 1 && (c.Name() == "adduser" || c.Name() == "addgroup") && !strings.HasPrefix(c.Words[1].Text, "-")) {
			return
		}
		p.Report(lint.Finding{
			Fixes:   giveNumber(p.Doc, c),
			Span:    c.Span,
			Message: fmt.Sprintf("%s assigns the next free number, which can change with the base image; set one, such as %s 10001", quoteShort(firstLine(p.Doc.Text(c.Span))), flags[0]),
		})
	}, "useradd", "adduser", "groupadd", "addgroup")
}

// giveNumber adds an option with a number that is free in the file. The long options of
// adduser and addgroup are the ones that both Debian and Alpine support.
func giveNumber(d *facts.Dockerfile, c *facts.Command) []lint.Fix {
	if _, ok := accountOf(c); !ok || c.Script == nil || !c.Script.Editable() {
		return nil
	}
	flag := map[string]string{"useradd": "-u", "groupadd": "-g", "adduser": "--uid", "addgroup": "--gid"}[c.Name()]
	number := freeNumber(d, c)
	if number == "" {
		return nil
	}
	return unsafeFix("add "+flag+" "+number, lint.EffectGraph, lint.Insert(c.Words[0].Span.End, " "+flag+" "+number))
}
