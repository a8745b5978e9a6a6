package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UserWithoutExplicitId finds useradd, adduser and groupadd without a number in
// the final image: it depends on what was there before, and files of a volume
// change hands with an update.
//
// Off by default: it matters only where volumes or a manifest share the number.
var UserWithoutExplicitId = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "user-without-explicit-id",
		Title:    "A user without a number",
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
		if _, ok := c.FlagValue(flags...); ok || len(c.Positional()) > 1 && (c.Name() == "adduser" || c.Name() == "addgroup") && !strings.HasPrefix(c.Words[1].Text, "-") {
			return
		}
		p.Report(lint.Finding{
			Fixes:   giveNumber(p.Doc, c),
			Span:    c.Span,
			Message: fmt.Sprintf("%s takes the next free number, which changes with the base image; name one, as %s 10001", quoteShort(firstLine(p.Doc.Text(c.Span))), flags[0]),
		})
	}, "useradd", "adduser", "groupadd", "addgroup")
}

// giveNumber adds an option with a number that is free in the file. The long
// options of adduser and addgroup are the ones that Debian and Alpine both know.
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
