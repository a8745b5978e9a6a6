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

// SetuidBinary reports `chmod` and `COPY --chmod` that set the setuid or the setgid bit of
// a file in the image.
//
// # Why it matters
//
// A program with the setuid bit runs with the rights of its owner, usually root, no matter
// who starts it. A fault in the program then lets any user of the container become root.
// The setgid bit does the same with the group.
//
// # How to fix it
//
// Give the program only the capability that it needs, or start it as the user that it
// needs:
//
//	RUN setcap cap_net_bind_service=+ep /usr/bin/tool
//
// # Fix safety
//
// There is no automatic fix: the file does not show whether the program needs these rights.
//
// # Exceptions
//
// It does not report:
//
//   - modes that remove the bits, and the sticky bit
//   - the setgid bit on directories, with which a group shares files, and in `COPY
//     --chmod`; set the option `allow-setgid-dir` to false to report these too
//   - scripts (`.sh`, `.py`), because Linux ignores the bits there
//   - `sudo` and `fixuid`, which need the bit
//   - stages whose layers are not part of the image
var SetuidBinary = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "setuid-binary",
		Title:    "File gets the setuid or setgid bit",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-4.8", "CIS-DI-0008"),
		Options: []lint.Option{{
			Name: "allow-setgid-dir", Doc: "accept the setgid bit on directories, which lets a group share their files", Kind: lint.BoolOption,
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
				if bit := setsID(mode.Value); bit == "setuid" || (bit != "" && !allowDir) {
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
			return // it changes the user id of the image's user to the caller's, which only root can do
		}
		bit := setsID(args[0].Text)
		if bit == "" || !slices.ContainsFunc(args[1:], gainsRights) {
			return
		}
		if bit == "setgid" && allowDir && changesFolders(p.Doc, c, args[1:]) {
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
	return fmt.Sprintf("%s sets the %s bit, so anyone who runs the file has the rights of its %s; give the program a capability, or run it as another user", quoteShort(what), bit, whose)
}

// setsID returns the bit that a mode sets: "setuid", "setgid", or nothing.
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

// gainsRights reports whether the bits of a path have an effect that it does not have
// anyway.
func gainsRights(path facts.Argument) bool {
	name := baseName(path.Text)
	return name != "sudo" && !strings.HasSuffix(name, ".sh") && !strings.HasSuffix(name, ".py")
}

// changesFolders reports whether the paths may be directories that a group shares: all
// but those that look like a program.
func changesFolders(d *facts.Dockerfile, c *facts.Command, paths []facts.Argument) bool {
	if c.HasFlag("-R", "--recursive") || strings.Contains(d.Text(c.Instruction.Span), "-type d") {
		return true
	}
	return !slices.ContainsFunc(paths, func(a facts.Argument) bool {
		return strings.Contains(a.Text, "/bin/") || strings.Contains(a.Text, "/sbin/") || strings.Contains(a.Text, "$(which") ||
			strings.Contains(a.Text, "$(command -v")
	})
}
