package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WorldWritablePath reports `chmod` and `COPY --chmod` that let all users write to files
// of the image.
//
// # Why it matters
//
// Every program in the container can change these files, including those that another
// program or root executes. An attacker who takes over one program can use this to take
// over the others.
//
// # How to fix it
//
// Give the files to the user or group that writes them:
//
//	COPY --chown=app:app . /app
//
// # Fix safety
//
// There is no automatic fix: the file does not show which user or group must write there.
//
// # Exceptions
//
// It does not report:
//
//   - directories with the sticky bit, `/tmp`, `/var/tmp` and `/dev`
//   - stages whose layers are not part of the image
//   - paths under `/root`, which only root can enter
//   - images without a second user: the program runs as root or as the only other user
//
// The severity is info for directories such as logs and caches, which programs share on
// purpose. The severity is info, with the variant `excused`, if the same `RUN` gives
// the paths to a user as well: such an image is made for any user ID, as with
// `docker run --user`.
var WorldWritablePath = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "world-writable-path",
		Title:    "All users can write to a file or directory",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("DF034", "tally/world-writable-state-path-workaround"),
	},
	Check: checkWorldWritablePath,
}

func checkWorldWritablePath(p *facts.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"copy", "add"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			if mode, ok := flagOf(in, "chmod"); ok && letsAllWrite(mode.Value) && shipsLayers(p.Doc, in) {
				_, to, _ := copyWords(in)
				severity, ok := sharedSeverity(p.Doc, in, []string{bare(to.Text)})
				if !ok {
					return
				}
				p.Report(
					lint.Finding{
						Span:     mode.Span,
						Severity: severity,
						Message: fmt.Sprintf(
							"%s lets all users change the files; use --chown to give them to the user that needs them",
							quoteShort(p.Doc.Text(mode.Span)),
						),
					},
				)
			}
		})
	}
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "chmod" || !shipsLayers(p.Doc, c.Instruction) {
			return
		}
		args := c.Positional()
		if len(args) < 2 || !letsAllWrite(args[0].Text) || strings.HasPrefix(args[1].Text, "/tmp") ||
			strings.HasPrefix(args[1].Text, "/var/tmp") {
			return
		}
		if strings.HasPrefix(args[1].Text, "/dev/") {
			return
		}
		var paths []string
		for _, a := range args[1:] {
			paths = append(paths, a.Text)
		}
		if s := p.Doc.StageOf(c.Instruction); s != nil && s.Last("user") == nil && allBelowRoot(paths) {
			return
		}
		severity, ok := sharedSeverity(p.Doc, c.Instruction, paths)
		if !ok {
			return
		}
		f := lint.Finding{
			Span: c.Span, Severity: severity,
			Message: fmt.Sprintf("%s lets all users change the files; use chown to give them to the user that needs them", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		}
		if areGivenAway(p.Doc, c, paths) {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}, "chmod")
}

// areGivenAway reports whether another command of the same RUN gives all the paths to a
// user: who does that and lets all users write as well means users of any number, as
// "docker run --user" gives.
func areGivenAway(d *facts.Dockerfile, c *facts.Command, paths []string) bool {
	given := map[string]bool{}
	for _, other := range d.Commands(c.Instruction) {
		if args := other.Positional(); other.Name() == "chown" && len(args) > 1 {
			for _, a := range args[1:] {
				given[strings.TrimRight(a.Text, "/")] = true
			}
		}
	}
	return !slices.ContainsFunc(paths, func(p string) bool { return !given[strings.TrimRight(p, "/")] })
}

func allBelowRoot(paths []string) bool {
	return !slices.ContainsFunc(paths, func(p string) bool { return !strings.HasPrefix(p, "/root/") && !strings.HasPrefix(p, "~/") })
}

// sharedSeverity returns the severity of paths that all users can write; ok is false
// where there is no second user who could.
func sharedSeverity(d *facts.Dockerfile, in *dockerfile.Instruction, paths []string) (severity lint.Severity, ok bool) {
	s := d.StageOf(in)
	if s == nil {
		return lint.Warning, true
	}
	user, set := s.User()
	user, _, _ = strings.Cut(user, ":")
	others := usersBeside(d, s, user)
	switch {
	case set != nil && user != "root" && user != "0" && !others, set == nil && !others && !dropsWorkers(d, s) && dropsRights(d, s) == "":
		return 0, false
	case !slices.ContainsFunc(paths, func(p string) bool { return !isSharedFolder(p) }):
		return lint.Info, true
	}
	return lint.Warning, true
}

// usersBeside reports whether the stage creates a user other than the named one, or
// installs a server that does.
func usersBeside(d *facts.Dockerfile, s *facts.Stage, user string) bool {
	return s.Any("has users beside "+user, func(in *dockerfile.Instruction) bool {
		if in.Keyword != "run" {
			return false
		}
		named := func(word string) bool { return strings.Contains(in.Body, word) }
		makesOther := func(c *facts.Command) bool {
			return (c.Name() == "useradd" || c.Name() == "adduser") &&
				!slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return a.Text == user })
		}
		return slices.ContainsFunc([]string{"www-data", "supervisor", "-fpm", "apache2", "nginx"}, named) ||
			slices.ContainsFunc(d.Commands(in), makesOther)
	})
}

// isSharedFolder reports whether a folder has the name of one that programs share.
func isSharedFolder(path string) bool {
	path = strings.TrimRight(path, "/*")
	switch path[strings.LastIndexByte(path, '/')+1:] {
	case "log", "logs", "work", "run", "cache", "tmp", "temp":
		return true
	}
	return false
}

// letsAllWrite reports whether a mode lets all users write, without the sticky bit.
func letsAllWrite(mode string) bool {
	if mode != "" && strings.Trim(mode, "01234567") == "" {
		digits := strings.TrimLeft(mode, "0")
		if len(digits) < 3 {
			return false
		}
		sticky := len(digits) == 4 && (digits[0]-'0')&1 != 0
		return (digits[len(digits)-1]-'0')&2 != 0 && !sticky
	}
	for part := range strings.SplitSeq(mode, ",") {
		who, what, ok := strings.Cut(part, "+")
		if !ok {
			who, what, ok = strings.Cut(part, "=")
		}
		if ok && strings.Contains(what, "w") && (strings.Contains(who, "o") || strings.Contains(who, "a")) && !strings.Contains(what, "t") {
			return true
		}
	}
	return false
}
