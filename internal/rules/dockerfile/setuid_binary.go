package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SetuidBinary finds chmod and COPY --chmod that set the setuid or the setgid
// bit: whoever runs the file gets the rights of its owner or its group, root as
// a rule.
//
// Give the program the capability it needs, or let it run as the user that needs
// it.
//
// Silent where the bits are taken away, for the sticky bit, for setgid on a
// folder that a group shares (option allow-setgid-dir), for scripts, whose bits
// Linux does not look at, for sudo, and in stages whose layers are no part of the
// image.
//
// There is no fix: whether the program needs the right is known only to those who run it.
var SetuidBinary = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "setuid-binary",
		Title:    "A program runs with the rights of its owner",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-4.8", "CIS-DI-0008"),
		Options: []lint.Option{{
			Name: "allow-setgid-dir", Doc: "let folders have the setgid bit, with which a group shares them", Kind: lint.BoolOption,
			OptionValue: lint.OptionValue{Bool: true},
		}},
	},
	Check: checkSetuidBinary,
}

func checkSetuidBinary(p *facts.Pass[*facts.Dockerfile]) {
	allowDir := p.Options.Bool("allow-setgid-dir")
	for _, keyword := range []string{"copy", "add"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			if mode, ok := flagOf(in, "chmod"); ok && shipsLayers(p.Doc, in) {
				if bit := setsID(mode.Value); bit == "setuid" || bit != "" && !allowDir {
					p.Report(lint.Finding{Span: mode.Span, Message: idMessage(p.Doc.Text(mode.Span), bit)})
				}
			}
		})
	}
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "chmod" || !shipsLayers(p.Doc, c.Instruction) {
			return
		}
		args := c.Positional()
		if len(args) < 2 {
			return
		}
		if path.Base(args[len(args)-1].Text) == "fixuid" {
			return // it gives the user of the image the number of the caller, which root alone may
		}
		bit := setsID(args[0].Text)
		if bit == "" || !slices.ContainsFunc(args[1:], gainsRights) || bit == "setgid" && allowDir && changesFolders(p.Doc, c, args[1:]) {
			return
		}
		p.Report(lint.Finding{Span: c.Span, Message: idMessage(firstLine(p.Doc.Text(c.Span)), bit)})
	}, "chmod")
}

func idMessage(what, bit string) string {
	whose := "owner"
	if bit == "setgid" {
		whose = "group"
	}
	return fmt.Sprintf("%s sets the %s bit, so whoever runs the file has the rights of its %s; give the program a capability, or another user", quoteShort(what), bit, whose)
}

// setsID names the bit that a mode sets: "setuid", "setgid" or none.
func setsID(mode string) string {
	const setuid, setgid = 4, 2
	if mode != "" && strings.Trim(mode, "01234567") == "" {
		digits := strings.TrimLeft(mode, "0")
		switch {
		case len(digits) != 4:
			return ""
		case (digits[0]-'0')&setuid != 0:
			return "setuid"
		case (digits[0]-'0')&setgid != 0:
			return "setgid"
		}
		return ""
	}
	found := ""
	for part := range strings.SplitSeq(mode, ",") {
		at := strings.IndexAny(part, "+=")
		if at < 0 || strings.Trim(part[:at], "ugoa") != "" || !strings.Contains(part[at:], "s") {
			continue
		}
		if who := part[:at]; who == "" || strings.ContainsAny(who, "ua") {
			return "setuid"
		} else if strings.Contains(who, "g") {
			found = "setgid"
		}
	}
	return found
}

// gainsRights tells whether the bits of a path matter and are news.
func gainsRights(path facts.Argument) bool {
	name := baseName(path.Text)
	return name != "sudo" && !strings.HasSuffix(name, ".sh") && !strings.HasSuffix(name, ".py")
}

// changesFolders tells whether the paths may be folders that a group shares: all
// but those that look like a program.
func changesFolders(d *facts.Dockerfile, c *facts.Command, paths []facts.Argument) bool {
	if c.HasFlag("-R", "--recursive") || strings.Contains(d.Text(c.Instruction.Span), "-type d") {
		return true
	}
	return !slices.ContainsFunc(paths, func(a facts.Argument) bool {
		return strings.Contains(a.Text, "/bin/") || strings.Contains(a.Text, "/sbin/") || strings.Contains(a.Text, "$(which") || strings.Contains(a.Text, "$(command -v")
	})
}
